/**
 * The columns of one plot, straight from the slice: nothing is copied and no object made per point. A missing value stays
 * NaN, since the plot's own painters break the line there; uPlot's would want `null`, at the price of 80,000 boxed numbers a
 * slice. Knows nothing of pixels and colours.
 */
import type { Envelope } from '../../domain/envelope';

/** What a plot draws. An empty column draws nothing, all others are as long as `t`. */
export interface Columns {
  /** `[t, maximum, minimum, expected, seen]`, the order of the series in `options.ts`. */
  data: [Float64Array, Float32Array, Float32Array, Float32Array, Float32Array];
  /** Smallest and largest value over all columns; NaN where there is none. */
  low: number;
  high: number;
  /** Runs of missing values in `seen`. */
  gaps: number;
}

const none: Float32Array = new Float32Array();

/**
 * Columns of one channel or of the score: mean, its minimum and maximum where a bucket holds more than one value, and
 * the expected value (empty without a model).
 */
export function toColumns(t: Float64Array, { mean, min, max }: Envelope, expected = none): Columns {
  const isReduced = mean.some((value, i) => max[i]! > value);
  return measure([t, isReduced ? max : none, isReduced ? min : none, expected, mean]);
}

/** Columns of a plain line and, where given, a second one beside it: the overview, a training curve. */
export function toLineColumns(x: Float64Array, values: Float32Array, beside = none): Columns {
  return measure([x, none, none, beside, values]);
}

/** Place in ascending `t` nearest to `ms`; -1 when `t` is empty. */
export function indexAt(t: Float64Array, ms: number): number {
  let low = 0;
  let high = t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return low > 0 && ms - t[low - 1]! < t[low]! - ms ? low - 1 : Math.min(low, t.length - 1);
}

function measure(data: Columns['data']): Columns {
  let low = Infinity;
  let high = -Infinity;
  for (let column = 1; column < data.length; column++) {
    for (const value of data[column]!) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  let gaps = 0;
  data[4].forEach((value, i, seen) => {
    if (Number.isNaN(value) && !Number.isNaN(seen[i - 1] ?? 0)) gaps++;
  });
  return { data, low: low <= high ? low : NaN, high: low <= high ? high : NaN, gaps };
}
