/**
 * Start-up check of the current backend: one small LSTM layer, forward and every gradient, against the double-precision
 * reference. There are tablets whose GPU returns the right forward pass and gradients that are all zero (tfjs #8590).
 */
import { differentiateLstm, runLstm, type LstmShape } from './lstm.reference';
import { tf, tfl } from './tensorflow';

const shape: LstmShape = { batch: 3, steps: 5, features: 3, units: 8 };

/** Gates on outputs of order 1: absolute for the forward pass, relative L2 per tensor for gradients. */
export const forwardGate = 2e-5;
export const gradientGate = 1e-4;

/** Largest absolute error of the hidden states and largest relative L2 error of a gradient tensor. */
export interface SelfTestErrors {
  forward: number;
  gradient: number;
}

/** Runs the layer on the current backend. Leaves no tensor behind. */
export async function measureLstm(): Promise<SelfTestErrors> {
  const { batch, steps, features, units } = shape;
  const input = wave(batch * steps * features, 1);
  const kernel = wave(features * 4 * units, 2);
  const recurrent = wave(units * 4 * units, 3);
  const bias = wave(4 * units, 4);
  const dHidden = wave(batch * steps * units, 5);

  const weights = {
    kernel: Float64Array.from(kernel),
    recurrent: Float64Array.from(recurrent),
    bias: Float64Array.from(bias)
  };
  const trace = runLstm(shape, weights, Float64Array.from(input));
  const expected = differentiateLstm(shape, weights, Float64Array.from(input), trace, Float64Array.from(dHidden));

  const layer = tfl.layers.lstm({
    units,
    returnSequences: true,
    recurrentActivation: 'sigmoid',
    inputShape: [steps, features]
  });
  const tensors = tf.tidy(() => {
    layer.apply(tf.zeros([batch, steps, features])); // a layer has weights only once it has seen an input
    layer.setWeights([
      tf.tensor2d(kernel, [features, 4 * units]),
      tf.tensor2d(recurrent, [units, 4 * units]),
      tf.tensor1d(bias)
    ]);
    const direction = tf.tensor3d(dHidden, [batch, steps, units]);
    const x = tf.tensor3d(input, [batch, steps, features]);
    const run = (value: tf.Tensor) => layer.apply(value) as tf.Tensor;
    const hidden = run(x);
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(run(x), direction)) as tf.Scalar);
    const dInput = tf.grad((value) => tf.sum(tf.mul(run(value), direction)))(x);
    return [
      hidden,
      ...layer.trainableWeights.map((weight) => grads[weight.name] ?? tf.zeros(weight.shape as number[])),
      dInput
    ];
  });
  const read = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  layer.dispose();

  const [hidden, dKernel, dRecurrent, dBias, dInput] = read;
  return {
    forward: largestDifference(hidden!, trace.hidden),
    gradient: Math.max(
      relativeDistance(dKernel!, expected.kernel),
      relativeDistance(dRecurrent!, expected.recurrent),
      relativeDistance(dBias!, expected.bias),
      relativeDistance(dInput!, expected.input)
    )
  };
}

/** Numbers within ±0.7 without a pattern that a layout mistake could hide in. */
function wave(count: number, phase: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 0.7 * Math.sin(phase + 1.7 * i + 0.3 * i * i));
}

function largestDifference(found: ArrayLike<number>, expected: Float64Array): number {
  return expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - found[i]!)), 0);
}

function relativeDistance(found: ArrayLike<number>, expected: Float64Array): number {
  const distance = expected.reduce((sum, value, i) => sum + (value - found[i]!) ** 2, 0);
  return Math.sqrt(distance / expected.reduce((sum, value) => sum + value * value, 0));
}
