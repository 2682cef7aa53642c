import { describe, expect, it } from 'vitest';
import { createSmoother } from '$lib/prepare/smooth';
import { blockOf } from './recording';

const rule = { smoothRows: 3, scale: 'standard', clip: null, maxGapSteps: 3 } as const;

describe('createSmoother', () => {
  it('starts every channel anew after a gap, and only after a gap', () => {
    const t = [0, 1000, 4000, 7001, 8001];
    const smoother = createSmoother(['a', 'b'], rule, 1000);
    const { columns, gap } = smoother.push(blockOf(t, { a: [3, 6, 9, 12, 14], b: [0, 2, 4, 10, 20] }));
    expect([...gap]).toEqual([0, 0, 0, 1, 0]);
    expect([...columns[0]!]).toEqual([3, 4.5, 6, 12, 13]);
    expect([...columns[1]!]).toEqual([0, 1, 2, 10, 15]);
  });

  it('sees a gap between two pushes', () => {
    const smoother = createSmoother(['a'], rule, 1000);
    smoother.push(blockOf([0, 1000], { a: [3, 6] }));
    const { columns, gap } = smoother.push(blockOf([60_000, 61_000], { a: [10, 20] }));
    expect([...gap]).toEqual([1, 0]);
    expect([...columns[0]!]).toEqual([10, 15]);
  });

  it('treats time that does not go forward as a gap', () => {
    const { gap } = createSmoother(['a'], rule, 1000).push(blockOf([5000, 6000, 6000, 2000], { a: [1, 2, 3, 4] }));
    expect([...gap]).toEqual([0, 0, 1, 1]);
  });

  it('finds channels by name in every block and has an absent one missing', () => {
    const smoother = createSmoother(['a', 'b'], rule, 1000);
    smoother.push(blockOf([0], { a: [2], b: [20] }));
    expect(smoother.push(blockOf([1000], { b: [40], a: [4] })).columns.map((column) => [...column])).toEqual([
      [3],
      [30]
    ]);
    expect(smoother.push(blockOf([2000], { a: [6] })).columns.map((column) => [...column])).toEqual([[4], [NaN]]);
    expect(smoother.push(blockOf([3000], { a: [8], b: [60] })).columns.map((column) => [...column])).toEqual([
      [6],
      [50]
    ]);
  });
});
