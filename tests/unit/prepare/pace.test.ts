import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';
import { joinBlocks } from '$lib/prepare/blocks';
import { createPacer } from '$lib/prepare/pace';
import { cutReadings } from '../../support/pump-readings';

/** Rows of one channel that counts them. */
function rowsAt(times: number[], quality: number[] = []): ReadingBlock {
  return {
    assetId: 'a',
    channels: ['x'],
    t: Float64Array.from(times),
    columns: [Float32Array.from(times.keys())],
    quality: [Uint8Array.from(times, (_, i) => quality[i] ?? Quality.good)]
  };
}

const steps = (count: number, stepMs: number, fromMs = 1e9) =>
  Array.from({ length: count }, (_, i) => fromMs + i * stepMs);

describe('pacing', () => {
  test("rows as far apart as the model's, or further, pass as they are", () => {
    for (const times of [steps(50, 1000), steps(20, 2500), steps(40, 1000).map((t, i) => t + (i % 2) * 300)]) {
      const block = rowsAt(times);
      expect(createPacer(1000).push(block)).toEqual(block);
    }
  });

  test('ten times as many become their means, a step apart', () => {
    const { t, columns } = createPacer(1000).push(rowsAt(steps(100, 100)));
    // The first row stands alone; the others are means of ten, each in the middle of its own.
    expect(Array.from(t.subarray(2)).map((tMs, i) => tMs - t[i + 1]!)).toEqual(Array(t.length - 2).fill(1000));
    expect(t.length).toBe(10);
    expect(columns[0]![5]).toBe((t[5]! - 1e9) / 100 - 4.5);
  });

  test('where a recording begins does not move the rows', () => {
    const times = steps(300, 130);
    const whole = createPacer(1000).push(rowsAt(times));
    const late = createPacer(1000).push(rowsAt(times.slice(37)));
    expect(Array.from(late.t.slice(2))).toEqual(Array.from(whole.t).slice(-late.t.length + 2));
  });

  test('bad values are left out of a mean; without a good one the row is as bad as its own', () => {
    const times = steps(20, 100, 1e9 + 100);
    const bad = times.map((_, i) => (i >= 9 ? Quality.stuck : i % 2 === 0 ? Quality.outOfRange : Quality.good));
    const { columns, quality } = createPacer(1000).push(rowsAt(times, bad));
    expect(quality[0]!.at(-1)).toBe(Quality.stuck);
    expect(columns[0]!.at(-1)).toBeNaN();
    // Of the rows 1 … 8 only the odd ones are good.
    expect(columns[0]![1]).toBe((1 + 3 + 5 + 7) / 4);
  });

  test('rows before a gap have no part in the row after it', () => {
    const times = [...steps(5, 100, 1e9 + 100), 1e9 + 60_000];
    const { t, columns } = createPacer(1000).push(rowsAt(times));
    expect(Array.from(t)).toEqual([times[0], times[5]]);
    expect(columns[0]![1]).toBe(5);
  });

  test('any chunking of the same rows gives the same rows', () => {
    const codes = [Quality.good, Quality.contradicts, Quality.stuck];
    const quality = Array.from({ length: 200 }, (_, i) => codes[i % 3]!);
    // The first hundred are faster than the model, the others are not.
    const times = [...steps(100, 170), ...steps(100, 1000, 2e9)];
    const block = rowsAt(times, quality);
    const whole = createPacer(1000).push(block);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        const pacer = createPacer(1000);
        expect(joinBlocks(cutReadings(block, sizes).map((each) => pacer.push(each)))).toEqual(whole);
      })
    );
  });
});
