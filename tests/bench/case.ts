/**
 * What every subject of the benchmark computes: autoencoder A with the same weights over the same windows, drawn from a seed,
 * and what the double-precision reference says of them. Windows begin at random rows, so that no subject can share work
 * between neighbours; the bulk run takes row after row, as the product does.
 */
import { createRandom } from '$lib/domain/random';
import {
  differentiateAutoencoder,
  gatherWindows,
  measureErrors,
  runAutoencoder,
  takeAdamStep
} from '$lib/lstm/autoencoder.reference';
import { beginTraining, type Series, type TrainingRule } from '$lib/lstm/engine';
import type { AutoencoderShape } from '$lib/lstm/shape';
import { drawParameters } from '../support/lstm-cases';

/** Window 30 × 10, LSTM 64 → RepeatVector → LSTM 64 → dense 10. */
export const shape: AutoencoderShape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };

/** Adam with the constants of Keras; PyTorch and TensorFlow.js are given the same. */
export const rule: TrainingRule = {
  loss: 'mse',
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  clipNorm: null
};

/** Windows of a training step. */
export const trainingBatch = 64;
/** Losses compared before training is timed, those behind the first step. */
export const comparedLosses = 1;

/** Windows of the bulk run. */
export const bulkCount = 100_000;

const seed = 2026;
/** Windows of the largest batch but the bulk run's. */
const batchCount = 4096;
const rowCount = bulkCount + shape.steps - 1;

/** The case as numbers. A batch is always the first windows of `starts`: some at random, then row after row. */
export interface BenchCase {
  parameters: Float32Array;
  series: Series;
  starts: Int32Array;
  /** The first windows of `starts`, `[count, steps, channels]`, for subjects that cannot take them from the series. */
  windows: Float32Array;
}

/** Draws the case: slow waves with noise, about −2 … 2. */
export function drawBenchCase(): BenchCase {
  const random = createRandom(seed);
  const { channels } = shape;
  const values = new Float32Array(rowCount * channels);
  for (let at = 0; at < values.length; at++) {
    const row = Math.floor(at / channels);
    values[at] = Math.sin(row / (7 + 3 * (at % channels))) + 0.3 * random.normal();
  }
  const starts = Int32Array.from({ length: bulkCount }, (_, i) =>
    i < batchCount ? Math.floor(random.uniform() * bulkCount) : i
  );
  return restoreCase(drawParameters(shape, seed), values, starts);
}

/** The case from what is stored of it: another engine's sine may differ in the last bit, so only the driver draws. */
export function restoreCase(parameters: Float32Array, values: Float32Array, starts: Int32Array): BenchCase {
  const series = { values, channels: shape.channels };
  const windows = new Float32Array(gatherWindows(series, starts.subarray(0, batchCount), shape.steps));
  return { parameters, series, starts, windows };
}

/** What the reference returns for the first `count` windows: the reconstruction, and the errors an engine makes of it. */
export function scoreExactly({ parameters, series, starts }: BenchCase, count: number) {
  const windows = gatherWindows(series, starts.subarray(0, count), shape.steps);
  const { reconstruction } = runAutoencoder(shape, new Float64Array(parameters), windows);
  const { score, channelError, expected } = measureErrors(shape, windows, reconstruction, 'mae');
  return { reconstruction: [reconstruction], errors: [score, channelError, expected] };
}

/** The first losses of a training on the same batch again and again. */
export function trainExactly({ parameters, series, starts }: BenchCase): number[] {
  const windows = gatherWindows(series, starts.subarray(0, trainingBatch), shape.steps);
  const state = beginTraining(parameters.slice());
  return Array.from({ length: 1 + comparedLosses }, () => {
    const { loss, gradient } = differentiateAutoencoder(shape, new Float64Array(state.parameters), windows, rule.loss);
    takeAdamStep(state, gradient, rule);
    return loss;
  });
}
