/**
 * Each channel's part in a finding, from the windows above the threshold. Sums run in row order and in double precision, so that the
 * result does not depend on how the rows arrived.
 */
import type { Channel } from '../domain/channel';
import type { Contribution } from '../domain/finding';
import type { ScoreBlock } from '../domain/score';

/** One scored row, per channel: its error, the smoothed value seen and the value expected, in the channel's own unit. */
export interface ChannelRow {
  error: number[];
  seen: number[];
  expected: number[];
}

/** Copies row `row`; `seen` has one column per channel of the block, as long as its `t`. */
export function readChannelRow(scores: ScoreBlock, seen: Float32Array[], row: number): ChannelRow {
  const at = (column: Float32Array): number => column[row] ?? NaN;
  return { error: scores.channelError.map(at), seen: seen.map(at), expected: scores.expected.map(at) };
}

/** Adds rows up and tells, at any time, what each channel contributed to them. */
export interface ContributionTally {
  add(row: ChannelRow): void;
  /** Largest share first; shares sum to 1 and are equal where the errors tell nothing. A mean of no value is NaN. */
  contributions(): Contribution[];
}

/** What an earlier tally came to: its contributions, over so many rows of so large an error, summed over the channels. */
export interface EarlierTally {
  contributions: Contribution[];
  rows: number;
  rowError: number;
}

/** Creates a tally, empty or going on from an earlier one; rows must have the channels' order. */
export function createContributionTally(
  channels: Pick<Channel, 'name' | 'unit'>[],
  earlier: EarlierTally = { contributions: [], rows: 0, rowError: NaN }
): ContributionTally {
  const tallies = channels.map(({ name }) => {
    const { share = NaN, seen, expected } = earlier.contributions.find(({ channel }) => channel === name) ?? {};
    return {
      error: createMean(share * earlier.rowError, earlier.rows),
      seen: createMean(seen, earlier.rows),
      expected: createMean(expected, earlier.rows)
    };
  });

  function add(row: ChannelRow): void {
    tallies.forEach((tally, channel) => {
      tally.error.add(row.error[channel] ?? NaN);
      tally.seen.add(row.seen[channel] ?? NaN);
      tally.expected.add(row.expected[channel] ?? NaN);
    });
  }

  function contributions(): Contribution[] {
    const total = tallies.reduce((sum, tally) => sum + tally.error.sum(), 0);
    const hasErrors = total > 0 && total < Infinity;
    return channels
      .map(({ name, unit }, channel) => {
        const { error, seen, expected } = tallies[channel]!;
        const share = hasErrors ? error.sum() / total : 1 / channels.length;
        return { channel: name, unit, share, seen: seen.mean(), expected: expected.mean() };
      })
      .sort((a, b) => b.share - a.share);
  }

  return { add, contributions };
}

/** Sum and mean of the values that are not NaN, beginning with `rows` values of a mean. */
function createMean(mean = NaN, rows = 0): { add(value: number): void; sum(): number; mean(): number } {
  let count = Number.isNaN(mean) ? 0 : rows;
  let sum = count === 0 ? 0 : mean * count;
  return {
    add(value) {
      if (Number.isNaN(value)) return;
      sum += value;
      count += 1;
    },
    sum: () => sum,
    mean: () => (count === 0 ? NaN : sum / count)
  };
}
