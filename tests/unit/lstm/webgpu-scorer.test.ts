import { describe, expect, test, vi } from 'vitest';
import { DeviceLostError } from '$lib/lstm/engine';
import { countParameters, type AutoencoderShape } from '$lib/lstm/shape';
import { openGpu } from '$lib/lstm/webgpu/device';
import { createGpuScorer } from '$lib/lstm/webgpu/scorer';
import type { GpuTuning, Variant } from '$lib/lstm/webgpu/variant';
import { createCountingGpu } from '../../support/counting-gpu';

const modelA: AutoencoderShape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };
const stacked: AutoencoderShape = { steps: 30, channels: 14, encoder: [64, 64], latent: 32, decoder: [64, 64] };
const tile: Variant = { kind: 'tile', windows: 16, perThread: 4 };
const untimed = { key: '', f16: false, times: [] };

async function open(shape: AutoencoderShape, variant?: Variant) {
  const counting = createCountingGpu();
  const context = await openGpu(counting.gpu);
  const tuning = variant && { ...untimed, choices: [{ from: 1, variant }] };
  const scorer = await createGpuScorer(context, shape, new Float32Array(countParameters(shape)), tuning);
  const score = (count: number, rows = count + shape.steps - 1) =>
    scorer.score(
      { values: new Float32Array(rows * shape.channels), channels: shape.channels },
      Int32Array.from({ length: count }, (_, i) => i),
      'mae'
    );
  return { ...counting, scorer, score };
}

describe('one prediction takes few dispatches', () => {
  test.each([
    ['1 + 1 layers, tiles', modelA, tile, 2],
    ['1 + 1 layers, whole windows', modelA, { kind: 'whole', threads: 256 } as const, 1],
    ['2 + 2 layers with a latent one, tiles', stacked, tile, 4],
    ['2 + 2 layers with a latent one, whole windows', stacked, { kind: 'whole', threads: 64 } as const, 1]
  ])('%s', async (_, shape, variant, dispatches) => {
    const { counts, score } = await open(shape, variant);
    await score(64);
    expect(counts).toMatchObject({ dispatches, submits: 1 });
  });

  test('whatever is chosen unmeasured', async () => {
    for (const count of [1, 3, 17, 64]) {
      for (const [shape, most] of [
        [modelA, 4],
        [stacked, 8]
      ] as const) {
        const { counts, score } = await open(shape);
        await score(count);
        expect(counts.dispatches, `${count} windows`).toBeLessThanOrEqual(most);
      }
    }
  });
});

test('nothing grows over 1,000 predictions, and nothing is bound or compiled anew', async () => {
  const { counts, score } = await open(modelA, tile);
  await score(64);
  const before = { ...counts };
  for (let i = 0; i < 1000; i++) await score(1 + (i % 64));
  const { buffersCreated, bytesHeld, bindGroups, pipelines } = before;
  expect(counts).toMatchObject({ buffersCreated, bytesHeld, bindGroups, pipelines });
  expect(counts.dispatches).toBe(before.dispatches + 2000);
});

test('a small batch takes up the rows it sees and no more', async () => {
  const { counts, score } = await open(modelA);
  await score(1);
  const before = counts.bytesWritten;
  await score(1, 100_000);
  // 30 rows of 10 numbers, one start, one slot of scalars.
  expect(counts.bytesWritten - before).toBe(30 * 10 * 4 + 4 + 256);
});

test('a long series is cut into dispatches', async () => {
  const { counts, score } = await open(modelA, tile);
  const { score: scores } = await score(5000);
  expect(scores).toHaveLength(5000);
  // 64 at first, twice as many whenever they were fast.
  expect(counts.submits).toBeGreaterThan(3);
});

test('disposal frees every buffer, after the prediction that is under way', async () => {
  const { counts, scorer, score } = await open(stacked, tile);
  await score(64);
  const last = score(3);
  scorer.dispose();
  await expect(last).rejects.toThrow('disposed');
  expect(counts.bytesHeld).toBe(0);
  expect(counts.buffersDestroyed).toBe(counts.buffersCreated);
  await expect(score(1)).rejects.toThrow('disposed');

  const idle = await open(modelA);
  await idle.score(1);
  idle.scorer.dispose();
  expect(idle.counts.bytesHeld).toBe(0);
});

test('a lost device rejects what waits for it, and everything after', async () => {
  const { score, lose } = await open(modelA);
  await score(1);
  const waiting = score(1);
  lose('driver reset');
  await expect(waiting).rejects.toThrow(DeviceLostError);
  await expect(score(1)).rejects.toThrow('driver reset');
});

test('a device that reports an error returns nothing from then on', async () => {
  const { score, fail } = await open(modelA);
  await score(1);
  fail('out of memory');
  await expect(score(1)).rejects.toThrow(DeviceLostError);
});

test('parameters of another shape are refused', async () => {
  const { gpu, counts } = createCountingGpu();
  const scorer = createGpuScorer(await openGpu(gpu), modelA, new Float32Array(7));
  await expect(scorer).rejects.toThrow(new RangeError(`7 parameters, expected ${countParameters(modelA)}`));
  expect(counts.bytesHeld).toBe(0);
});

test('a kernel that failed to compile is compiled anew for whoever comes next', async () => {
  const { device, score } = await open(modelA);
  const compile = vi.spyOn(device, 'createComputePipelineAsync').mockRejectedValue(new Error('no memory'));
  await expect(score(1)).rejects.toThrow('no memory');
  compile.mockRestore();
  expect((await score(1)).score).toHaveLength(1);
});

test('what scores a window depends on how many are asked for, not on how quick the device is', async () => {
  const { gpu, shaders } = createCountingGpu();
  const choices: GpuTuning['choices'] = [
    { from: 1, variant: { kind: 'whole', threads: 64 } },
    { from: 300, variant: tile }
  ];
  const parameters = new Float32Array(countParameters(modelA));
  const scorer = await createGpuScorer(await openGpu(gpu), modelA, parameters, { ...untimed, choices });
  const series = { values: new Float32Array(1000 * modelA.channels), channels: modelA.channels };
  await scorer.score(series, new Int32Array(300), 'mae'); // in pieces of 64, 128 and the rest
  expect(shaders).toHaveLength(2); // tiles, layer by layer
  await scorer.score(series, new Int32Array(299), 'mae');
  expect(shaders).toHaveLength(3);
});

test('windows outside the series are refused before the device sees them', async () => {
  const { counts, score } = await open(modelA);
  await expect(score(2, 30)).rejects.toThrow(RangeError);
  expect(counts.dispatches).toBe(0);
});

test('no windows need no device', async () => {
  const { counts, score } = await open(modelA);
  expect((await score(0)).score).toHaveLength(0);
  expect(counts.submits).toBe(0);
});
