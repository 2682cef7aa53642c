/**
 * A recipe is everything that decides a training run: no hyper-parameter lives in code. Files: `models/recipes/*.json`.
 * The words follow `prepare`, `models` and `detect`, which read their own part each.
 */
export interface Recipe {
  name: string;
  /** What a person reads beside the "Train a model" button. */
  title: string;
  note: string;
  healthy: HealthyRule;
  prepare: PrepareRule;
  window: WindowRule;
  model: ModelRule;
  train: TrainRule;
  score: ScoreRule;
  threshold: ThresholdRule;
  findings: FindingRule;
}

/** The range proposed as healthy: the first `share` of the rows, within the two limits. Labels play no part. */
export interface HealthyRule {
  share: number;
  minRows: number;
  maxRows: number;
}

/** `smoothRows`: trailing mean before scaling, 1 for none. `clip`: scaled values are cut to ±clip, null for never. A step above `maxGapSteps` nominal steps is a gap. */
export interface PrepareRule {
  smoothRows: number;
  scale: 'standard';
  clip: number | null;
  maxGapSteps: number;
}

/** Windows of `steps` rows, one every `stride` rows. */
export interface WindowRule {
  steps: number;
  stride: number;
}

/** LSTM autoencoder: units of each encoder layer, an optional dense latent layer, RepeatVector, units of each decoder layer, dense output. */
export interface ModelRule {
  kind: 'lstm-autoencoder';
  encoder: number[];
  latent: number | null;
  decoder: number[];
}

/**
 * Adam with early stopping on the last `validationShare` of the healthy windows; the best weights are kept. `clipNorm` limits the
 * global norm of a step's gradient; recipes from before it was thought of have none.
 */
export interface TrainRule {
  loss: 'mse' | 'mae';
  learningRate: number;
  batchSize: number;
  maxEpochs: number;
  patience: number;
  minGain: number;
  clipNorm?: number | null | undefined;
  validationShare: number;
  seed: number;
}

/** Reconstruction error of a window: mean over its steps, then over its channels. */
export interface ScoreRule {
  error: 'mae' | 'mse';
}

/** Threshold = factor × quantile of the healthy windows' scores. */
export interface ThresholdRule {
  quantile: number;
  factor: number;
}

/** A finding opens when `openK` of the last `openN` scores are above the threshold and closes after `closeM` scores in a row below `closeRatio` × threshold. */
export interface FindingRule {
  openK: number;
  openN: number;
  closeM: number;
  closeRatio: number;
}
