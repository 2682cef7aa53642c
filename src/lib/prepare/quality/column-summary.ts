/** Follows one channel of a recording and sums up what its values are like, in bounded memory. Does not know what they mean. */
import { isBad } from '../../domain/reading-block';
import { createThinned, type Thinned } from './thinned';

export interface ColumnSummary {
  good: number;
  /** Rows by quality code. */
  codes: Uint32Array;
  /** Longest run of rows without a good value. */
  longestBad: number;
  badRun: number;
  /** Times of the first and last good value; NaN where there is none. */
  t0Ms: number;
  t1Ms: number;
  rises: number;
  falls: number;
  last: number;
  /** Different values, as long as they are few. */
  distinct: Set<number>;
  /** Good values of rows in which the pump was not off. */
  whileOn: Thinned;
}

/** A channel with more different values than this is not categorical. */
export const mostCategories = 8;
const thinnedSize = 4096;

/** A summary of no row. */
export function createColumnSummary(): ColumnSummary {
  return {
    good: 0,
    codes: new Uint32Array(256),
    longestBad: 0,
    badRun: 0,
    t0Ms: NaN,
    t1Ms: NaN,
    rises: 0,
    falls: 0,
    last: NaN,
    distinct: new Set(),
    whileOn: createThinned(thinnedSize)
  };
}

/** Adds a value with its code to the summary. */
export function followValue(summary: ColumnSummary, tMs: number, value: number, code: number, isOff: boolean): void {
  summary.codes[code]! += 1;
  if (isBad(code)) {
    summary.badRun += 1;
    summary.longestBad = Math.max(summary.longestBad, summary.badRun);
    return;
  }
  summary.badRun = 0;
  if (summary.good++ === 0) summary.t0Ms = tMs;
  summary.t1Ms = tMs;
  if (value > summary.last) summary.rises += 1;
  else if (value < summary.last) summary.falls += 1;
  summary.last = value;
  if (summary.distinct.size <= mostCategories) summary.distinct.add(value);
  if (!isOff) summary.whileOn.add(value);
}
