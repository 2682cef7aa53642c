/**
 * The slow truth of a whole LSTM autoencoder in double precision: reconstruction, errors, loss, gradient, Adam. Every engine
 * is held against it, and the `cpu` engine runs on it. It knows nothing of devices.
 */
import type { ErrorKind, Series, TrainingRule } from './engine';
import { differentiateLstm, runLstm, type LstmShape, type LstmTrace, type LstmWeights } from './lstm.reference';
import { addProduct, addProductWithTransposed, addTransposedProduct } from './matrix.reference';
import { describeLayers, type AutoencoderShape, type DenseLayer, type LstmLayer } from './shape';

/** What the forward pass keeps for the backward one: per layer its input, and the trace of an LSTM. */
export interface AutoencoderTrace {
  readonly inputs: Float64Array[];
  readonly traces: (LstmTrace | null)[];
  /** `[batch, steps, channels]` */
  readonly reconstruction: Float64Array;
}

/** `WindowErrors` before they are rounded. */
export interface ExactErrors {
  readonly score: Float64Array;
  readonly channelError: Float64Array;
  readonly expected: Float64Array;
}

/** A training between two steps. Arrays of single precision round what a step leaves, not what it computes with. */
export interface AdamState<Numbers extends Float32Array | Float64Array = Float64Array> {
  parameters: Numbers;
  firstMoment: Numbers;
  secondMoment: Numbers;
  step: number;
}

/** Copies the windows that begin at `starts` to `[count, steps, channels]`. */
export function gatherWindows({ values, channels }: Series, starts: Int32Array, steps: number): Float64Array {
  const windows = new Float64Array(starts.length * steps * channels);
  starts.forEach((start, i) => {
    windows.set(values.subarray(start * channels, (start + steps) * channels), i * steps * channels);
  });
  return windows;
}

/** Reconstructs `windows` `[batch, steps, channels]` with the flat `parameters`. */
export function runAutoencoder(
  shape: AutoencoderShape,
  parameters: Float64Array,
  windows: Float64Array
): AutoencoderTrace {
  const { steps, channels } = shape;
  const batch = windows.length / (steps * channels);
  const layers = describeLayers(shape);
  const inputs: Float64Array[] = [];
  const traces: (LstmTrace | null)[] = [];
  let data = windows;
  layers.forEach((layer, i) => {
    if (isFirstDecoder(layers, i)) data = repeatRows(data, batch, steps);
    inputs.push(data);
    if (layer.kind === 'dense') {
      traces.push(null);
      data = runDense(layer, parameters, data);
      return;
    }
    const trace = runLstm(sizesOf(layer, batch, steps), lstmWeights(layer, parameters), data);
    traces.push(trace);
    data = isLastEncoder(layers, i) ? takeLastSteps(trace.hidden, batch, steps) : trace.hidden;
  });
  return { inputs, traces, reconstruction: data };
}

/** Errors of `windows` `[batch, steps, channels]` against their reconstruction, as an engine returns them. */
export function measureErrors(
  { steps, channels }: AutoencoderShape,
  windows: Float64Array,
  reconstruction: Float64Array,
  error: ErrorKind
): ExactErrors {
  const batch = windows.length / (steps * channels);
  const score = new Float64Array(batch);
  const channelError = new Float64Array(batch * channels);
  for (let at = 0; at < windows.length; at++) {
    const window = Math.floor(at / (steps * channels));
    const residual = windows[at]! - reconstruction[at]!;
    const size = error === 'mae' ? Math.abs(residual) : residual * residual;
    channelError[window * channels + (at % channels)]! += size / steps;
    score[window]! += size / (steps * channels);
  }
  return { score, channelError, expected: takeLastSteps(reconstruction, batch, steps) };
}

/** Loss of one batch, the mean over windows, steps and channels, and its gradient in flat order. |r| has slope 0 at r = 0. */
export function differentiateAutoencoder(
  shape: AutoencoderShape,
  parameters: Float64Array,
  windows: Float64Array,
  kind: ErrorKind
): { loss: number; gradient: Float64Array } {
  const { steps, channels } = shape;
  const batch = windows.length / (steps * channels);
  const { inputs, traces, reconstruction } = runAutoencoder(shape, parameters, windows);

  let loss = 0;
  const dReconstruction = reconstruction.map((y, at) => {
    const residual = y - windows[at]!;
    loss += (kind === 'mae' ? Math.abs(residual) : residual * residual) / windows.length;
    return (kind === 'mae' ? Math.sign(residual) : 2 * residual) / windows.length;
  });

  const gradient = new Float64Array(parameters.length);
  const layers = describeLayers(shape);
  let dData: Float64Array = dReconstruction;
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    if (layer.kind === 'dense') {
      dData = differentiateDense(layer, parameters, inputs[i]!, dData, gradient);
      continue;
    }
    if (isLastEncoder(layers, i)) dData = placeLastSteps(dData, batch, steps);
    const sizes = sizesOf(layer, batch, steps);
    const found = differentiateLstm(sizes, lstmWeights(layer, parameters), inputs[i]!, traces[i]!, dData);
    gradient.set(found.kernel, layer.kernel);
    gradient.set(found.recurrent, layer.recurrent);
    gradient.set(found.bias, layer.bias);
    dData = isFirstDecoder(layers, i) ? sumSteps(found.input, batch, steps) : found.input;
  }
  return { loss, gradient };
}

/** One Adam step in place (Kingma and Ba 2015, algorithm 1), behind the clipping of Pascanu et al. 2013 to a global norm. */
export function takeAdamStep(
  state: AdamState<Float32Array> | AdamState<Float64Array>,
  gradient: Float64Array,
  rule: TrainingRule
): void {
  const { learningRate, beta1, beta2, epsilon, clipNorm } = rule;
  const { parameters, firstMoment, secondMoment } = state;
  const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
  const scale = clipNorm !== null && norm > clipNorm ? clipNorm / norm : 1;
  state.step++;
  const firstBias = 1 - beta1 ** state.step;
  const secondBias = 1 - beta2 ** state.step;
  for (let i = 0; i < gradient.length; i++) {
    const g = scale * gradient[i]!;
    const m = beta1 * firstMoment[i]! + (1 - beta1) * g;
    const v = beta2 * secondMoment[i]! + (1 - beta2) * g * g;
    firstMoment[i] = m;
    secondMoment[i] = v;
    parameters[i]! -= (learningRate * (m / firstBias)) / (Math.sqrt(v / secondBias) + epsilon);
  }
}

type Layers = readonly (LstmLayer | DenseLayer)[];

const isLastEncoder = (layers: Layers, i: number) => layers[i]!.side === 'encoder' && layers[i + 1]!.side !== 'encoder';

const isFirstDecoder = (layers: Layers, i: number) =>
  layers[i]!.side === 'decoder' && layers[i - 1]!.side !== 'decoder';

const sizesOf = ({ inputs, units }: LstmLayer, batch: number, steps: number): LstmShape => ({
  batch,
  steps,
  features: inputs,
  units
});

function lstmWeights({ inputs, units, kernel, recurrent, bias }: LstmLayer, parameters: Float64Array): LstmWeights {
  const take = (from: number, count: number) => parameters.subarray(from, from + count);
  return {
    kernel: take(kernel, inputs * 4 * units),
    recurrent: take(recurrent, units * 4 * units),
    bias: take(bias, 4 * units)
  };
}

/** y = x·W + b for every row of `data` `[rows, inputs]`. */
function runDense({ inputs, units, kernel, bias }: DenseLayer, parameters: Float64Array, data: Float64Array) {
  const rows = data.length / inputs;
  const out = new Float64Array(rows * units);
  for (let row = 0; row < rows; row++) out.set(parameters.subarray(bias, bias + units), row * units);
  addProduct(out, data, parameters.subarray(kernel, kernel + inputs * units), rows);
  return out;
}

/** Writes the layer's part of `gradient`; returns the gradient by its input. */
function differentiateDense(
  { inputs, units, kernel, bias }: DenseLayer,
  parameters: Float64Array,
  data: Float64Array,
  dOut: Float64Array,
  gradient: Float64Array
): Float64Array {
  const rows = data.length / inputs;
  const dData = new Float64Array(data.length);
  addProductWithTransposed(dData, dOut, parameters.subarray(kernel, kernel + inputs * units), rows);
  addTransposedProduct(gradient.subarray(kernel, kernel + inputs * units), data, dOut, rows);
  addTransposedProduct(gradient.subarray(bias, bias + units), new Float64Array(rows).fill(1), dOut, rows);
  return dData;
}

/** `[batch, width]` → `[batch, steps, width]`, every step the same. */
function repeatRows(data: Float64Array, batch: number, steps: number): Float64Array {
  const width = data.length / batch;
  const repeated = new Float64Array(data.length * steps);
  for (let row = 0; row < batch * steps; row++) {
    const window = Math.floor(row / steps);
    repeated.set(data.subarray(window * width, (window + 1) * width), row * width);
  }
  return repeated;
}

/** `[batch, steps, width]` → `[batch, width]`: the gradient of `repeatRows`. */
function sumSteps(data: Float64Array, batch: number, steps: number): Float64Array {
  const width = data.length / (batch * steps);
  const sum = new Float64Array(batch * width);
  data.forEach((value, at) => (sum[Math.floor(at / (steps * width)) * width + (at % width)]! += value));
  return sum;
}

/** `[batch, steps, width]` → `[batch, width]`, the last step of each window. */
function takeLastSteps(data: Float64Array, batch: number, steps: number): Float64Array {
  const width = data.length / (batch * steps);
  const last = new Float64Array(batch * width);
  for (let b = 0; b < batch; b++) {
    const row = b * steps + steps - 1;
    last.set(data.subarray(row * width, (row + 1) * width), b * width);
  }
  return last;
}

/** `[batch, width]` → `[batch, steps, width]`, zero but for the last step: the gradient of `takeLastSteps`. */
function placeLastSteps(data: Float64Array, batch: number, steps: number): Float64Array {
  const width = data.length / batch;
  const placed = new Float64Array(data.length * steps);
  for (let b = 0; b < batch; b++) {
    placed.set(data.subarray(b * width, (b + 1) * width), (b * steps + steps - 1) * width);
  }
  return placed;
}
