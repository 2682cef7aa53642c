/**
 * The two transformations every statistical floor is made of: the z-score against the training rows, and the causal trailing
 * mean. Written apart from `prepare`, so that a mistake there cannot hide in the floor it is compared with.
 */
export type Column = Float32Array | Float64Array;

/** z of every row by mean and population deviation of the known values among rows 0 … trainRows − 1; a zero deviation becomes 1. */
export function standardise(column: Column, trainRows: number): Float64Array {
  const known = Float64Array.from(column.subarray(0, trainRows)).filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  const deviation = Math.sqrt(variance) || 1;
  return Float64Array.from(column, (value) => (value - mean) / deviation);
}

/** Mean of the last `rows` rows, of fewer at the start; NaN where one of them is missing. */
export function trailingMean(values: Column, rows: number): Float64Array {
  return Float64Array.from(values, (_, i) => {
    const from = Math.max(0, i - rows + 1);
    let sum = 0;
    for (let k = from; k <= i; k++) sum += values[k]!;
    return sum / (i - from + 1);
  });
}

/** Quantile with linear interpolation over the known values; NaN of none. Stages do not import each other, so `detect` has its own. */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const h = (sorted.length - 1) * q;
  const low = sorted[Math.floor(h)] ?? NaN;
  return low + (h - Math.floor(h)) * ((sorted[Math.floor(h) + 1] ?? low) - low);
}
