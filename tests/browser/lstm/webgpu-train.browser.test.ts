/**
 * Training on WebGPU against the double-precision reference, on the software adapter, which the tests' Chromium always has. One
 * device serves all tests, for it compiles each kernel once. Before a gradient is judged, windows of NaN go through the same
 * buffers, so that a number that should have been written and was not shows.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { beginTraining, DeviceLostError, type Checkpoint, type Trainer, type TrainingRule } from '$lib/lstm/engine';
import type { AutoencoderShape } from '$lib/lstm/shape';
import { openGpu, type GpuContext } from '$lib/lstm/webgpu/device';
import { createGpuEngine } from '$lib/lstm/webgpu/engine';
import { createGpuTrainer } from '$lib/lstm/webgpu/trainer';
import {
  differentiateExactly,
  drawCase,
  drawCheckpoint,
  fitExactly,
  largestDifference,
  norm,
  relativeDistance,
  tensorRanges,
  type LstmCase
} from '../../support/lstm-cases';

const gradientGate = 1e-4;
const lossGate = 1e-4;
/** Of a learning rate: how far a parameter may be off after a step. */
const stepGate = 1e-3;

const mse: TrainingRule = {
  loss: 'mse',
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  clipNorm: null
};

let context: GpuContext;
beforeAll(async () => {
  context = await openGpu(navigator.gpu);
});
afterAll(() => context.device.destroy());

async function train<T>(
  { shape }: LstmCase,
  from: Checkpoint,
  rule: TrainingRule,
  use: (trainer: Trainer) => Promise<T>,
  on: GpuContext = context
) {
  const trainer = await createGpuTrainer(on, shape, from, rule);
  try {
    return await use(trainer);
  } finally {
    trainer.dispose();
  }
}

const learn = (drawn: LstmCase, from: Checkpoint, rule: TrainingRule, batchSize: number) =>
  train(drawn, from, rule, async (trainer) => ({
    losses: await trainer.fit(drawn.series, drawn.starts, batchSize),
    to: await trainer.save()
  }));

function expectNear(shape: AutoencoderShape, found: Float32Array, expected: Float64Array) {
  for (const { name, from, to } of tensorRanges(shape)) {
    const distance = relativeDistance(found.subarray(from, to), expected.subarray(from, to));
    expect(distance, name).toBeLessThanOrEqual(gradientGate);
  }
}

const autoencoder = (
  steps: number,
  channels: number,
  encoder: number[],
  latent: number | null,
  decoder: number[]
): AutoencoderShape => ({ steps, channels, encoder, latent, decoder });

const modelA = autoencoder(30, 10, [64], null, [64]);
const stacked = autoencoder(7, 8, [16, 24], 5, [9, 16]);

describe('gradients agree with the reference', () => {
  test.each([
    ['model A', modelA, 17, 'mse'],
    [
      'one layer a side, tiles of a GPU that is none in software',
      autoencoder(5, 4, [33], null, [16]),
      17,
      'mse',
      false
    ],
    ['model A in two micro-batches, the second not full', modelA, 41, 'mse'],
    ['one window of one step and one channel', autoencoder(1, 1, [16], null, [128]), 1, 'mse'],
    ['units that no tile divides', autoencoder(7, 14, [100], null, [33]), 3, 'mae'],
    ['many channels, latent', autoencoder(7, 52, [16], 20, [100]), 17, 'mae'],
    ['two layers a side, latent', stacked, 3, 'mse'],
    ['latent, tiles of a GPU that is none in software', autoencoder(3, 4, [9], 5, [7]), 11, 'mae', false]
  ] as const)('%s', async (_, shape, count, loss, isSoftware: boolean = true) => {
    const drawn = drawCase(shape, count, 40 + count, 'clear');
    const { series, starts } = drawn;
    const unknown = { ...series, values: new Float32Array(series.values.length).fill(NaN) };
    const differentiate = async (trainer: Trainer) => {
      expect((await trainer.differentiate(unknown, starts)).loss).toBeNaN();
      return trainer.differentiate(series, starts);
    };
    const on = { ...context, isSoftware };
    const found = await train(drawn, beginTraining(drawn.parameters), { ...mse, loss }, differentiate, on);
    const exact = differentiateExactly(drawn, loss);
    expect(Math.abs(found.loss / exact.loss - 1), 'loss').toBeLessThanOrEqual(lossGate);
    expectNear(shape, found.gradient, exact.gradient);
  });
});

describe('learns as the reference does', () => {
  test.each([
    ['without clipping', null],
    ['clipped to half its norm', 0.5],
    ['with a limit that is not reached', 2]
  ])('one Adam step, %s', async (_, share) => {
    const drawn = drawCase(stacked, 17, 50, 'clear');
    const { gradient } = differentiateExactly(drawn, 'mse');
    const rule = { ...mse, clipNorm: share === null ? null : share * norm(gradient) };
    const from = drawCheckpoint(drawn, gradient, 51);
    const { to } = await learn(drawn, from, rule, 17);
    const { state } = fitExactly(drawn, from, rule, 17);
    expect(to.step).toBe(from.step + 1);
    expectNear(stacked, to.firstMoment, state.firstMoment);
    expectNear(stacked, to.secondMoment, state.secondMoment);
    expect(largestDifference(to.parameters, state.parameters)).toBeLessThanOrEqual(stepGate * rule.learningRate);
  });

  test('the first ten losses of model A', async () => {
    const drawn = drawCase(modelA, 78, 52, 'clear');
    const from = beginTraining(drawn.parameters);
    const { losses, to } = await learn(drawn, from, mse, 8);
    const exact = fitExactly(drawn, from, mse, 8);
    expect(losses).toHaveLength(10);
    expect(to.step).toBe(10);
    const errors = exact.losses.map((loss, i) => Math.abs(losses[i]! / loss - 1));
    expect(Math.max(...errors)).toBeLessThanOrEqual(lossGate);
  });

  test('the mean loss of all windows, without learning', async () => {
    const drawn = drawCase(modelA, 41, 53, 'clear');
    const from = beginTraining(drawn.parameters);
    const exact = differentiateExactly(drawn, 'mse').loss;
    await train(drawn, from, mse, async (trainer) => {
      expect(Math.abs((await trainer.evaluate(drawn.series, drawn.starts)) / exact - 1)).toBeLessThanOrEqual(lossGate);
      expect(await trainer.save()).toEqual(from);
    });
  });
});

describe('is the same, bit for bit', () => {
  test('twice, and beside another training', async () => {
    const drawn = drawCase(modelA, 40, 54);
    const other = drawCase(stacked, 40, 55);
    const run = (one: LstmCase) => learn(one, beginTraining(one.parameters), { ...mse, clipNorm: 1 }, 16);
    const alone = await run(drawn);
    const [beside] = await Promise.all([run(drawn), run(other)]);
    expect(beside).toEqual(alone);
    expect(alone.to.parameters.every(Number.isFinite)).toBe(true);
  });

  test('however the pace of the device cuts its batches', async () => {
    const drawn = drawCase(modelA, 120, 58);
    const submits = vi.spyOn(context.device.queue, 'submit');
    const run = async () => {
      submits.mockClear();
      const result = await learn(drawn, beginTraining(drawn.parameters), { ...mse, clipNorm: 1 }, 40);
      return { result, submitted: submits.mock.calls.length };
    };
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now');
    clock.mockImplementation(() => (nowMs += 1));
    const quick = await run();
    clock.mockImplementation(() => (nowMs += 1000));
    const slow = await run();
    vi.restoreAllMocks();
    // Three batches of two micro-batches and two reads, were they not cut finer.
    expect(quick.submitted).toBeLessThanOrEqual(8);
    expect(slow.submitted).toBeGreaterThan(8);
    expect(slow.result).toEqual(quick.result);
  });

  test('after going on from a checkpoint', async () => {
    const drawn = drawCase(stacked, 44, 56);
    const { series, starts } = drawn;
    const whole = await learn(drawn, beginTraining(drawn.parameters), mse, 8);
    const half = await learn({ ...drawn, starts: starts.slice(0, 24) }, beginTraining(drawn.parameters), mse, 8);
    const rest = await train(drawn, half.to, mse, async (trainer) => ({
      losses: await trainer.fit(series, starts.slice(24), 8),
      to: await trainer.save()
    }));
    expect(rest.to).toEqual(whole.to);
    expect([...half.losses, ...rest.losses]).toEqual([...whole.losses]);
  });
});

test('a device destroyed in the middle is a lost device, and no numbers', async () => {
  const engine = createGpuEngine(await openGpu(navigator.gpu));
  const small = autoencoder(7, 2, [8], null, [8]);
  const drawn = drawCase(small, 64, 57);
  const trainer = await engine.createTrainer(small, beginTraining(drawn.parameters), mse);
  await trainer.fit(drawn.series, drawn.starts, 8);
  const order = Int32Array.from({ length: 6400 }, (_, i) => drawn.starts[i % 64]!);
  const fitted = trainer.fit(drawn.series, order, 8);
  engine.dispose();
  await expect(fitted).rejects.toThrow(DeviceLostError);
  await expect(trainer.save()).rejects.toThrow(DeviceLostError);
  await expect(trainer.evaluate(drawn.series, drawn.starts)).rejects.toThrow(DeviceLostError);
  trainer.dispose();
});
