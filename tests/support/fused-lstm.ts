/**
 * What the fused LSTM for TensorFlow.js is held to on every backend: the f64 reference and the stock layer. Random inputs from
 * a seed; buffers that a backend may hand out again are filled with NaN first.
 */
import { createRandom } from '$lib/domain/random';
import { differentiateLstm, runLstm, type LstmShape } from '$lib/lstm/lstm.reference';
import { tf, tfl } from '$lib/lstm/tensorflow/parts';
import { FusedLstm } from '$lib/lstm/tensorflow/layer';
import { lstmSequence, type SequenceOptions } from '$lib/lstm/tensorflow/operator';

/** Gates of the precision table: absolute for hidden states, relative L2 for a gradient, relative for a loss. */
export const gates = { forward: 2e-5, gradient: 1e-4, loss: 1e-4 };

/** Odd sizes, small to large. */
export const shapes: LstmShape[] = [
  { batch: 1, steps: 1, features: 1, units: 16 },
  { batch: 3, steps: 7, features: 14, units: 100 },
  { batch: 17, steps: 30, features: 10, units: 64 },
  { batch: 5, steps: 12, features: 52, units: 128 }
];

/** Largest absolute error of the hidden states, relative L2 error of each gradient, tensors left behind. */
export interface OperatorErrors {
  forward: number;
  /** Hidden states when no tape records, against those when one does. */
  untaped: number;
  gradient: Record<'kernel' | 'recurrent' | 'bias' | 'input', number>;
  leaked: number;
}

/** Runs the operator and its gradients on the current backend and compares them with the reference. */
export async function measureOperator(
  shape: LstmShape,
  seed: number,
  { returnSequences = false, goBackwards = false }: SequenceOptions
): Promise<OperatorErrors> {
  const { batch, steps, features, units } = shape;
  const random = createRandom(seed);
  const draw = (count: number, scale: number) => Float32Array.from({ length: count }, () => scale * random.normal());
  const values = {
    kernel: draw(features * 4 * units, 1 / Math.sqrt(features)),
    recurrent: draw(units * 4 * units, 1 / Math.sqrt(units)),
    bias: draw(4 * units, 0.3),
    input: draw(batch * steps * features, 1)
  };
  const outputShape = returnSequences ? [batch, steps, units] : [batch, units];
  const direction = draw(
    outputShape.reduce((a, b) => a * b),
    1
  );

  const wide = {
    kernel: Float64Array.from(values.kernel),
    recurrent: Float64Array.from(values.recurrent),
    bias: Float64Array.from(values.bias)
  };
  const turn = (array: Float64Array, width: number) => (goBackwards ? reverseSteps(array, steps, width) : array);
  const input = turn(Float64Array.from(values.input), features);
  const trace = runLstm(shape, wide, input);
  const dHidden = returnSequences ? Float64Array.from(direction) : spreadLast(direction, shape);
  const expected = differentiateLstm(shape, wide, input, trace, dHidden);
  const expectedHidden = returnSequences ? trace.hidden : takeLast(trace.hidden, shape);

  const before = tf.memory().numTensors;
  poison(shape);
  const given = {
    kernel: tf.tensor2d(values.kernel, [features, 4 * units]),
    recurrent: tf.tensor2d(values.recurrent, [units, 4 * units]),
    bias: tf.tensor1d(values.bias),
    input: tf.tensor3d(values.input, [batch, steps, features])
  };
  const dy = tf.tensor(direction, outputShape);
  const run = (x: tf.Tensor, w: tf.Tensor, u: tf.Tensor, b: tf.Tensor) =>
    lstmSequence(x as tf.Tensor3D, w as tf.Tensor2D, u as tf.Tensor2D, b as tf.Tensor1D, {
      returnSequences,
      goBackwards
    });
  const untaped = run(given.input, given.kernel, given.recurrent, given.bias);
  let taped: tf.Tensor | undefined;
  const [dInput, dKernel, dRecurrent, dBias] = tf.grads((...all) => {
    const hidden = run(...(all as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]));
    taped = tf.keep(hidden);
    return hidden;
  })([given.input, given.kernel, given.recurrent, given.bias], dy);
  const results = [untaped, taped!, dKernel!, dRecurrent!, dBias!, dInput!];
  const [hidden, tapedHidden, ...found] = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose([...results, given, dy]);
  return {
    forward: largestDifference(hidden!, expectedHidden),
    untaped: largestDifference(tapedHidden!, Float64Array.from(hidden!)),
    gradient: {
      kernel: relativeDistance(found[0]!, expected.kernel),
      recurrent: relativeDistance(found[1]!, expected.recurrent),
      bias: relativeDistance(found[2]!, expected.bias),
      input: relativeDistance(found[3]!, turn(expected.input, features))
    },
    leaked: tf.memory().numTensors - before
  };
}

type LstmOptions = Partial<ConstructorParameters<typeof FusedLstm>[0]>;

/** Largest absolute difference between the fused and the stock layer, with the same weights on the same input. */
export async function compareLayers(
  { batch, steps, features, units }: LstmShape,
  options: LstmOptions
): Promise<number> {
  const both = tf.tidy(() => {
    // The stock initializer of the recurrent kernel takes seconds.
    const args = {
      units,
      recurrentActivation: 'sigmoid' as const,
      recurrentInitializer: 'glorotUniform' as const,
      biasInitializer: 'randomNormal' as const,
      ...options
    };
    const [stock, fused] = [tfl.layers.lstm({ ...args }), new FusedLstm({ ...args })];
    const x = tf.randomNormal([batch, steps, features], 0, 1, 'float32', 7);
    const expected = stock.apply(x) as tf.Tensor;
    fused.apply(x); // a layer has weights only once it has seen an input
    fused.setWeights(stock.getWeights());
    const found = fused.apply(x) as tf.Tensor;
    for (const layer of [stock, fused]) layer.dispose();
    return [expected, found];
  });
  const [expected, found] = await Promise.all(both.map((tensor) => tensor.data()));
  tf.dispose(both);
  return largestDifference(found!, Float64Array.from(expected!));
}

/** An autoencoder of two LSTMs, of stock layers or of fused ones. */
export function buildAutoencoder(
  kind: 'stock' | 'fused',
  steps: number,
  channels: number,
  units: number
): tfl.Sequential {
  const lstm = (args: ConstructorParameters<typeof FusedLstm>[0]) =>
    kind === 'fused' ? new FusedLstm(args) : tfl.layers.lstm(args);
  const options = { units, recurrentActivation: 'sigmoid' as const };
  return tfl.sequential({
    layers: [
      lstm({ ...options, inputShape: [steps, channels] }),
      tfl.layers.repeatVector({ n: steps }),
      lstm({ ...options, returnSequences: true }),
      tfl.layers.dense({ units: channels })
    ]
  });
}

/**
 * Losses of the first ten batches of one training: of stock layers on the cpu backend, where they have no hundred shaders to
 * compile, and of fused ones on the current backend; and tensors left behind by another training of the latter.
 */
export async function compareFits(): Promise<{ stock: number[]; fused: number[]; leaked: number }> {
  const backend = tf.getBackend();
  await tf.setBackend('cpu');
  const initial = buildAutoencoder('stock', 4, 3, 8);
  const weights = await Promise.all(initial.getWeights().map((weight) => weight.array()));
  initial.dispose();
  const stock = await startFit('stock', weights);
  const expected = await stock.fit();
  stock.dispose();
  await tf.setBackend(backend);
  const fused = await startFit('fused', weights);
  const found = await fused.fit();
  const before = tf.memory().numTensors;
  await fused.fit();
  const leaked = tf.memory().numTensors - before;
  fused.dispose();
  return { stock: expected, fused: found, leaked };
}

async function startFit(kind: 'stock' | 'fused', weights: tf.TensorLike[]) {
  const [steps, channels, batchSize] = [4, 3, 4];
  const random = createRandom(11);
  const values = Float32Array.from({ length: 10 * batchSize * steps * channels }, () => random.normal());
  const x = tf.tensor3d(values, [10 * batchSize, steps, channels]);
  const model = buildAutoencoder(kind, steps, channels, 8);
  tf.tidy(() => model.setWeights(weights.map((weight) => tf.tensor(weight))));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return {
    fit: async () => {
      const losses: number[] = [];
      await model.fit(x, x, {
        batchSize,
        shuffle: false,
        yieldEvery: 'never',
        callbacks: { onBatchEnd: (_, logs) => void losses.push(logs!.loss!) }
      });
      return losses;
    },
    dispose: () => {
      x.dispose();
      model.dispose();
    }
  };
}

/** Leaves NaN in the buffers that a backend keeps to hand out again. */
function poison({ batch, steps, features, units }: LstmShape): void {
  const sizes = [batch * steps * units, batch * units, batch * steps * 4 * units, batch * steps * features];
  const weights = [features * 4 * units, units * 4 * units, 4 * units, (features + units + 1) * 4 * units];
  tf.tidy(() => {
    for (const size of [...sizes, ...weights, batch * 4 * units]) {
      for (let i = 0; i < 2; i++) tf.add(tf.fill([size], NaN), 1);
    }
  });
}

function reverseSteps(array: Float64Array, steps: number, width: number): Float64Array {
  return array.map((_, i) => {
    const [row, k] = [Math.floor(i / width), i % width];
    const [b, t] = [Math.floor(row / steps), row % steps];
    return array[(b * steps + steps - 1 - t) * width + k]!;
  });
}

const lastRow = (b: number, { steps, units }: LstmShape) => ((b + 1) * steps - 1) * units;

function takeLast(hidden: Float64Array, shape: LstmShape): Float64Array {
  return Float64Array.from({ length: shape.batch * shape.units }, (_, i) => {
    return hidden[lastRow(Math.floor(i / shape.units), shape) + (i % shape.units)]!;
  });
}

function spreadLast(direction: Float32Array, shape: LstmShape): Float64Array {
  const spread = new Float64Array(shape.batch * shape.steps * shape.units);
  direction.forEach((value, i) => (spread[lastRow(Math.floor(i / shape.units), shape) + (i % shape.units)] = value));
  return spread;
}

/** Infinite where anything is not a number. */
function largestDifference(found: ArrayLike<number>, expected: Float64Array): number {
  return expected.reduce((largest, value, i) => {
    const difference = Math.abs(value - found[i]!);
    return Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }, 0);
}

function relativeDistance(found: ArrayLike<number>, expected: Float64Array): number {
  const distance = expected.reduce((sum, value, i) => sum + (value - found[i]!) ** 2, 0);
  const size = expected.reduce((sum, value) => sum + value * value, 0);
  return size === 0 ? Math.sqrt(distance) : Math.sqrt(distance / size);
}
