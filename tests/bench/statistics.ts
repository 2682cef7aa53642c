/** Median and percentile of measured times. */

/** The middle value; the mean of the two middle ones of an even count. NaN of nothing. */
export function findMedian(values: readonly number[]): number {
  const sorted = sort(values);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** The value that `share` (0 … 1) of all values do not exceed, nearest rank. */
export function findPercentile(values: readonly number[], share: number): number {
  return sort(values)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN;
}

const sort = (values: readonly number[]) => [...values].sort((a, b) => a - b);
