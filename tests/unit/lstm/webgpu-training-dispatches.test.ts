/**
 * What a training asks of a GPU, counted on a device that does nothing: few dispatches a step, several steps a submit, no new
 * buffer however long it goes on, all of them given back.
 */
import { describe, expect, test } from 'vitest';
import { beginTraining, DeviceLostError, type TrainingRule } from '$lib/lstm/engine';
import { countParameters, type AutoencoderShape } from '$lib/lstm/shape';
import { countAdamGroups } from '$lib/lstm/webgpu/adam.wgsl';
import { wrapDevice } from '$lib/lstm/webgpu/device';
import { countSumGroups } from '$lib/lstm/webgpu/gradient-sum.wgsl';
import { countInputGradientGroups } from '$lib/lstm/webgpu/input-gradient.wgsl';
import { createGpuTrainer } from '$lib/lstm/webgpu/trainer';
import { createCountingGpu } from '../../support/counting-gpu';

const modelA: AutoencoderShape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };
const stacked: AutoencoderShape = { steps: 30, channels: 14, encoder: [64, 64], latent: 32, decoder: [64, 64] };
const rule: TrainingRule = {
  loss: 'mse',
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  clipNorm: 1
};

async function open(shape: AutoencoderShape, isSoftware = false) {
  const gpu = createCountingGpu();
  const context = wrapDevice(gpu.device, { adapterName: 'counting', isSoftware });
  const trainer = await createGpuTrainer(context, shape, beginTraining(new Float32Array(countParameters(shape))), rule);
  const rows = 4 * shape.steps;
  const series = { values: new Float32Array(rows * shape.channels), channels: shape.channels };
  const fit = (windows: number, batchSize: number) => trainer.fit(series, new Int32Array(windows), batchSize);
  return { ...gpu, trainer, series, fit };
}

describe('dispatches of a training step', () => {
  test.each([
    ['model A', modelA, 12],
    ['two layers a side and a latent one', stacked, 23]
  ])('%s', async (_, shape, expected) => {
    const { counts, fit } = await open(shape);
    for (const batchSize of [1, 20, 64, 512]) {
      const before = counts.dispatches;
      await fit(3 * batchSize, batchSize);
      expect((counts.dispatches - before) / 3, `batch of ${batchSize}`).toBe(expected);
    }
    expect(expected).toBeLessThanOrEqual(25);
  });

  test('a large batch is cut into micro-batches that share the last three', async () => {
    const { counts, fit } = await open(modelA, true);
    await fit(96, 96);
    const micro = 12 - 3;
    expect(counts.dispatches).toBe(3 * micro + 3);
  });
});

test('a thousand steps take no new buffer and few submits', async () => {
  const { counts, fit, trainer, series } = await open(modelA);
  await fit(64, 8);
  await trainer.evaluate(series, new Int32Array(64));
  await trainer.save();
  const before = { ...counts };
  for (let epoch = 0; epoch < 125; epoch++) await fit(64, 8);
  await trainer.evaluate(series, new Int32Array(64));
  await trainer.save();
  expect(counts.dispatches - before.dispatches).toBeGreaterThanOrEqual(12_000);
  expect(counts.bytesHeld).toBe(before.bytesHeld);
  expect(counts.pipelines).toBe(before.pipelines);
  expect(counts.bindGroups).toBe(before.bindGroups);
  expect(counts.submits - before.submits).toBeLessThan(800);
});

test('gives everything back', async () => {
  const { counts, fit, trainer, series } = await open(stacked);
  await fit(40, 16);
  await fit(200, 100);
  await trainer.differentiate(series, new Int32Array(300));
  trainer.dispose();
  trainer.dispose();
  expect(counts.buffersDestroyed).toBe(counts.buffersCreated);
  expect(counts.bytesHeld).toBe(0);
});

test('is disposed of when the call under way has settled', async () => {
  const { counts, fit, trainer } = await open(modelA);
  await fit(64, 8);
  const fitted = fit(640, 8);
  trainer.dispose();
  expect(counts.bytesHeld).toBeGreaterThan(0);
  await expect(fitted).rejects.toThrow('disposed');
  expect(counts.bytesHeld).toBe(0);
  await expect(trainer.save()).rejects.toThrow('disposed');
});

test('a series goes up once, another one anew', async () => {
  const { counts, trainer, series } = await open(modelA);
  const evaluate = async (shown: typeof series) => {
    const before = counts.bytesWritten;
    await trainer.evaluate(shown, new Int32Array(8));
    return counts.bytesWritten - before;
  };
  const first = await evaluate(series);
  expect(await evaluate(series)).toBe(first - series.values.byteLength);
  expect(await evaluate({ ...series, values: series.values.slice() })).toBe(first);
});

describe('no dispatch has more workgroups than a device takes', () => {
  const parameters = 65_536 * 256;

  test('for the parameters of a model', () => {
    expect(countAdamGroups(parameters)).toBe(65_535);
    expect(countSumGroups(parameters)).toBeLessThanOrEqual(65_535);
    expect(countSumGroups(10_000)).toBe(40);
  });

  test('for the rows of a micro-batch', () => {
    expect(countInputGradientGroups(64, 512 * 30)).toEqual([960, 1, 1]);
    expect(countInputGradientGroups(64, 512 * 2049)).toEqual([65_535, 1, 2]);
  });
});

test('more units than fit a workgroup are refused, and nothing is left behind', async () => {
  const gpu = createCountingGpu();
  const shape = { ...modelA, decoder: [1100] };
  const from = beginTraining(new Float32Array(countParameters(shape)));
  await expect(createGpuTrainer(wrapDevice(gpu.device), shape, from, rule)).rejects.toThrow(RangeError);
  expect(gpu.counts.bytesHeld).toBe(0);
});

test('a series that no binding can show is refused, and the training goes on', async () => {
  const { trainer, fit, series } = await open(modelA);
  const large = { values: new Float32Array(2 ** 25 + 10), channels: 10 };
  await expect(trainer.evaluate({ ...large, channels: 10 }, Int32Array.of(0))).rejects.toThrow(RangeError);
  expect(await fit(8, 4)).toHaveLength(2);
  expect(await trainer.evaluate(series, Int32Array.of(0))).toBe(0);
});

test('a checkpoint of another shape is refused', async () => {
  const { device } = createCountingGpu();
  const from = beginTraining(new Float32Array(7));
  await expect(createGpuTrainer(wrapDevice(device), modelA, from, rule)).rejects.toThrow('7 parameters');
});

test('a device that goes away is no result', async () => {
  const { lose, fit, trainer } = await open(modelA);
  const fitted = fit(64, 8);
  lose('unplugged');
  await expect(fitted).rejects.toThrow(DeviceLostError);
  await expect(fit(8, 8)).rejects.toThrow(DeviceLostError);
  await expect(trainer.save()).rejects.toThrow(DeviceLostError);
});
