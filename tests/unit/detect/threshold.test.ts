import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, shuffledIndices } from '$lib/domain/random';
import { fitThreshold, quantile } from '$lib/detect/threshold';

describe('quantile', () => {
  it.each([
    [0, 1],
    [0.25, 1.75],
    [0.5, 2.5],
    [0.9, 3.7],
    [1, 4]
  ])('interpolates: q %f of 4, 1, 3, 2 is %f', (q, expected) => {
    expect(quantile([4, 1, 3, 2], q)).toBeCloseTo(expected, 12);
  });

  it('leaves NaN out', () => {
    expect(quantile(Float32Array.of(NaN, 5, 1, NaN, 3), 0.5)).toBe(3);
  });

  it('is NaN without a value and for a q outside 0 … 1', () => {
    for (const [values, q] of [
      [[], 0.5],
      [[NaN], 0.5],
      [[1, 2], 1.1],
      [[1, 2], -0.1]
    ] as [number[], number][]) {
      expect(quantile(values, q)).toBeNaN();
    }
  });

  it('orders infinities', () => {
    expect(quantile([Infinity, 1, Infinity], 0.75)).toBe(Infinity);
    expect(quantile([Infinity, 1, 2], 0.5)).toBe(2);
  });

  it('leaves the stated share of values at or below it', () => {
    const q = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), q, (values, share) => {
        const limit = quantile(values, share);
        const notAbove = values.filter((value) => value <= limit).length;
        expect(notAbove).toBeGreaterThanOrEqual(Math.floor((values.length - 1) * share) + 1);
        expect(values.filter((value) => value >= limit).length).toBeGreaterThan(0);
      })
    );
  });
});

describe('fitThreshold', () => {
  const rule = { quantile: 0.99, factor: 1.5 };
  const ramp = Float32Array.from(shuffledIndices(101, createRandom(3)));

  it('is factor × quantile of the scored windows', () => {
    expect(fitThreshold(ramp, rule)).toEqual({ ok: true, value: 1.5 * 99 });
    expect(fitThreshold(Float32Array.from([NaN, ...ramp, NaN]), rule)).toEqual({ ok: true, value: 1.5 * 99 });
  });

  it('refuses fewer than 20 scored windows', () => {
    const scores = Float32Array.from({ length: 25 }, (_, i) => (i < 19 ? 1 + i : NaN));
    expect(fitThreshold(scores, rule)).toMatchObject({
      ok: false,
      fault: { code: 'too-little-healthy-data', found: '19 windows', expected: 'at least 20 windows' }
    });
    scores[24] = 20;
    expect(fitThreshold(scores, rule).ok).toBe(true);
  });

  it.each([0, Infinity])('refuses a limit of %f', (score) => {
    const scores = new Float32Array(30).fill(score);
    expect(fitThreshold(scores, rule)).toMatchObject({ ok: false, fault: { code: 'training-diverged' } });
  });
});
