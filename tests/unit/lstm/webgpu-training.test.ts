import { describe, expect, test, vi } from 'vitest';
import { countParameters, type AutoencoderShape } from '$lib/lstm/shape';
import { createPace, estimateRows } from '$lib/lstm/webgpu/pace';
import { packParameters, planPacking, unpackOrder } from '$lib/lstm/webgpu/packing';
import { choosePerSplit, countSplits } from '$lib/lstm/webgpu/partial-sums';
import type { Run } from '$lib/lstm/webgpu/recorder';

const shape: AutoencoderShape = { steps: 3, channels: 2, encoder: [5, 3], latent: 4, decoder: [6] };

describe('packing', () => {
  const packing = planPacking(shape);
  const parameters = Float32Array.from({ length: countParameters(shape) }, (_, i) => i + 1);
  const packed = packParameters(packing, parameters);

  test('has every parameter once in the first stretch, in an order that can be undone', () => {
    const ordered = packed.subarray(0, packing.orderLength);
    expect(Array.from(ordered).filter((value) => value > 0)).toHaveLength(parameters.length);
    expect(unpackOrder(packing, ordered)).toEqual(parameters);
  });

  test('interleaves the gates by row, and transposed', () => {
    // The second encoder layer: 5 inputs, 3 units, behind the first one's (2 + 5 + 1)·20 parameters.
    const { forward, recurrent, kernel } = packing.copies[1]!;
    const parameter = (row: number, gate: number, unit: number) => 160 + (row * 4 + gate) * 3 + unit + 1;
    for (const [row, gate, unit] of [
      [0, 0, 0],
      [4, 3, 2],
      [6, 1, 0],
      [8, 2, 1]
    ] as const) {
      expect(packed[forward.offset + (row * 3 + unit) * 4 + gate]).toBe(parameter(row, gate, unit));
      if (row < 5) expect(packed[kernel.offset + (unit * 5 + row) * 4 + gate]).toBe(parameter(row, gate, unit));
      else if (row < 8)
        expect(packed[recurrent.offset + (unit * 3 + row - 5) * 4 + gate]).toBe(parameter(row, gate, unit));
    }
  });

  test('begins every stretch where a buffer may be bound', () => {
    for (const { forward, recurrent, kernel } of packing.copies) {
      for (const { offset } of [forward, recurrent, kernel]) expect((4 * offset) % 256).toBe(0);
    }
  });
});

describe('splits', () => {
  test.each([
    [64, 30, 1000, 8],
    [64, 1, 1000, 256],
    [4096, 30, 1000, 32],
    [4096, 30, 10, 416]
  ])('%i windows of %i steps, room for %i splits: %i windows each', (batchSize, steps, fitting, expected) => {
    expect(choosePerSplit(batchSize, steps, fitting)).toBe(expected);
    expect(countSplits({ rows: batchSize, perSplit: expected })).toBeLessThanOrEqual(Math.min(fitting, 128));
  });
});

describe('pace', () => {
  const runs = Array.from({ length: 100 }, () => ({ step: { rows: 512 } }) as Run);

  test('sends everything in order, more at a time to a quick device', async () => {
    const pace = createPace(512);
    const sent: Run[][] = [];
    await pace.submitAll(runs, async (some) => sent.push([...some]));
    expect(sent.flat()).toEqual(runs);
    expect(sent[0]).toHaveLength(1);
    expect(sent.at(-2)!.length).toBeGreaterThan(8);
    expect(pace.rows).toBe(512);
  });

  test('gives a slow device fewer windows at a time, though not too few', async () => {
    const pace = createPace(100);
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const submit = async () => void (nowMs += 500);
    await pace.submitAll(runs.slice(0, 1), submit);
    expect(pace.rows).toBe(50);
    await pace.submitAll(runs, submit);
    expect(pace.rows).toBe(8);
    vi.restoreAllMocks();
  });

  test('takes back a quick device as many as it began with, though not because of a small batch', async () => {
    const pace = createPace(100);
    let nowMs = 0;
    let tookMs = 500;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const submit = async () => void (nowMs += tookMs);
    await pace.submitAll(runs.slice(0, 2), submit);
    expect(pace.rows).toBe(25);
    tookMs = 10;
    await pace.submitAll([{ step: { rows: 8 } } as Run], submit);
    expect(pace.rows).toBe(25);
    await pace.submitAll(runs.slice(0, 1), submit);
    expect(pace.rows).toBe(50);
    await pace.submitAll(runs, submit);
    expect(pace.rows).toBe(100);
    vi.restoreAllMocks();
  });

  test.each([
    ['a small model', 30, 64, true, 32],
    ['a small model', 30, 64, false, 512],
    ['a large model', 128, 1024, true, 8],
    ['a large model', 128, 128, false, 80]
  ])('begins with what %s of %i steps and %i units affords, on software: %s', (_, steps, units, isSoftware, rows) => {
    const shape = { steps, channels: 10, encoder: [units], latent: null, decoder: [units] };
    expect(estimateRows(shape, isSoftware)).toBe(rows);
  });

  test('keeps two submits under way and passes a failure on', async () => {
    const pace = createPace(512);
    let underWay = 0;
    let most = 0;
    let count = 0;
    const submit = async () => {
      most = Math.max(most, ++underWay);
      for (let turn = 0; turn < 50; turn++) await null;
      underWay--;
      if (++count === 5) throw new Error('gone');
    };
    await expect(pace.submitAll(runs, submit)).rejects.toThrow('gone');
    expect(most).toBe(2);
    expect(count).toBeLessThan(8);
  });
});
