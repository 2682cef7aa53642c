import { describe, expect, it } from 'vitest';
import { sparklinePath } from '$lib/ui/sparkline';

const path = (...values: number[]) => sparklinePath(Float32Array.from(values), 100, 10);

describe('sparklinePath', () => {
  it('draws a ramp from the lower left to the upper right', () => {
    expect(path(0, 1, 2)).toBe('M0 10h0L50 5L100 0');
  });

  it('breaks the line at a gap and keeps a lone point', () => {
    expect(path(0, NaN, 2, NaN, 0)).toBe('M0 10h0M50 0h0M100 10h0');
  });

  it('draws a constant in the middle', () => {
    expect(path(3, 3)).toBe('M0 5h0L100 5');
  });

  it('is empty without a finite value', () => {
    expect(path()).toBe('');
    expect(path(NaN, Infinity)).toBe('');
  });
});
