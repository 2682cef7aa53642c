/**
 * Whether a window has a score and, if not, why. Zero is "scored". Unknown is never treated as normal. `missingValue` is any value that must
 * not be computed with; the reading's `Quality` tells what is wrong with it.
 */
export const ScoreStatus = { scored: 0, warmingUp: 1, gap: 2, missingValue: 3 } as const;

/** Scores of an asset by one model, as columns: row i is the window that ends at `t[i]`. */
export interface ScoreBlock {
  assetId: string;
  modelId: string;
  channels: string[];
  /** Time of the window's last row, ms UTC. */
  t: Float64Array;
  /** Reconstruction error per window; NaN where `status` is not `scored`. */
  score: Float32Array;
  /** `ScoreStatus` codes. */
  status: Uint8Array;
  /** Reconstruction error per channel, one column each, as long as `t`. */
  channelError: Float32Array[];
  /** The reconstruction of the window's last row in the channel's own unit (of the smoothed signal), one column each. */
  expected: Float32Array[];
}
