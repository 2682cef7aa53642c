/**
 * Scoring on WebGPU against the double-precision reference, on the software adapter, which the tests' Chromium always has.
 * Before every comparison all buffers of a scorer are filled with NaN by a series of NaN, so that a number that should have been
 * written and was not shows.
 */
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { DeviceLostError, type ErrorKind } from '$lib/lstm/engine';
import { roundToHalf } from '$lib/lstm/half';
import type { AutoencoderShape } from '$lib/lstm/shape';
import { tuneGpu } from '$lib/lstm/webgpu/autotune';
import { openGpu, type GpuContext } from '$lib/lstm/webgpu/device';
import { createGpuScorer, type GpuScorer } from '$lib/lstm/webgpu/scorer';
import type { GpuTuning, Variant } from '$lib/lstm/webgpu/variant';
import { drawCase, largestDifference, scoreExactly, type LstmCase } from '../../support/lstm-cases';
import { reconstructStock } from '../../support/stock-reconstruction';

const forwardGate = 2e-5;
const companyGate = 1e-6;

let context: GpuContext;
beforeAll(async () => {
  context = await openGpu(navigator.gpu);
});
afterAll(() => context.device.destroy());

const use = (variant: Variant, f16 = false): GpuTuning => ({
  key: '',
  f16,
  choices: [{ from: 1, variant }],
  times: []
});
const whole = (threads: number): Variant => ({ kind: 'whole', threads });
const tile = (windows: number, perThread: number): Variant => ({ kind: 'tile', windows, perThread });

async function poison(scorer: GpuScorer, { series, starts }: LstmCase, error: ErrorKind) {
  const unknown = { ...series, values: new Float32Array(series.values.length).fill(NaN) };
  const { score } = await scorer.score(unknown, starts, error);
  expect(score.every(Number.isNaN)).toBe(true);
}

async function compare(
  shape: AutoencoderShape,
  count: number,
  error: ErrorKind,
  tuning?: GpuTuning,
  on: GpuContext = context
) {
  const drawn = drawCase(shape, count, 11);
  const scorer = await createGpuScorer(on, shape, drawn.parameters, tuning);
  await poison(scorer, drawn, error);
  const found = await scorer.score(drawn.series, drawn.starts, error);
  scorer.dispose();
  const exact = scoreExactly(drawn, error);
  for (const name of ['expected', 'channelError', 'score'] as const) {
    expect(largestDifference(found[name], exact[name]), name).toBeLessThan(forwardGate);
  }
}

const autoencoder = (
  steps: number,
  channels: number,
  encoder: number[],
  latent: number | null,
  decoder: number[]
): AutoencoderShape => ({ steps, channels, encoder, latent, decoder });

describe('errors agree with the reference', () => {
  test.each([
    ['model A, one window, as chosen', autoencoder(30, 10, [64], null, [64]), 1, 'mae', undefined],
    ['model A, 17 windows, as chosen', autoencoder(30, 10, [64], null, [64]), 17, 'mse', undefined],
    [
      'two encoder layers, tiles with one copy of the states',
      autoencoder(7, 14, [64, 64], 32, [16]),
      3,
      'mse',
      use(tile(16, 4))
    ],
    [
      'two layers a side, whole, sums shared by threads',
      autoencoder(30, 14, [64, 64], 32, [64, 64]),
      3,
      'mse',
      use(whole(256))
    ],
    ['odd units, latent, whole', autoencoder(7, 8, [33], 7, [100, 16]), 3, 'mae', use(whole(128))],
    ['odd units, latent, tiles', autoencoder(7, 8, [33], 7, [100, 16]), 17, 'mae', use(tile(4, 4))],
    ['one step, one channel', autoencoder(1, 1, [16], null, [16]), 17, 'mse', use(tile(8, 8))],
    ['one step, whole', autoencoder(1, 1, [5], 2, [3]), 1, 'mae', use(whole(32))],
    ['52 channels, wider than the layers', autoencoder(7, 52, [16], null, [33]), 17, 'mae', use(tile(8, 4))],
    ['52 channels, whole', autoencoder(7, 52, [16], null, [33]), 3, 'mse', use(whole(64))],
    ['128 steps, too long for a workgroup', autoencoder(128, 10, [128], null, [16]), 3, 'mae', use(tile(4, 1))],
    ['more units than threads', autoencoder(3, 2, [300], null, [16]), 3, 'mse', use(tile(2, 2))]
  ] as const)('%s', async (_, shape, count, error, tuning) => {
    await compare(shape as AutoencoderShape, count, error, tuning);
  });

  test.each([
    ['a few windows', autoencoder(7, 10, [64], null, [16]), 3],
    ['many windows', autoencoder(7, 14, [64, 33], 5, [16]), 67],
    ['more windows', autoencoder(7, 8, [33], null, [16]), 513]
  ])('as chosen on a GPU that is none in software: %s', async (_, shape, count) => {
    await compare(shape, count, 'mae', undefined, { ...context, isSoftware: false });
  });
});

test('no worse than four times what stock TensorFlow.js on the CPU is off', async () => {
  const shape = autoencoder(30, 10, [64], null, [64]);
  for (const seed of [1, 5]) {
    const drawn = drawCase(shape, 17, seed);
    const exact = scoreExactly(drawn, 'mae').expected;
    const stock = await reconstructStock(drawn);
    const scorer = await createGpuScorer(context, shape, drawn.parameters, use(whole(64)));
    const { expected } = await scorer.score(drawn.series, drawn.starts, 'mae');
    scorer.dispose();
    expect(largestDifference(expected, exact)).toBeLessThan(4 * largestDifference(stock, exact));
  }
});

test('a window gets the same score in whatever company', async () => {
  const shape = autoencoder(7, 8, [16], null, [16]);
  const drawn = drawCase(shape, 300, 3);
  const scorer = await createGpuScorer(context, shape, drawn.parameters);
  const { score } = await scorer.score(drawn.series, drawn.starts, 'mae');
  expect(largestDifference(score, scoreExactly(drawn, 'mae').score)).toBeLessThan(forwardGate);
  for (const [from, to] of [
    [0, 1],
    [7, 10],
    [290, 300]
  ] as const) {
    const alone = await scorer.score(drawn.series, drawn.starts.subarray(from, to), 'mae');
    expect(largestDifference(alone.score, score.subarray(from, to))).toBeLessThan(companyGate);
  }
  scorer.dispose();
});

test.each([
  ['whole', whole(32)],
  ['tiles', tile(4, 2)]
])('16-bit weights, %s: as exact as any, and said; no others are taken for such', async (_, variant) => {
  const shape = autoencoder(7, 8, [16], 4, [16]);
  const drawn = drawCase(shape, 3, 5);
  const rounded = { ...drawn, parameters: roundToHalf(drawn.parameters) };
  const scorer = await createGpuScorer(context, shape, rounded.parameters, use(variant, true));
  expect(scorer.detail).toBe('f16 weights');
  const { expected } = await scorer.score(drawn.series, drawn.starts, 'mae');
  expect(largestDifference(expected, scoreExactly(rounded, 'mae').expected)).toBeLessThan(forwardGate);
  expect(largestDifference(expected, scoreExactly(drawn, 'mae').expected)).toBeGreaterThan(forwardGate);
  scorer.dispose();
  await expect(createGpuScorer(context, shape, drawn.parameters, use(variant, true))).rejects.toThrow(RangeError);
});

describe('a measurement', () => {
  const shape = autoencoder(3, 2, [8], null, [8]);
  const kinds = ({ times }: GpuTuning) => new Set(times.map(({ variant }) => variant.kind));
  let own: GpuContext;
  beforeAll(async () => {
    own = await openGpu(navigator.gpu);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => own.device.destroy());

  test('leaves out what does not compile', async () => {
    const compile = own.device.createComputePipelineAsync.bind(own.device);
    vi.spyOn(own.device, 'createComputePipelineAsync').mockImplementation((descriptor) =>
      descriptor.label === 'whole window' ? Promise.reject(new Error('no')) : compile(descriptor)
    );
    expect(kinds(await tuneGpu(own, shape))).toEqual(new Set(['tile']));
  });

  test('leaves out what computes something else', async () => {
    const fresh = await openGpu(navigator.gpu);
    const create = fresh.device.createShaderModule.bind(fresh.device);
    // Tiles whose windows are all the first one.
    vi.spyOn(fresh.device, 'createShaderModule').mockImplementation(({ code }) =>
      create({ code: code.replace('min(first + i, step.rows - 1u)', 'first') })
    );
    expect(kinds(await tuneGpu(fresh, shape))).toEqual(new Set(['whole']));
    fresh.device.destroy();
  });

  test('takes the fastest, and one entry for neighbours that agree, and is plain data', async () => {
    // A clock of dispatches: the whole window in one is the fastest for any number of windows.
    const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
    const tuning = await tuneGpu(own, shape, { now: () => dispatches.mock.calls.length });
    expect(tuning.choices).toEqual([{ from: 1, variant: { kind: 'whole', threads: 32 } }]);
    expect(tuning.times.filter(({ windows }) => windows === 1).length).toBeGreaterThan(3);
    expect(tuning.times.every(({ ms }) => ms > 0)).toBe(true);
    expect(tuning).toMatchObject({ f16: false, key: expect.stringContaining(own.adapterName) });
    expect(JSON.parse(JSON.stringify(tuning))).toEqual(tuning);
    await compare(shape, 17, 'mae', tuning);
  });

  test('takes 16-bit weights where they are allowed, the device knows them and they are faster', async () => {
    // The kernels ask for nothing but what every device has, so the software adapter may stand in for one with 16-bit floats.
    const knowing = { ...own, hasF16: true };
    const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
    // A clock that slows down: what comes later, as 16-bit weights do, seems faster.
    const slowing = () => -1 / (1 + dispatches.mock.calls.length);
    const tuning = await tuneGpu(knowing, shape, { allowF16: true, now: slowing });
    expect(tuning.f16).toBe(true);
    expect(new Set(tuning.times.map(({ f16 }) => f16))).toEqual(new Set([false, true]));
    const quickening = () => Math.exp(dispatches.mock.calls.length / 1000);
    expect(await tuneGpu(knowing, shape, { allowF16: true, now: quickening })).toMatchObject({ f16: false });
    const unknowing = await tuneGpu(own, shape, { allowF16: true, now: slowing });
    expect([unknowing.f16, unknowing.times.some(({ f16 }) => f16)]).toEqual([false, false]);
  });
});

test('a device that goes away in the middle gives no numbers', async () => {
  const own = await openGpu(navigator.gpu);
  const shape = autoencoder(30, 10, [64], null, [64]);
  const drawn = drawCase(shape, 300, 9);
  const scorer = await createGpuScorer(own, shape, drawn.parameters, use(tile(1, 1)));
  await scorer.score(drawn.series, drawn.starts.subarray(0, 1), 'mae');
  const running = scorer.score(drawn.series, drawn.starts, 'mae');
  const waiting = scorer.score(drawn.series, drawn.starts, 'mae');
  setTimeout(() => own.device.destroy(), 30);
  await expect(running).rejects.toThrow(DeviceLostError);
  await expect(waiting).rejects.toThrow(DeviceLostError);
  await expect(scorer.score(drawn.series, drawn.starts, 'mae')).rejects.toThrow(DeviceLostError);
  expect(own.isLost()).toBe(true);
  expect(await own.lost).toContain('destroyed');
  scorer.dispose();
});
