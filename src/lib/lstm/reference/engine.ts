/**
 * The engine that runs anywhere: the double-precision reference behind the interface of every engine. Slow; for machines
 * without WebAssembly SIMD, and for tests. What it keeps between two steps is single precision, so that a checkpoint is all
 * a training needs to go on bit for bit.
 */
import {
  differentiateAutoencoder,
  gatherWindows,
  measureErrors,
  runAutoencoder,
  takeAdamStep
} from '../autoencoder.reference';
import {
  checkAny,
  checkBatchSize,
  checkCheckpoint,
  checkParameters,
  checkStarts,
  copyCheckpoint,
  type Checkpoint,
  type LstmEngine,
  type Scorer,
  type Series,
  type Trainer,
  type TrainingRule
} from '../engine';
import type { AutoencoderShape } from '../shape';

/** Windows computed between two pauses: a few tens of milliseconds, and a trace that stays in the cache. */
const windowsPerPause = 16;

/** Creates the engine. `pause` is awaited now and then; a host lets its thread breathe there, by a macrotask of its own. */
export function createReferenceEngine(pause: () => Promise<void> = async () => {}): LstmEngine {
  return {
    kind: 'cpu',
    detail: 'double precision',
    createScorer: async (shape, parameters) => {
      checkParameters(shape, parameters);
      return createScorer(shape, new Float64Array(parameters), pause);
    },
    createTrainer: async (shape, from, rule) => createTrainer(shape, from, rule, pause),
    dispose: () => {}
  };
}

function createScorer(shape: AutoencoderShape, parameters: Float64Array, pause: () => Promise<void>): Scorer {
  const score: Scorer['score'] = async (series, starts, error) => {
    checkStarts(series, starts, shape);
    const { channels } = shape;
    const found = {
      score: new Float32Array(starts.length),
      channelError: new Float32Array(starts.length * channels),
      expected: new Float32Array(starts.length * channels)
    };
    for (let from = 0; from < starts.length; from += windowsPerPause) {
      const windows = gatherWindows(series, starts.subarray(from, from + windowsPerPause), shape.steps);
      const { reconstruction } = runAutoencoder(shape, parameters, windows);
      const exact = measureErrors(shape, windows, reconstruction, error);
      found.score.set(exact.score, from);
      found.channelError.set(exact.channelError, from * channels);
      found.expected.set(exact.expected, from * channels);
      await pause();
    }
    return found;
  };
  return { shape, score, dispose: () => {} };
}

function createTrainer(
  shape: AutoencoderShape,
  from: Checkpoint,
  rule: TrainingRule,
  pause: () => Promise<void>
): Trainer {
  checkCheckpoint(shape, from);
  const state = copyCheckpoint(from);

  async function differentiate(series: Series, starts: Int32Array) {
    checkStarts(series, starts, shape);
    checkAny(starts);
    const parameters = new Float64Array(state.parameters);
    const gradient = new Float64Array(parameters.length);
    let loss = 0;
    for (let from = 0; from < starts.length; from += windowsPerPause) {
      const part = starts.subarray(from, from + windowsPerPause);
      const share = part.length / starts.length;
      const found = differentiateAutoencoder(shape, parameters, gatherWindows(series, part, shape.steps), rule.loss);
      loss += share * found.loss;
      found.gradient.forEach((value, i) => (gradient[i]! += share * value));
      await pause();
    }
    return { loss, gradient };
  }

  return {
    shape,
    fit: async (series, order, batchSize) => {
      checkStarts(series, order, shape);
      checkBatchSize(batchSize);
      const losses = new Float32Array(Math.ceil(order.length / batchSize));
      for (let batch = 0; batch < losses.length; batch++) {
        const { loss, gradient } = await differentiate(
          series,
          order.subarray(batch * batchSize, (batch + 1) * batchSize)
        );
        losses[batch] = loss;
        takeAdamStep(state, gradient, rule);
      }
      return losses;
    },
    evaluate: async (series, starts) => {
      checkAny(starts);
      const { score } = await createScorer(shape, new Float64Array(state.parameters), pause).score(
        series,
        starts,
        rule.loss
      );
      return score.reduce((sum, value) => sum + value, 0) / starts.length;
    },
    differentiate: async (series, starts) => {
      const { loss, gradient } = await differentiate(series, starts);
      return { loss, gradient: new Float32Array(gradient) };
    },
    save: async () => copyCheckpoint(state),
    dispose: () => {}
  };
}
