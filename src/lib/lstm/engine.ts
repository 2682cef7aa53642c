/**
 * What every engine does, whatever it runs on: score windows of a series with an autoencoder, and train one. Windows are
 * named by their first row and never materialised. Parameters travel as one flat array in the order of `describeParameters`.
 */
import { countParameters, type AutoencoderShape } from './shape';

/** Row-major `[rows, channels]`, no NaN inside a window that is asked for. */
export interface Series {
  readonly values: Float32Array;
  readonly channels: number;
}

export type ErrorKind = 'mae' | 'mse';

/** What is said of each window asked for, in the order asked. */
export interface WindowErrors {
  /** Mean of `channelError`, `[count]`. */
  score: Float32Array;
  /** Mean over the steps of |x − y| or (x − y)², `[count, channels]`. */
  channelError: Float32Array;
  /** Reconstruction of each window's last row, `[count, channels]`. */
  expected: Float32Array;
}

/** Adam as Kingma and Ba 2015 write it, ε outside the root; `clipNorm` limits the global L2 norm of a step's gradient. */
export interface TrainingRule {
  /** The loss of a batch is the mean over windows, steps and channels. */
  readonly loss: ErrorKind;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly clipNorm: number | null;
}

/** Everything a training needs to go on, anywhere: flat parameters, Adam's two moments in the same order, steps taken. */
export interface Checkpoint {
  parameters: Float32Array;
  firstMoment: Float32Array;
  secondMoment: Float32Array;
  step: number;
}

/** An autoencoder ready to score. On one device a window gets the same score, within rounding, in whatever company it is asked for. */
export interface Scorer {
  readonly shape: AutoencoderShape;
  /** Scores the windows that begin at `starts`; rejects with a `RangeError` where a window leaves the series. */
  score(series: Series, starts: Int32Array, error: ErrorKind): Promise<WindowErrors>;
  dispose(): void;
}

/** An autoencoder in training. Two runs with the same calls on the same device are bit-equal. */
export interface Trainer {
  readonly shape: AutoencoderShape;
  /** What computes now, where that is not always what its engine is called after. */
  readonly kind?: LstmEngine['kind'];
  /** One Adam step per `batchSize` windows, in the order of `order`; the loss of each batch before its step. */
  fit(series: Series, order: Int32Array, batchSize: number): Promise<Float32Array>;
  /** Mean loss of the windows, without learning; rejects with a `RangeError` where there are none. */
  evaluate(series: Series, starts: Int32Array): Promise<number>;
  /** Loss and gradient (flat order, before clipping) of one batch, without learning. For self-tests. */
  differentiate(series: Series, starts: Int32Array): Promise<{ loss: number; gradient: Float32Array }>;
  /** Reads everything back. */
  save(): Promise<Checkpoint>;
  dispose(): void;
}

/** One device that computes. */
export interface LstmEngine {
  readonly kind: 'webgpu' | 'wasm' | 'cpu';
  /** What the device calls itself, or how it computes: an adapter's name, `relaxed SIMD`. */
  readonly detail: string;
  createScorer(shape: AutoencoderShape, parameters: Float32Array): Promise<Scorer>;
  createTrainer(shape: AutoencoderShape, from: Checkpoint, rule: TrainingRule): Promise<Trainer>;
  /** Frees the device. Scorers and trainers die with it. */
  dispose(): void;
}

/** A device that went away. What it had not yet returned must be asked of another one. */
export class DeviceLostError extends Error {
  override name = 'DeviceLostError';
}

/** A training that begins: parameters as given, moments zero. */
export function beginTraining(parameters: Float32Array): Checkpoint {
  const { length } = parameters;
  return { parameters, firstMoment: new Float32Array(length), secondMoment: new Float32Array(length), step: 0 };
}

/** A checkpoint that shares nothing with the one given. */
export function copyCheckpoint({ parameters, firstMoment, secondMoment, step }: Checkpoint): Checkpoint {
  return { parameters: parameters.slice(), firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice(), step };
}

/** Refuses parameters and moments of another length, and a count of steps that is none. */
export function checkCheckpoint(
  shape: AutoencoderShape,
  { parameters, firstMoment, secondMoment, step }: Checkpoint
): void {
  checkParameters(shape, parameters);
  checkParameters(shape, firstMoment, 'first moments');
  checkParameters(shape, secondMoment, 'second moments');
  if (!Number.isInteger(step) || step < 0) throw new RangeError(`step ${step}, expected 0, 1, 2 …`);
}

/** Refuses parameters of another length: what is missing would be NaN. */
export function checkParameters(shape: AutoencoderShape, { length }: Float32Array, what = 'parameters'): void {
  const expected = countParameters(shape);
  if (length !== expected) throw new RangeError(`${length} ${what}, expected ${expected}`);
}

/** Refuses a batch that is no whole number of windows. */
export function checkBatchSize(batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new RangeError(`batches of ${batchSize}, expected 1, 2, 3 …`);
}

/** Refuses a mean over nothing. */
export function checkAny(starts: Int32Array): void {
  if (starts.length === 0) throw new RangeError('no windows, expected one at least');
}

/** Refuses windows that leave the series, before a device reads where it must not. */
export function checkStarts({ values, channels }: Series, starts: Int32Array, shape: AutoencoderShape): void {
  if (channels !== shape.channels) throw new RangeError(`a series of ${channels} channels, expected ${shape.channels}`);
  const last = values.length / channels - shape.steps;
  starts.forEach((start, i) => {
    if (!(start >= 0 && start <= last))
      throw new RangeError(`window ${i} begins at row ${start}, expected 0 … ${last}`);
  });
}
