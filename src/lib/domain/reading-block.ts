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

/**
 * Why a value is, or is not, to be believed. Zero is good, so that a fresh array says "good". From `missing` on a value is bad:
 * no window that holds one has a score. The codes from 32 on are doubts: the value counts, and the doubt is shown.
 */
export const Quality = {
  good: 0,
  missing: 1,
  unreadable: 2,
  /** The source itself marks it as bad. */
  sourceBad: 3,
  /** Outside what the instrument or the physics allows. */
  outOfRange: 4,
  /** Changed faster than the quantity can. */
  tooFast: 5,
  /** Stands still while the pump runs and the others move. */
  stuck: 6,
  /** The source lets it count no more. */
  stale: 7,
  /** Contradicts another channel; which of the two is wrong is not known. */
  contradicts: 32,
  /** Stamped on arrival, because the source gave no time. */
  arrivalTime: 33
} as const;

/** True where the value must not be computed with. */
export function isBad(quality: number): boolean {
  return quality >= Quality.missing && quality < Quality.contradicts;
}
