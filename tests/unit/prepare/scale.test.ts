import { describe, expect, it } from 'vitest';
import { fitScale, scaleColumns, unscale } from '$lib/prepare/scale';

const channel = (name: string) => ({ name, unit: 'bar' });

describe('fitScale', () => {
  it('fits mean and population deviation, NaN left out', () => {
    const [fitted] = fitScale([Float32Array.of(2, 4, 4, NaN, 4, 5, 5, 7, 9)], [channel('p')]);
    expect(fitted).toEqual({ name: 'p', unit: 'bar', mean: 5, deviation: 2 });
  });

  it('gives a channel that stands still deviation 1, whatever rounding its mean suffers', () => {
    for (const value of [0, 0.1, -1 / 3, 1e7 + 1]) {
      const [fitted] = fitScale([new Float32Array(999).fill(value)], [channel('p')]);
      expect(fitted).toMatchObject({ mean: Math.fround(value), deviation: 1 });
    }
  });

  it('gives a channel without any value mean 0 and deviation 1', () => {
    const fitted = fitScale([new Float32Array(5).fill(NaN), new Float32Array(0)], [channel('p'), channel('q')]);
    expect(fitted).toMatchObject([
      { mean: 0, deviation: 1 },
      { mean: 0, deviation: 1 }
    ]);
  });

  it('keeps a small deviation on a large offset', () => {
    const values = Float32Array.from({ length: 100_000 }, (_, i) => 1e6 + (i % 2));
    const [fitted] = fitScale([values], [channel('p')]);
    expect(fitted!.mean).toBeCloseTo(1e6 + 0.5, 9);
    expect(fitted!.deviation).toBeCloseTo(0.5, 12);
  });
});

describe('scaleColumns', () => {
  const channels = [
    { ...channel('a'), mean: 10, deviation: 2 },
    { ...channel('b'), mean: -1, deviation: 0.5 }
  ];
  const columns = [Float32Array.of(10, 14, NaN), Float32Array.of(-1, 9, -11)];

  it('writes row by row from the row given, cut to the clip, NaN kept', () => {
    const target = new Float32Array(8).fill(99);
    scaleColumns(columns, channels, 10, target, 1);
    expect([...target]).toEqual([99, 99, 0, 0, 2, 10, NaN, -10]);
  });

  it('never cuts without a clip, and unscale leads back', () => {
    const target = new Float32Array(6);
    scaleColumns(columns, channels, null, target, 0);
    expect([...target]).toEqual([0, 0, 2, 20, NaN, -20]);
    expect(unscale(target[3]!, channels[1]!)).toBe(9);
  });
});
