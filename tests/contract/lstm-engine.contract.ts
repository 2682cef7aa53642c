/**
 * What every `LstmEngine` must do, judged by the double-precision reference on fresh random numbers. The gates are those of the
 * start-up test; they are never loosened for a device. Long because it is one list: who writes an engine reads all of it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardGate, gradientGate, stepGate } from '$lib/lstm/engine-test';
import {
  beginTraining,
  type Checkpoint,
  type ErrorKind,
  type LstmEngine,
  type Trainer,
  type TrainingRule,
  type WindowErrors
} from '$lib/lstm/engine';
import type { AutoencoderShape } from '$lib/lstm/shape';
import {
  countWork,
  differentiateExactly,
  drawCase,
  drawCheckpoint,
  drawParameters,
  fitExactly,
  largestDifference,
  norm,
  relativeDistance,
  scoreExactly,
  tensorRanges,
  type LstmCase
} from '../support/lstm-cases';

/** Thins the suite for slow devices. */
export interface LstmEngineOptions {
  /** Cases of more multiply-adds, three times the forward pass where gradients are taken, are left out; 2e9 by default. */
  maximumWork?: number;
}

const lossGate = 1e-4;

const modelA: AutoencoderShape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };
const stacked: AutoencoderShape = { steps: 7, channels: 3, encoder: [9, 5], latent: 4, decoder: [6, 11] };

/** Sizes so combined that each pair of neighbours among batch, steps, channels and units occurs, with few large products. */
const cases: { count: number; shape: AutoencoderShape }[] = [
  { count: 1, shape: { steps: 1, channels: 1, encoder: [5], latent: null, decoder: [5] } },
  { count: 1, shape: modelA },
  { count: 1, shape: { steps: 128, channels: 8, encoder: [100], latent: null, decoder: [128] } },
  { count: 3, shape: { steps: 7, channels: 14, encoder: [100], latent: null, decoder: [100] } },
  { count: 3, shape: { steps: 30, channels: 14, encoder: [64, 64], latent: 32, decoder: [64, 64] } },
  { count: 3, shape: { steps: 128, channels: 1, encoder: [16, 5], latent: 3, decoder: [7] } },
  { count: 17, shape: { steps: 1, channels: 52, encoder: [128], latent: 16, decoder: [64] } },
  { count: 17, shape: { steps: 7, channels: 10, encoder: [128, 64], latent: 32, decoder: [64, 128] } },
  { count: 17, shape: { steps: 30, channels: 52, encoder: [5], latent: null, decoder: [100] } },
  { count: 17, shape: { steps: 128, channels: 10, encoder: [16], latent: null, decoder: [16] } },
  { count: 1000, shape: { steps: 7, channels: 8, encoder: [16], latent: null, decoder: [16] } },
  { count: 1000, shape: { steps: 1, channels: 14, encoder: [64], latent: 5, decoder: [100] } },
  { count: 1000, shape: { steps: 30, channels: 1, encoder: [5], latent: null, decoder: [16] } },
  { count: 1000, shape: modelA }
];

const adam: TrainingRule = {
  loss: 'mse',
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  clipNorm: null
};

/** Runs the suite on the engine that `open` gives; it is opened once and disposed of at the end. */
export function describeLstmEngine(
  name: string,
  open: () => Promise<LstmEngine>,
  { maximumWork = 2e9 }: LstmEngineOptions = {}
): void {
  describe(`LSTM engine contract: ${name}`, () => {
    let engine: LstmEngine;

    beforeAll(async () => {
      engine = await open();
    });

    afterAll(() => {
      engine.dispose();
      engine.dispose();
    });

    const score = async ({ shape, parameters, series, starts }: LstmCase, error: ErrorKind = 'mse') => {
      const scorer = await engine.createScorer(shape, parameters);
      const found = await scorer.score(series, starts, error);
      scorer.dispose();
      return found;
    };

    const train = async <T>(
      { shape }: LstmCase,
      from: Checkpoint,
      rule: TrainingRule,
      use: (trainer: Trainer) => Promise<T>
    ) => {
      const trainer = await engine.createTrainer(shape, from, rule);
      const result = await use(trainer);
      trainer.dispose();
      return result;
    };

    describe('scores', () => {
      const affordable = cases.filter(({ shape, count }) => countWork(shape, count) <= maximumWork);
      it.each(affordable.map((one, i) => [i % 2 === 0 ? 'mse' : 'mae', labelOf(one), one] as const))(
        '%s, %s',
        async (error, _, { shape, count }) => {
          const drawn = drawCase(shape, count, 100 + count);
          const found = await score(drawn, error);
          const exact = scoreExactly(drawn, error);
          expect(largestDifference(found.expected, exact.expected), 'expected').toBeLessThanOrEqual(forwardGate);
          expect(largestDifference(found.channelError, exact.channelError), 'channels').toBeLessThanOrEqual(
            forwardGate
          );
          expect(largestDifference(found.score, exact.score), 'score').toBeLessThanOrEqual(forwardGate);
        }
      );

      it('a window the same, bit for bit, alone and in any company', async () => {
        const drawn = drawCase(modelA, 43, 2);
        const together = await score(drawn);
        const reversed = await score({ ...drawn, starts: drawn.starts.toReversed() });
        for (const i of [0, 1, 16, 31, 32, 42]) {
          const alone = await score({ ...drawn, starts: drawn.starts.slice(i, i + 1) });
          expect(windowOf(together, i), `window ${i}`).toEqual(windowOf(alone, 0));
          expect(windowOf(reversed, 42 - i), `window ${i}, asked for in another order`).toEqual(windowOf(alone, 0));
        }
        expect(windowOf(together, 42), 'the window that is asked for twice').toEqual(windowOf(together, 0));
      });

      it('the same after large numbers went through the same memory, and leaves results handed out alone', async () => {
        const drawn = drawCase(stacked, 3, 3);
        const large = drawCase(stacked, 100, 4);
        large.series.values.forEach((value, i) => (large.series.values[i] = 1e6 * value));
        const scorer = await engine.createScorer(stacked, drawn.parameters);
        const before = await scorer.score(drawn.series, drawn.starts, 'mae');
        const copy = structuredClone(before);
        await scorer.score(large.series, large.starts, 'mae');
        expect(before).toEqual(copy);
        expect(await scorer.score(drawn.series, drawn.starts, 'mae')).toEqual(copy);
        scorer.dispose();
        await score({ ...large, parameters: large.parameters.map((value) => 1e3 * value) });
        expect(await score(drawn, 'mae')).toEqual(copy);
      });

      it('several requests, scorers and shapes at once', async () => {
        const drawn = [drawCase(stacked, 5, 5), drawCase(modelA, 2, 6), drawCase(stacked, 40, 7)];
        const apart = [await score(drawn[0]!), await score(drawn[1]!), await score(drawn[2]!)];
        expect(await Promise.all(drawn.map((one) => score(one)))).toEqual(apart);
        const { parameters, series, starts } = drawn[2]!;
        const scorer = await engine.createScorer(stacked, parameters);
        const parts = [starts.slice(0, 9), starts.slice(9, 20), starts.slice(20)];
        const found = await Promise.all(parts.map((part) => scorer.score(series, part, 'mse')));
        expect(found.flatMap((part) => Array.from(part.score))).toEqual(Array.from(apart[2]!.score));
        scorer.dispose();
      });

      it('with the parameters it was given, whatever becomes of them', async () => {
        const drawn = drawCase(stacked, 4, 8);
        const expected = await score(drawn);
        const given = drawn.parameters.slice();
        const scorer = await engine.createScorer(stacked, given);
        given.fill(NaN);
        expect(await scorer.score(drawn.series, drawn.starts, 'mse')).toEqual(expected);
        scorer.dispose();
      });

      it('nothing for no window', async () => {
        const found = await score({ ...drawCase(stacked, 1, 9), starts: new Int32Array(0) });
        expect([found.score.length, found.channelError.length, found.expected.length]).toEqual([0, 0, 0]);
      });
    });

    describe('gradients', () => {
      // The backward pass takes twice the forward one, and here both are taken.
      const affordable = cases.filter(({ shape, count }) => 3 * countWork(shape, count) <= maximumWork);
      it.each(affordable.map((one, i) => [i % 2 === 0 ? 'mae' : 'mse', labelOf(one), one] as const))(
        '%s, %s',
        async (loss, _, { shape, count }) => {
          const drawn = drawCase(shape, count, 200 + count, 'clear');
          const exact = differentiateExactly(drawn, loss);
          const { loss: found, gradient } = await train(
            drawn,
            beginTraining(drawn.parameters),
            { ...adam, loss },
            (trainer) => trainer.differentiate(drawn.series, drawn.starts)
          );
          expect(Math.abs(found / exact.loss - 1), 'loss').toBeLessThanOrEqual(lossGate);
          expectNearTensors(shape, gradient, exact.gradient);
        }
      );
    });

    describe('training', () => {
      it.each([
        ['without clipping', 'mse', null],
        ['with clipping', 'mse', 0.5],
        ['with a limit that is not reached', 'mae', 2]
      ] as const)('takes one Adam step from any step, %s', async (_, loss, share) => {
        const drawn = drawCase(stacked, 17, 20, 'clear');
        const { loss: exactLoss, gradient } = differentiateExactly(drawn, loss);
        const rule = { ...adam, loss, clipNorm: share === null ? null : share * norm(gradient) };
        const from = drawCheckpoint(drawn, gradient, 21);
        const { state } = fitExactly(drawn, from, rule, 17);
        const { losses, to } = await train(drawn, from, rule, async (trainer) => ({
          losses: await trainer.fit(drawn.series, drawn.starts, 17),
          to: await trainer.save()
        }));
        expect(losses).toHaveLength(1);
        expect(Math.abs(losses[0]! / exactLoss - 1), 'loss').toBeLessThanOrEqual(lossGate);
        expect(to.step).toBe(8);
        expectNearTensors(stacked, to.firstMoment, state.firstMoment);
        expectNearTensors(stacked, to.secondMoment, state.secondMoment);
        const inRates = largestDifference(to.parameters, state.parameters) / rule.learningRate;
        expect(inRates, 'parameters, in learning rates').toBeLessThanOrEqual(stepGate);
      });

      it('takes a first step whose moments are the gradient, and whose parameters follow from them', async () => {
        const drawn = drawCase(stacked, 17, 22, 'clear');
        const { gradient } = differentiateExactly(drawn, 'mse');
        const to = await train(drawn, beginTraining(drawn.parameters), adam, async (trainer) => {
          await trainer.fit(drawn.series, drawn.starts, 17);
          return trainer.save();
        });
        const gradientTaken = Array.from(to.firstMoment, (m) => m / (1 - adam.beta1));
        expectNearTensors(stacked, gradientTaken, gradient);
        // g/|g| has no limit at 0, so the step is judged by the gradient that the engine itself had.
        const expected = gradientTaken.map(
          (g, i) => drawn.parameters[i]! - (adam.learningRate * g) / (Math.abs(g) + adam.epsilon)
        );
        const inRates = largestDifference(to.parameters, expected) / adam.learningRate;
        expect(inRates, 'parameters, in learning rates').toBeLessThanOrEqual(stepGate);
      });

      it.each(['mse', 'mae'] as const)('has the first ten losses of the reference, %s', async (loss) => {
        const drawn = drawCase(modelA, 80, 23, 'clear');
        const rule = { ...adam, loss, clipNorm: 1 };
        const from = beginTraining(drawn.parameters);
        const exact = fitExactly(drawn, from, rule, 8);
        const losses = await train(drawn, from, rule, (trainer) => trainer.fit(drawn.series, drawn.starts, 8));
        expect(losses).toHaveLength(10);
        const worst = Math.max(...exact.losses.map((value, i) => Math.abs(losses[i]! / value - 1)));
        expect(worst).toBeLessThanOrEqual(lossGate);
      });

      it('takes a last batch that is not full at its own size', async () => {
        const drawn = drawCase(stacked, 20, 24, 'clear');
        const from = drawCheckpoint(drawn, differentiateExactly(drawn, 'mse').gradient, 25);
        const exact = fitExactly(drawn, from, adam, 8);
        const { losses, to } = await train(drawn, from, adam, async (trainer) => ({
          losses: await trainer.fit(drawn.series, drawn.starts, 8),
          to: await trainer.save()
        }));
        expect(losses).toHaveLength(3);
        expect(largestDifference(losses, exact.losses)).toBeLessThanOrEqual(lossGate * exact.losses[0]!);
        expect(to.step).toBe(from.step + 3);
        const inRates = largestDifference(to.parameters, exact.state.parameters) / adam.learningRate;
        expect(inRates, 'parameters, in learning rates').toBeLessThanOrEqual(stepGate);
      });

      it('goes the same way twice, bit for bit, alone and beside another training', async () => {
        const drawn = drawCase(modelA, 40, 26);
        const other = drawCase(stacked, 40, 27);
        const run = (one: LstmCase) =>
          train(one, beginTraining(one.parameters), adam, async (trainer) => ({
            losses: await trainer.fit(one.series, one.starts, 16),
            to: await trainer.save()
          }));
        const alone = await run(drawn);
        const [beside] = await Promise.all([run(drawn), run(other)]);
        expect(beside).toEqual(alone);
      });

      it('goes on from a checkpoint, bit for bit, whatever becomes of what was given and taken', async () => {
        const drawn = drawCase(stacked, 48, 28);
        const { series, starts } = drawn;
        const begin = beginTraining(drawn.parameters.slice());
        const whole = await train(drawn, beginTraining(drawn.parameters), adam, async (trainer) => {
          await trainer.fit(series, starts, 8);
          return trainer.save();
        });
        const trainer = await engine.createTrainer(stacked, begin, adam);
        wipe(begin);
        await trainer.fit(series, starts.slice(0, 24), 8);
        const half = await trainer.save();
        const kept = structuredClone(half);
        await trainer.fit(series, starts.slice(24), 8);
        expect(half, 'a checkpoint that is taken stays').toEqual(kept);
        wipe(half);
        expect(await trainer.save(), 'saving does not disturb').toEqual(whole);
        trainer.dispose();
        const resumed = await train(drawn, kept, adam, async (later) => {
          await later.fit(series, starts.slice(24), 8);
          return later.save();
        });
        expect(resumed).toEqual(whole);
      });

      it('evaluates and differentiates without learning, and no batch size matters to the mean', async () => {
        const drawn = drawCase(modelA, 40, 29, 'clear');
        const from = beginTraining(drawn.parameters);
        const exact = differentiateExactly(drawn, 'mae').loss;
        await train(drawn, from, { ...adam, loss: 'mae' }, async (trainer) => {
          const loss = await trainer.evaluate(drawn.series, drawn.starts);
          expect(Math.abs(loss / exact - 1)).toBeLessThanOrEqual(lossGate);
          await trainer.differentiate(drawn.series, drawn.starts.slice(0, 5));
          expect(await trainer.save()).toEqual(from);
        });
      });

      it('learns from what it is shown last: a loss after each step', async () => {
        const drawn = drawCase(stacked, 16, 30, 'clear');
        await train(drawn, beginTraining(drawn.parameters), { ...adam, learningRate: 0.01 }, async (trainer) => {
          const before = await trainer.evaluate(drawn.series, drawn.starts);
          await trainer.fit(drawn.series, drawn.starts, 16);
          const after = await trainer.evaluate(drawn.series, drawn.starts);
          const { loss } = await trainer.differentiate(drawn.series, drawn.starts);
          expect(after).toBeLessThan(before);
          expect(Math.abs(loss / after - 1)).toBeLessThanOrEqual(lossGate);
          const { parameters } = await trainer.save();
          const exact = differentiateExactly({ ...drawn, parameters }, 'mse');
          expect(Math.abs(after / exact.loss - 1)).toBeLessThanOrEqual(lossGate);
        });
      });

      it('takes no step for no window', async () => {
        const drawn = drawCase(stacked, 1, 31);
        const from = beginTraining(drawn.parameters);
        await train(drawn, from, adam, async (trainer) => {
          expect(await trainer.fit(drawn.series, new Int32Array(0), 8)).toHaveLength(0);
          expect(await trainer.save()).toEqual(from);
        });
      });
    });

    describe('refuses', () => {
      it.each([
        ['a window before the first row', -1],
        ['a window that ends behind the last row', 4],
        ['a window far away', 1e9]
      ])('%s, and computes on', async (_, start) => {
        const drawn = drawCase(stacked, 2, 32);
        const rows = stacked.steps + 3;
        const series = { values: new Float32Array(rows * stacked.channels), channels: stacked.channels };
        const good = Int32Array.of(0, 3);
        const bad = Int32Array.of(0, start);
        const scorer = await engine.createScorer(stacked, drawn.parameters);
        await expect(scorer.score(series, bad, 'mse')).rejects.toThrow(RangeError);
        expect((await scorer.score(series, good, 'mse')).score.every(Number.isFinite)).toBe(true);
        scorer.dispose();
        const from = beginTraining(drawn.parameters);
        await train(drawn, from, adam, async (trainer) => {
          await expect(trainer.fit(series, bad, 1)).rejects.toThrow(RangeError);
          await expect(trainer.evaluate(series, bad)).rejects.toThrow(RangeError);
          await expect(trainer.differentiate(series, bad)).rejects.toThrow(RangeError);
          expect(await trainer.save(), 'no step was taken').toEqual(from);
        });
      });

      it('a series of other channels', async () => {
        const scorer = await engine.createScorer(stacked, drawParameters(stacked, 33));
        const series = { values: new Float32Array(400), channels: 4 };
        await expect(scorer.score(series, Int32Array.of(0), 'mse')).rejects.toThrow(RangeError);
        scorer.dispose();
      });
    });

    it('frees scorers and trainers twice without harm to others', async () => {
      const drawn = drawCase(stacked, 3, 34);
      const kept = await engine.createScorer(stacked, drawn.parameters);
      const before = await kept.score(drawn.series, drawn.starts, 'mse');
      const scorer = await engine.createScorer(stacked, drawn.parameters);
      const trainer = await engine.createTrainer(stacked, beginTraining(drawn.parameters), adam);
      for (const one of [scorer, scorer, trainer, trainer]) one.dispose();
      expect(await kept.score(drawn.series, drawn.starts, 'mse')).toEqual(before);
      kept.dispose();
    });
  });
}

function labelOf({ count, shape }: { count: number; shape: AutoencoderShape }): string {
  const layers = [...shape.encoder, ...(shape.latent === null ? ['|'] : [`(${shape.latent})`]), ...shape.decoder];
  return `${count} windows of ${shape.steps} × ${shape.channels}, ${layers.join(' ')}`;
}

function windowOf({ score, channelError, expected }: WindowErrors, i: number): unknown {
  const channels = channelError.length / score.length;
  const cut = (rows: Float32Array) => Array.from(rows.subarray(i * channels, (i + 1) * channels));
  return { score: score[i], channelError: cut(channelError), expected: cut(expected) };
}

function expectNearTensors(shape: AutoencoderShape, found: ArrayLike<number>, expected: Float64Array): void {
  const flat = Float64Array.from(found);
  expect(flat).toHaveLength(expected.length);
  for (const { name, from, to } of tensorRanges(shape)) {
    const distance = relativeDistance(flat.subarray(from, to), expected.subarray(from, to));
    expect(distance, name).toBeLessThanOrEqual(gradientGate);
  }
}

function wipe({ parameters, firstMoment, secondMoment }: Checkpoint): void {
  for (const array of [parameters, firstMoment, secondMoment]) array.fill(NaN);
}
