/**
 * Autoencoders and series to try engines on, drawn from a seed, with what the double-precision reference says of them. The
 * series lies inside a larger buffer and is NaN wherever no window looks, so that a read in the wrong place shows.
 */
import { createRandom } from '$lib/domain/random';
import type { Checkpoint, ErrorKind, Series, TrainingRule } from '$lib/lstm/engine';
import {
  differentiateAutoencoder,
  gatherWindows,
  measureErrors,
  runAutoencoder,
  takeAdamStep,
  type AdamState
} from '$lib/lstm/autoencoder.reference';
import { countParameters, describeParameters, type AutoencoderShape } from '$lib/lstm/shape';

/** Windows of a series and an autoencoder for them. */
export interface LstmCase {
  shape: AutoencoderShape;
  parameters: Float32Array;
  series: Series;
  /** Overlapping, out of order, some repeated. */
  starts: Int32Array;
}

/**
 * Draws `count` windows. `spread` draws what is O(1) everywhere; `clear` keeps every |x| above 1 and every |y| well below, since
 * single precision may not decide the sign of a residual that is almost 0, and with it a gradient of the absolute error.
 */
export function drawCase(
  shape: AutoencoderShape,
  count: number,
  seed: number,
  residuals: 'spread' | 'clear' = 'spread'
): LstmCase {
  const random = createRandom(seed);
  const { steps, channels } = shape;
  const rows = 3 * steps + count;
  const margin = 5;
  const values = new Float32Array((rows + 2 * margin) * channels)
    .fill(NaN)
    .subarray(margin * channels, -margin * channels);
  const starts = Int32Array.from({ length: count }, () => Math.floor(random.uniform() * (rows - steps + 1)));
  if (count > 2) starts[count - 1] = starts[0]!;
  const draw = residuals === 'spread' ? random.normal : () => Math.sign(random.normal()) * (1 + random.uniform());
  for (const start of starts) {
    for (let at = start * channels; at < (start + steps) * channels; at++) {
      if (Number.isNaN(values[at])) values[at] = draw();
    }
  }
  const headGain = residuals === 'spread' ? 1 : 0.1;
  return { shape, parameters: drawParameters(shape, seed, headGain), series: { values, channels }, starts };
}

/** Parameters of the size a trained network has; `headGain` scales the last layer. */
export function drawParameters(shape: AutoencoderShape, seed: number, headGain = 1): Float32Array {
  const random = createRandom(seed + 1);
  const parameters = new Float32Array(countParameters(shape));
  for (const { name, shape: sizes, offset } of describeParameters(shape)) {
    const [rows, columns] = sizes.length === 2 ? sizes : [9, sizes[0]];
    const scale = (name.startsWith('head') ? headGain : 1) / Math.sqrt(rows!);
    const length = sizes.length === 2 ? rows! * columns! : columns!;
    for (let i = 0; i < length; i++) parameters[offset + i] = scale * random.normal();
  }
  return parameters;
}

/** A training under way at step 7, its moments of the size of `gradient`, tensor by tensor. */
export function drawCheckpoint({ shape, parameters }: LstmCase, gradient: Float64Array, seed: number): Checkpoint {
  const random = createRandom(seed);
  const firstMoment = new Float32Array(parameters.length);
  const secondMoment = new Float32Array(parameters.length);
  const step = 7;
  for (const { from, to } of tensorRanges(shape)) {
    const size = norm(gradient.subarray(from, to)) / Math.sqrt(to - from);
    for (let i = from; i < to; i++) {
      firstMoment[i] = 0.5 * size * random.normal();
      secondMoment[i] = (1 - 0.999 ** step) * size ** 2 * (0.5 + random.uniform());
    }
  }
  return { parameters, firstMoment, secondMoment, step };
}

/** What the reference says of the case's windows. */
export function scoreExactly({ shape, parameters, series, starts }: LstmCase, error: ErrorKind) {
  const windows = gatherWindows(series, starts, shape.steps);
  const { reconstruction } = runAutoencoder(shape, new Float64Array(parameters), windows);
  return measureErrors(shape, windows, reconstruction, error);
}

/** Loss and gradient of the case's windows as one batch. */
export function differentiateExactly({ shape, parameters, series, starts }: LstmCase, loss: ErrorKind) {
  const windows = gatherWindows(series, starts, shape.steps);
  return differentiateAutoencoder(shape, new Float64Array(parameters), windows, loss);
}

/** Trains by the reference, all in double precision; returns the losses and where it ends. */
export function fitExactly(
  { shape, series, starts }: LstmCase,
  from: Checkpoint,
  rule: TrainingRule,
  batchSize: number
): { losses: number[]; state: AdamState } {
  const state: AdamState = {
    parameters: new Float64Array(from.parameters),
    firstMoment: new Float64Array(from.firstMoment),
    secondMoment: new Float64Array(from.secondMoment),
    step: from.step
  };
  const losses: number[] = [];
  for (let at = 0; at < starts.length; at += batchSize) {
    const windows = gatherWindows(series, starts.subarray(at, at + batchSize), shape.steps);
    const { loss, gradient } = differentiateAutoencoder(shape, state.parameters, windows, rule.loss);
    losses.push(loss);
    takeAdamStep(state, gradient, rule);
  }
  return { losses, state };
}

/** Where each tensor lies in the flat parameters. */
export function tensorRanges(shape: AutoencoderShape): { name: string; from: number; to: number }[] {
  return describeParameters(shape).map(({ name, shape: sizes, offset }) => ({
    name,
    from: offset,
    to: offset + sizes.reduce((product, size) => product * size, 1)
  }));
}

/** Largest |found − expected|; NaN when any is. */
export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return NaN;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(found[i]! - expected[i]!));
  return largest;
}

/** |found − expected| / |expected| in L2; the plain distance where nothing is expected. */
export function relativeDistance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const difference = Array.from(expected, (value, i) => found[i]! - value);
  return norm(difference) / (norm(expected) || 1);
}

/** L2 norm. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/** Multiply-adds of one forward pass over `count` windows. */
export function countWork(shape: AutoencoderShape, count: number): number {
  return count * shape.steps * countParameters(shape);
}
