/**
 * A series reduced to what a chart can show: per bucket of time its minimum, maximum and mean.
 * A bucket without a value is NaN in all of them and is drawn as a gap.
 */
export interface Envelope {
  name: string;
  unit: string;
  min: Float32Array;
  max: Float32Array;
  /** Mean of the values in the bucket. */
  mean: Float32Array;
}

/** Everything the pump page draws for one range of time. All series share `t`, the buckets' times in ms. */
export interface ChartSlice {
  fromMs: number;
  toMs: number;
  t: Float64Array;
  channels: Envelope[];
  /** Mean expected value per channel, as long as `t`; empty without a model. */
  expected: Float32Array[];
  /** Reconstruction error; null without a model. */
  score: Envelope | null;
  /** Share of rows without a score per bucket, 0 … 1; 1 in a gap and without a model. */
  unknown: Float32Array;
}
