/**
 * What an engine must pass before it may compute: a tiny autoencoder, forward, every gradient and Adam, against the
 * double-precision reference. There are tablets whose GPU returns the right forward pass and gradients that are all zero
 * (tfjs #8590).
 */
import {
  differentiateAutoencoder,
  gatherWindows,
  measureErrors,
  runAutoencoder,
  takeAdamStep
} from './autoencoder.reference';
import type { Checkpoint, LstmEngine, Series, TrainingRule } from './engine';
import { countParameters, describeParameters, type AutoencoderShape } from './shape';

/** Largest absolute error of scores, channel errors and expected rows of order 1. */
export const forwardGate = 2e-5;
/** Largest relative L2 error of the gradient of a tensor. */
export const gradientGate = 1e-4;
/** Largest error of a parameter after Adam, in learning rates. */
export const stepGate = 1e-3;

/** What `testEngine` measured; each within its gate is a pass, NaN is not. */
export interface SelfTestErrors {
  forward: number;
  gradient: number;
  step: number;
}

// Two layers a side and no two sizes alike, none a multiple of four: what a wrong stride or a missing edge would hide in.
const shape: AutoencoderShape = { steps: 6, channels: 3, encoder: [9, 5], latent: 2, decoder: [7, 10] };
const rows = 14;
const starts = Int32Array.of(7, 0, 4, 8, 5);
const batchSize = 3;
// A large rate, so that a second step with stale parameters goes visibly elsewhere; a norm that clips.
const rule: TrainingRule = {
  loss: 'mse',
  learningRate: 0.05,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  clipNorm: 0.1
};

/** Runs the test on `engine` and frees what it made there. Rejects with what the engine rejects with. */
export async function testEngine(engine: LstmEngine): Promise<SelfTestErrors> {
  const series: Series = { values: wave(rows * shape.channels, 1), channels: shape.channels };
  const from = createCheckpoint();
  return {
    forward: await testForward(engine, series, from.parameters),
    ...(await testTraining(engine, series, from))
  };
}

async function testForward(engine: LstmEngine, series: Series, parameters: Float32Array): Promise<number> {
  const windows = gatherWindows(series, starts, shape.steps);
  const { reconstruction } = runAutoencoder(shape, new Float64Array(parameters), windows);
  const exact = measureErrors(shape, windows, reconstruction, 'mse');
  const scorer = await engine.createScorer(shape, parameters);
  const found = await scorer.score(series, starts, 'mse');
  scorer.dispose();
  return Math.max(
    largestDifference(found.score, exact.score),
    largestDifference(found.channelError, exact.channelError),
    largestDifference(found.expected, exact.expected)
  );
}

/** The gradient of the first batch, then Adam over two: the second step must see what the first one left. */
async function testTraining(engine: LstmEngine, series: Series, from: Checkpoint) {
  const state = {
    parameters: new Float64Array(from.parameters),
    firstMoment: new Float64Array(from.firstMoment),
    secondMoment: new Float64Array(from.secondMoment),
    step: from.step
  };
  const differentiate = (part: Int32Array) =>
    differentiateAutoencoder(shape, state.parameters, gatherWindows(series, part, shape.steps), rule.loss).gradient;
  const expectedGradient = differentiate(starts.subarray(0, batchSize));
  takeAdamStep(state, expectedGradient, rule);
  takeAdamStep(state, differentiate(starts.subarray(batchSize)), rule);

  const trainer = await engine.createTrainer(shape, from, rule);
  const { gradient } = await trainer.differentiate(series, starts.slice(0, batchSize));
  await trainer.fit(series, starts, batchSize);
  const { parameters } = await trainer.save();
  trainer.dispose();
  return {
    gradient: worstTensor(gradient, expectedGradient),
    step: largestDifference(parameters, state.parameters) / rule.learningRate
  };
}

/** A training under way. With moments of the gradients' size no division by almost nothing blows rounding up. */
function createCheckpoint(): Checkpoint {
  const count = countParameters(shape);
  return {
    parameters: wave(count, 2),
    firstMoment: wave(count, 3).map((value) => 0.02 * value),
    secondMoment: wave(count, 4).map((value) => 2e-5 * (1 + value)),
    step: 20
  };
}

/** Numbers within ±0.7 without a pattern that a layout mistake could hide in. */
function wave(count: number, phase: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 0.7 * Math.sin(phase + 1.7 * i + 0.3 * i * i));
}

function largestDifference(found: Float32Array, expected: Float64Array): number {
  return expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - found[i]!)), 0);
}

function worstTensor(found: Float32Array, expected: Float64Array): number {
  const errors = describeParameters(shape).map(({ shape: sizes, offset }) => {
    const end = offset + sizes.reduce((product, size) => product * size, 1);
    let [distance, norm] = [0, 0];
    for (let i = offset; i < end; i++) {
      distance += (found[i]! - expected[i]!) ** 2;
      norm += expected[i]! ** 2;
    }
    return Math.sqrt(distance / norm);
  });
  return Math.max(...errors);
}
