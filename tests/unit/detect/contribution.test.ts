import { describe, expect, it } from 'vitest';
import { createContributionTally } from '$lib/detect/contribution';

const channels = [
  { name: 'flow', unit: 'L/min' },
  { name: 'pressure', unit: 'bar' },
  { name: 'current', unit: 'A' }
];

describe('createContributionTally', () => {
  it('shares the summed error and averages seen and expected, largest first', () => {
    const tally = createContributionTally(channels);
    tally.add({ error: [1, 4, 1], seen: [30, 2, 5], expected: [31, 3, 5] });
    tally.add({ error: [2, 6, 2], seen: [32, 4, 6], expected: [33, 3, 5] });
    expect(tally.contributions()).toEqual([
      { channel: 'pressure', unit: 'bar', share: 10 / 16, seen: 3, expected: 3 },
      { channel: 'flow', unit: 'L/min', share: 3 / 16, seen: 31, expected: 32 },
      { channel: 'current', unit: 'A', share: 3 / 16, seen: 5.5, expected: 5 }
    ]);
  });

  it('leaves NaN out of every mean', () => {
    const tally = createContributionTally(channels);
    tally.add({ error: [1, NaN, 1], seen: [30, NaN, 5], expected: [31, NaN, NaN] });
    tally.add({ error: [1, 1, NaN], seen: [NaN, NaN, 7], expected: [33, 2, NaN] });
    expect(tally.contributions()).toEqual([
      { channel: 'flow', unit: 'L/min', share: 0.5, seen: 30, expected: 32 },
      { channel: 'pressure', unit: 'bar', share: 0.25, seen: NaN, expected: 2 },
      { channel: 'current', unit: 'A', share: 0.25, seen: 6, expected: NaN }
    ]);
  });

  it.each([0, NaN, Infinity])('has equal shares where every error is %f', (error) => {
    const tally = createContributionTally(channels);
    tally.add({ error: [error, error, error], seen: [1, 2, 3], expected: [1, 2, 3] });
    expect(tally.contributions().map(({ share }) => share)).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });
});
