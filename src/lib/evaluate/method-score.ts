/**
 * What a method says of the test rows of one recording: the one shape in which a trained detector, a floor and a published
 * prediction meet the metrics. It knows nothing of how a score came about.
 */
export interface MethodScore {
  name: string;
  /** The threshold or persistence rule in short, such as `q.99 × 1.5`. */
  rule: string;
  /** Rows after row i that the alarm of row i needs; 0 for a causal method. */
  lookaheadRows: number;
  /** One per test row, higher is more suspicious; NaN where unknown. */
  score: Float64Array;
  /** One `Flag` per test row. */
  flags: Uint8Array;
}

/** The verdict on a row. Unknown is never counted as normal: such a row is left out of every rate and counted apart. */
export const Flag = { normal: 0, alarm: 1, unknown: 2 } as const;

/** Flags of scores against a threshold: an alarm iff score > threshold, unknown where either is NaN. */
export function flagAbove(score: Float64Array, threshold: number): Uint8Array {
  return Uint8Array.from(score, (value) => {
    if (Number.isNaN(value) || Number.isNaN(threshold)) return Flag.unknown;
    return value > threshold ? Flag.alarm : Flag.normal;
  });
}
