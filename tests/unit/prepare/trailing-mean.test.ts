import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { createTrailingMean } from '$lib/prepare/trailing-mean';

/** The definition, summed afresh for every row. */
function naiveMean(values: ArrayLike<number>, row: number, rows: number): number {
  if (!Number.isFinite(values[row])) return NaN;
  let sum = 0;
  let count = 0;
  for (let i = Math.max(0, row - rows + 1); i <= row; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum += values[i]!;
    count += 1;
  }
  return sum / count;
}

describe('createTrailingMean', () => {
  it('is partial at the start', () => {
    const mean = createTrailingMean(3);
    expect([3, 6, 9, 12, 0].map(mean.next)).toEqual([3, 4.5, 6, 9, 7]);
  });

  it('leaves the values alone with one row', () => {
    const mean = createTrailingMean(1);
    expect([3, NaN, -9].map(mean.next)).toEqual([3, NaN, -9]);
  });

  it('returns NaN for a missing value and leaves it out of later means', () => {
    const mean = createTrailingMean(3);
    expect([2, NaN, 4, 6, Infinity, 10].map(mean.next)).toEqual([2, NaN, 3, 5, NaN, 8]);
  });

  it('forgets everything on restart, in the middle of a turn and after many', () => {
    const mean = createTrailingMean(4);
    [100, 200, 300, 400, 500, 600].forEach(mean.next);
    mean.restart();
    expect([1, 3, 5, 7, 9].map(mean.next)).toEqual([1, 2, 3, 4, 6]);
  });

  it('agrees with the definition on any values, holes and widths', () => {
    const value = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -1000, max: 1000 }) }, fc.constant(NaN));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (values, rows) => {
        const mean = createTrailingMean(rows);
        const means = values.map(mean.next);
        // Sums of small integers are exact, so the quotients must be equal to the last bit.
        expect(means).toEqual(values.map((_, row) => naiveMean(values, row, rows)));
      })
    );
  });

  it('does not drift over a million rows, nor remember a spike', () => {
    const random = createRandom(7);
    const rows = 30;
    const values = Float32Array.from({ length: 1_000_000 }, (_, i) => 1e5 + 100 * Math.sin(i / 50) + random.normal());
    values[400_000] = 1e30;
    const mean = createTrailingMean(rows);
    const means = Float64Array.from(values, mean.next);
    for (let row = 0; row < values.length; row += 997) {
      const expected = naiveMean(values, row, rows);
      // Two sums of 30 addends, each addition off by at most 2⁻⁵³ of the sum.
      expect(Math.abs(means[row]! - expected)).toBeLessThanOrEqual(2 * rows * 2 ** -53 * expected);
    }
    expect(means[400_010]).toBeGreaterThan(1e28);
    expect(Math.abs(means[400_030]! - naiveMean(values, 400_030, rows))).toBeLessThan(1e-8);
  });
});
