/**
 * Readings as columns, from the source to the chart: they transfer between threads without a copy, are stored as they are
 * and are scored without reshaping. Time is the sample's own, never the arrival's.
 */
export interface ReadingBlock {
  assetId: string;
  /** Channel names, in the order of `columns`. */
  channels: string[];
  /** Sample times, ms since 1970 UTC, strictly rising. */
  t: Float64Array;
  /** One column per channel, each as long as `t`. A missing value is NaN. */
  columns: Float32Array[];
  /** One quality column per channel, `Quality` codes, each as long as `t`. */
  quality: Uint8Array[];
}

/** Why a value is, or is not, to be believed. Zero is good, so that a fresh array says "good". */
export const Quality = { good: 0, missing: 1, unreadable: 2 } as const;
