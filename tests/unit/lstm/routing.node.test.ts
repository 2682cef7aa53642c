import { describe, expect, test } from 'vitest';
import {
  beginTraining,
  DeviceLostError,
  type LstmEngine,
  type Scorer,
  type Trainer,
  type TrainingRule
} from '$lib/lstm/engine';
import { roundToHalf } from '$lib/lstm/half';
import { createReferenceEngine } from '$lib/lstm/reference/engine';
import { createRouter, fitCost, predict, type Route } from '$lib/lstm/routing';
import { drawCase } from '../../support/lstm-cases';

const shape = { steps: 4, channels: 2, encoder: [5], latent: null, decoder: [4] };
const rule: TrainingRule = {
  loss: 'mse',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  clipNorm: null
};
const { series, starts, parameters } = drawCase(shape, 200, 5);

/** An engine whose calls take scripted time on a clock of its own, and whose device dies at the call it is told to. */
function scriptEngine(
  kind: LstmEngine['kind'],
  clock: { ms: number },
  cost: (windows: number) => number,
  diesAt = Infinity
) {
  const inner = createReferenceEngine();
  const calls: string[] = [];
  const spend = <T>(name: string, windows: number, result: Promise<T>): Promise<T> => {
    calls.push(name);
    if (calls.length >= diesAt) return Promise.reject(new DeviceLostError('unplugged'));
    clock.ms += cost(windows);
    return result;
  };
  const engine: LstmEngine = {
    ...inner,
    kind,
    detail: `scripted ${kind}`,
    async createScorer(...parts): Promise<Scorer> {
      const scorer = await inner.createScorer(...parts);
      return { ...scorer, score: (s, at, error) => spend('score', at.length, scorer.score(s, at, error)) };
    },
    async createTrainer(...parts): Promise<Trainer> {
      const trainer = await inner.createTrainer(...parts);
      return {
        ...trainer,
        fit: (s, order, batch) => spend('fit', order.length, trainer.fit(s, order, batch)),
        evaluate: (s, at) => spend('evaluate', at.length, trainer.evaluate(s, at)),
        save: () => spend('save', 0, trainer.save())
      };
    }
  };
  return { engine, calls };
}

function route(diesAt = Infinity, isForced = false, gone: Promise<string> = new Promise(() => {})) {
  const clock = { ms: 0 };
  // The CPU takes 1 ms a window, the GPU 40 ms a call and a tenth of a millisecond a window: even at 44 windows.
  const cpu = scriptEngine('wasm', clock, (windows) => windows);
  const gpu = scriptEngine('webgpu', clock, (windows) => 40 + windows / 10, diesAt);
  const kept = new Map<string, Route>();
  const lost: string[] = [];
  const router = createRouter({
    cpu: cpu.engine,
    gpu: gpu.engine,
    memory: { read: async (key) => kept.get(key), write: async (key, value) => void kept.set(key, value) },
    now: () => clock.ms,
    onLost: (reason) => lost.push(reason),
    lost: gone,
    isForced
  });
  return { router, cpu, gpu, kept, lost };
}

describe('scoring', () => {
  test('goes where it was measured to be faster, and is measured once a device', async () => {
    const { router, cpu, gpu, kept } = route();
    const scorer = await router.createScorer(shape, parameters);
    await scorer.score(series, starts.subarray(0, 8), 'mae');
    expect(gpu.calls).toEqual([]);
    await scorer.score(series, starts, 'mae');
    expect(kept.size).toBe(1);
    expect([...kept.values()][0]).toMatchObject({ cpu: { each: 1 }, gpu: { fixed: expect.closeTo(40, 6) } });
    const count = { cpu: cpu.calls.length, gpu: gpu.calls.length };
    await scorer.score(series, starts.subarray(0, 30), 'mae');
    expect([cpu.calls.length, gpu.calls.length]).toEqual([count.cpu + 1, count.gpu]);
    await scorer.score(series, starts.subarray(0, 60), 'mae');
    expect([cpu.calls.length, gpu.calls.length]).toEqual([count.cpu + 1, count.gpu + 1]);
    await (await router.createScorer(shape, parameters)).score(series, starts, 'mae');
    expect([cpu.calls.length, gpu.calls.length]).toEqual([count.cpu + 1, count.gpu + 2]);
  });

  test('is measured anew for 16-bit weights, which a GPU may read in half the time', async () => {
    const { router, kept } = route();
    await (await router.createScorer(shape, parameters)).score(series, starts, 'mae');
    await (await router.createScorer(shape, roundToHalf(parameters))).score(series, starts, 'mae');
    expect(kept.size).toBe(2);
  });

  test.each([1, 2, 5, 8, 9, 10])('a GPU lost at its call %i changes no score and is told once', async (diesAt) => {
    const { router, lost } = route(diesAt);
    const scorer = await router.createScorer(shape, parameters);
    const expected = await (await createReferenceEngine().createScorer(shape, parameters)).score(series, starts, 'mae');
    for (let i = 0; i < 4; i++) expect(await scorer.score(series, starts, 'mae')).toEqual(expected);
    expect(lost).toEqual(['unplugged']);
  });

  test('a GPU that was asked for computes everything', async () => {
    const { router, cpu, gpu } = route(Infinity, true);
    await (await router.createScorer(shape, parameters)).score(series, starts.subarray(0, 1), 'mae');
    expect([cpu.calls, gpu.calls]).toEqual([[], ['score']]);
  });

  test('a GPU that cannot take a job leaves it to the CPU, and is not lost', async () => {
    const { router, gpu, lost } = route(Infinity, true);
    gpu.engine.createScorer = async () => {
      throw new Error('a kernel that does not compile');
    };
    const scorer = await router.createScorer(shape, parameters);
    const expected = await (await createReferenceEngine().createScorer(shape, parameters)).score(series, starts, 'mae');
    expect(await scorer.score(series, starts, 'mae')).toEqual(expected);
    expect(lost).toEqual([]);
  });

  test('two calls at once open and measure one scorer', async () => {
    const { router, gpu, kept } = route();
    let opened = 0;
    const { createScorer } = gpu.engine;
    gpu.engine.createScorer = (...parts) => {
      opened++;
      return createScorer(...parts);
    };
    const scorer = await router.createScorer(shape, parameters);
    await Promise.all([scorer.score(series, starts, 'mae'), scorer.score(series, starts, 'mae')]);
    expect([opened, kept.size]).toEqual([1, 1]);
  });

  test('a GPU that goes away while nothing runs is told, and asked no more', async () => {
    const { router, gpu, lost } = route(Infinity, true, Promise.resolve('asleep'));
    const scorer = await router.createScorer(shape, parameters);
    await scorer.score(series, starts, 'mae');
    expect(lost).toEqual(['asleep']);
    expect(gpu.calls).toEqual([]);
  });

  test('a bad request is the caller’s', async () => {
    const { router } = route(Infinity, true);
    const scorer = await router.createScorer(shape, parameters);
    await expect(scorer.score(series, Int32Array.of(-1), 'mae')).rejects.toThrow(RangeError);
  });
});

describe('training', () => {
  async function train(router: LstmEngine) {
    const trainer = await router.createTrainer(shape, beginTraining(parameters), rule);
    const losses: number[] = [];
    for (let epoch = 0; epoch < 4; epoch++) {
      losses.push(...(await trainer.fit(series, starts, 32)), await trainer.evaluate(series, starts));
    }
    return { losses, end: await trainer.save() };
  }

  test('goes on from the last checkpoint when the GPU is lost, wherever that happens', async () => {
    const expected = await train(createReferenceEngine());
    // Four trial runs of `fit`, then fit, save and evaluate in turns.
    for (let diesAt = 1; diesAt <= 16; diesAt++) {
      const { router, lost } = route(diesAt);
      expect(await train(router), `lost at call ${diesAt}`).toEqual(expected);
      expect(lost).toEqual(['unplugged']);
    }
  });

  test('says what trains now', async () => {
    const { router } = route(9);
    const trainer = await router.createTrainer(shape, beginTraining(parameters), rule);
    const kinds = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      await trainer.fit(series, starts, 32);
      kinds.push(trainer.kind);
    }
    expect(kinds).toEqual(['webgpu', 'webgpu', 'wasm']);
  });

  test('stays on the GPU while it lives', async () => {
    const { router, gpu, cpu } = route();
    await train(router);
    expect(cpu.calls).toEqual(['fit', 'fit', 'fit', 'fit']);
    expect(gpu.calls.filter((name) => name === 'fit').length).toBe(8);
  });
});

test('a cost is the line through two measurements', () => {
  expect(fitCost(10, 50, 110, 150)).toEqual({ fixed: 40, each: 1 });
  expect(predict({ fixed: 40, each: 1 }, 10)).toBe(50);
  // Noise must not make a call cost less than nothing.
  expect(fitCost(10, 50, 110, 40)).toEqual({ fixed: 50, each: 0 });
  expect(fitCost(10, 5, 20, 200).fixed).toBe(0);
  expect(fitCost(10, 50, 10, 60)).toEqual({ fixed: 0, each: 6 });
});
