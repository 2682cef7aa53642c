import type { Channel } from './channel';
import type { Precision } from './engine';
import type { Recipe } from './recipe';

/** A recipe plus what training found. Preparation, threshold and filter are rebuilt from this alone, in every host. */
export interface Manifest {
  format: 1;
  id: string;
  /** The asset it was trained on; its data must not be scored by another pump's model unasked. */
  assetName: string;
  createdMs: number;
  recipe: Recipe;
  channels: ScaledChannel[];
  /** Nominal step of the training data, ms. */
  stepMs: number;
  threshold: Threshold;
  training: TrainingReport;
  /** `precision` is left out for `f32`. Rounding came before the threshold and the golden vectors, so they hold for whatever scores. */
  weights: { sha256: string; precision?: Precision; tensors: { name: string; shape: number[] }[] };
}

/** A channel with the scale fitted on the healthy range only. */
export interface ScaledChannel extends Pick<Channel, 'name' | 'unit'> {
  mean: number;
  /** Population standard deviation; 1 where the channel stood still. */
  deviation: number;
}

/** The limit of the score, the healthy windows it rests on and how many findings those healthy windows would have raised. */
export interface Threshold {
  value: number;
  healthyWindows: number;
  healthyFindings: number;
  /** Running time of the healthy windows, ms. */
  healthyMs: number;
}

/** What happened while training. Losses are per epoch. */
export interface TrainingReport {
  t0Ms: number;
  t1Ms: number;
  rows: number;
  windows: number;
  loss: number[];
  validationLoss: number[];
  /** Index into the two lists; the weights kept are those of this epoch. */
  bestEpoch: number;
  seconds: number;
  backend: string;
  codeVersion: string;
  /** SHA-256 over the times and values trained on, hex. */
  dataSha256: string;
}

/** Example windows and the scores they must get; replayed whenever a model is loaded. */
export interface Golden {
  /** Scaled windows, flattened `[count, steps, channels]`. */
  windows: number[];
  scores: number[];
  tolerance: number;
}

/** A trained model as it is kept and shipped: weights are one flat array in the order of `manifest.weights.tensors`. */
export interface ModelArtifact {
  manifest: Manifest;
  weights: Float32Array;
  golden: Golden;
}
