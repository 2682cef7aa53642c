/** The start-up test is tested with engines that are wrong in the ways that devices and kernels are. */
import { describe, expect, test } from 'vitest';
import { forwardGate, gradientGate, stepGate, testEngine } from '$lib/lstm/engine-test';
import type { LstmEngine, Scorer, Trainer } from '$lib/lstm/engine';
import { createReferenceEngine } from '$lib/lstm/reference/engine';
import { describeParameters, type AutoencoderShape } from '$lib/lstm/shape';

const right = createReferenceEngine();

/** An engine whose scorers and trainers are changed, and that counts those not yet disposed of. */
function plant(changes: {
  scorer?: (scorer: Scorer) => Partial<Scorer>;
  trainer?: (trainer: Trainer) => Partial<Trainer>;
}) {
  const alive = { count: 0 };
  const counted = <T extends { dispose(): void }>(one: T, change: Partial<T> | undefined): T => {
    alive.count++;
    return { ...one, ...change, dispose: () => alive.count-- };
  };
  const engine: LstmEngine = {
    ...right,
    createScorer: async (shape, parameters) => {
      const scorer = await right.createScorer(shape, parameters);
      return counted(scorer, changes.scorer?.(scorer));
    },
    createTrainer: async (shape, from, rule) => {
      const trainer = await right.createTrainer(shape, from, rule);
      return counted(trainer, changes.trainer?.(trainer));
    }
  };
  return { engine, alive };
}

/** A training engine that computes with other parameters than it says. */
function trainWith(change: (shape: AutoencoderShape, parameters: Float32Array) => Float32Array): LstmEngine {
  return {
    ...right,
    createScorer: (shape, parameters) => right.createScorer(shape, change(shape, parameters.slice())),
    createTrainer: (shape, from, rule) =>
      right.createTrainer(shape, { ...from, parameters: change(shape, from.parameters.slice()) }, rule)
  };
}

describe('the start-up test', () => {
  test('passes the reference engine with room to spare, and frees what it made', async () => {
    const { engine, alive } = plant({});
    const errors = await testEngine(engine);
    expect(errors.forward).toBeLessThan(forwardGate / 20);
    expect(errors.gradient).toBeLessThan(gradientGate / 100);
    expect(errors.step).toBeLessThan(stepGate / 10);
    expect(alive.count).toBe(0);
  });

  test('catches gradients that are all zero, with a right forward pass', async () => {
    const { engine } = plant({
      trainer: (trainer) => ({
        differentiate: async (series, starts) => {
          const { loss, gradient } = await trainer.differentiate(series, starts);
          return { loss, gradient: gradient.fill(0) };
        }
      })
    });
    const errors = await testEngine(engine);
    expect(errors.forward).toBeLessThanOrEqual(forwardGate);
    expect(errors.gradient).toBeCloseTo(1, 6);
  });

  test('catches one tensor without a gradient, however small a part it is', async () => {
    const shape: AutoencoderShape = { steps: 6, channels: 3, encoder: [9, 5], latent: 2, decoder: [7, 10] };
    for (const { name, shape: sizes, offset } of describeParameters(shape)) {
      const { engine } = plant({
        trainer: (trainer) => ({
          differentiate: async (series, starts) => {
            const { loss, gradient } = await trainer.differentiate(series, starts);
            return { loss, gradient: gradient.fill(0, offset, offset + sizes.reduce((a, b) => a * b, 1)) };
          }
        })
      });
      expect((await testEngine(engine)).gradient, name).toBeGreaterThan(gradientGate);
    }
  });

  test('catches gates in another order', async () => {
    const engine = trainWith((shape, parameters) => {
      for (const { shape: sizes, offset } of describeParameters(shape).slice(0, 3)) {
        const units = sizes.at(-1)! / 4;
        for (let row = 0; row < (sizes.length === 2 ? sizes[0]! : 1); row++) {
          const at = offset + row * 4 * units;
          const forget = parameters.slice(at + units, at + 2 * units);
          parameters.copyWithin(at + units, at + 2 * units, at + 3 * units);
          parameters.set(forget, at + 2 * units);
        }
      }
      return parameters;
    });
    const errors = await testEngine(engine);
    expect(errors.forward).toBeGreaterThan(forwardGate);
    expect(errors.gradient).toBeGreaterThan(gradientGate);
  });

  test('catches windows that are read from the wrong row', async () => {
    const { engine } = plant({
      scorer: (scorer) => ({ score: (series, starts, error) => scorer.score(series, starts.toSorted(), error) })
    });
    expect((await testEngine(engine)).forward).toBeGreaterThan(forwardGate);
  });

  test('catches a second step that computes with the parameters before the first', async () => {
    const stale: LstmEngine = {
      ...right,
      createTrainer: async (shape, from, rule) => {
        const trainer = await right.createTrainer(shape, from, rule);
        return {
          ...trainer,
          fit: async (series, order, batchSize) => {
            // Both gradients are taken at the old parameters; Adam is fed by two trainings of one step each.
            const first = await trainer.fit(series, order.slice(0, batchSize), batchSize);
            const moved = await trainer.save();
            const again = await right.createTrainer(shape, { ...moved, parameters: from.parameters }, rule);
            const second = await again.fit(series, order.slice(batchSize), batchSize);
            const { parameters, ...moments } = await again.save();
            const total = parameters.map((value, i) => value - from.parameters[i]! + moved.parameters[i]!);
            trainer.save = async () => ({ parameters: total, ...moments });
            return Float32Array.of(...first, ...second);
          },
          save: () => trainer.save()
        };
      }
    };
    const errors = await testEngine(stale);
    expect(errors.gradient).toBeLessThanOrEqual(gradientGate);
    expect(errors.step).toBeGreaterThan(stepGate);
  });

  test.each([
    ['that does not clip', { clipNorm: null }],
    ['with another ε', { epsilon: 1e-3 }],
    ['with another β₂', { beta2: 0.99 }]
  ])('catches an Adam %s', async (_, change) => {
    const errors = await testEngine({
      ...right,
      createTrainer: (shape, from, rule) => right.createTrainer(shape, from, { ...rule, ...change })
    });
    expect(errors.step).toBeGreaterThan(stepGate);
  });

  test('catches an Adam that begins to count steps anew', async () => {
    const errors = await testEngine({
      ...right,
      createTrainer: (shape, from, rule) => right.createTrainer(shape, { ...from, step: 0 }, rule)
    });
    expect(errors.step).toBeGreaterThan(stepGate);
  });

  test('does not pass what is not a number', async () => {
    const { engine } = plant({
      scorer: (scorer) => ({
        score: async (...request) => {
          const found = await scorer.score(...request);
          found.expected[4] = NaN;
          return found;
        }
      })
    });
    const errors = await testEngine(engine);
    expect(errors.forward).toBeNaN();
  });

  test('hands on what the engine fails with', async () => {
    const lost = { ...right, createTrainer: async () => Promise.reject(new Error('lost')) };
    await expect(testEngine(lost)).rejects.toThrow('lost');
  });
});
