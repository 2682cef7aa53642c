import { describe, expect, it } from 'vitest';
import { indexAt, toColumns, toLineColumns } from '$lib/ui/chart/columns';

const t = Float64Array.of(0, 1000, 2000, 3000, 4000);
const mean = Float32Array.of(1, 2, NaN, NaN, 5);
const envelope = (min: Float32Array, max: Float32Array) => ({ name: 'ramp', unit: 'bar', min, max, mean });

describe('columns of a channel', () => {
  it('are the arrays of the slice themselves, with NaN where a value is missing', () => {
    const columns = toColumns(t, envelope(mean, mean));
    expect(columns.data[0]).toBe(t);
    expect(columns.data[4]).toBe(mean);
    expect(columns.gaps).toBe(1);
    expect([columns.low, columns.high]).toEqual([1, 5]);
  });

  it('have an envelope only where a bucket holds more than one value', () => {
    expect(toColumns(t, envelope(mean, mean)).data[1]).toHaveLength(0);
    const reduced = toColumns(t, envelope(Float32Array.of(0, 1, NaN, NaN, 4), Float32Array.of(3, 4, NaN, NaN, 9)));
    expect(reduced.data[1]).toEqual(Float32Array.of(3, 4, NaN, NaN, 9));
    expect(reduced.data[2]).toEqual(Float32Array.of(0, 1, NaN, NaN, 4));
    expect([reduced.low, reduced.high]).toEqual([0, 9]);
  });

  it('include the expected value in their reach, and do without it', () => {
    expect(toColumns(t, envelope(mean, mean), Float32Array.of(1, 2, 3, 4, 12)).high).toBe(12);
    expect(toColumns(t, envelope(mean, mean)).data[3]).toHaveLength(0);
  });

  it('have no reach without any value', () => {
    const columns = toLineColumns(t, Float32Array.of(NaN, NaN, NaN, NaN, NaN));
    expect(columns.low).toBeNaN();
    expect(columns.high).toBeNaN();
    expect(toLineColumns(new Float64Array(), new Float32Array()).low).toBeNaN();
  });

  it('count each run of missing values once', () => {
    expect(toLineColumns(t, Float32Array.of(NaN, 1, NaN, NaN, 2)).gaps).toBe(2);
    expect(toLineColumns(t, Float32Array.of(1, 1, 1, 1, NaN)).gaps).toBe(1);
  });
});

describe('the nearest row', () => {
  it('is found on both sides, at the ends and beyond', () => {
    expect([-9, 0, 499, 501, 2400, 2600, 4000, Infinity].map((ms) => indexAt(t, ms))).toEqual([0, 0, 0, 1, 2, 3, 4, 4]);
  });

  it('is none in an empty slice', () => {
    expect(indexAt(new Float64Array(), 5)).toBe(-1);
  });
});
