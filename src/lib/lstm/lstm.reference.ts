/**
 * The slow truth of one LSTM layer in double precision, forward and backward through time: what every engine is held
 * against at start-up and in tests. Readable before fast. Gate order i, f, c, o along the last axis, as in Keras.
 *
 * Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers et al., 2000.
 */
import { addProduct, addProductWithTransposed, addTransposedProduct } from './matrix.reference';

/** Sizes of one call: batch, time steps, input features, units. */
export interface LstmShape {
  batch: number;
  steps: number;
  features: number;
  units: number;
}

/** kernel `[features, 4·units]`, recurrent `[units, 4·units]`, bias `[4·units]`, all row-major. */
export interface LstmWeights {
  kernel: Float64Array;
  recurrent: Float64Array;
  bias: Float64Array;
}

/** What the forward pass keeps for the backward one. */
export interface LstmTrace {
  /** Hidden states `[batch, steps, units]`. */
  hidden: Float64Array;
  /** Cell states `[batch, steps, units]`. */
  cell: Float64Array;
  /** Activated gates i, f, c, o `[batch, steps, 4·units]`. */
  gates: Float64Array;
}

/** Gradients of Σ hidden·dHidden by the input and by each weight. */
export interface LstmGradients extends LstmWeights {
  /** `[batch, steps, features]` */
  input: Float64Array;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Rows `from` … `from + count − 1` of a row-major matrix, as a view. */
const takeRows = (matrix: Float64Array, width: number, from: number, count = 1) =>
  matrix.subarray(from * width, (from + count) * width);

/** Runs the layer over `input` `[batch, steps, features]` from a zero state: z = x·W + h·U + b, c' = f·c + i·g, h' = o·tanh(c'). */
export function runLstm(shape: LstmShape, weights: LstmWeights, input: Float64Array): LstmTrace {
  const { batch, steps, units } = shape;
  const rows = batch * steps;
  const hidden = new Float64Array(rows * units);
  const cell = new Float64Array(rows * units);
  const gates = new Float64Array(rows * 4 * units);
  for (let row = 0; row < rows; row++) gates.set(weights.bias, row * 4 * units);
  addProduct(gates, input, weights.kernel, rows);
  const zero = new Float64Array(units);
  for (let row = 0; row < rows; row++) {
    const isFirst = row % steps === 0;
    const hBefore = isFirst ? zero : takeRows(hidden, units, row - 1);
    const cBefore = isFirst ? zero : takeRows(cell, units, row - 1);
    const h = takeRows(hidden, units, row);
    const c = takeRows(cell, units, row);
    const z = takeRows(gates, 4 * units, row);
    addProduct(z, hBefore, weights.recurrent, 1);
    for (let u = 0; u < units; u++) {
      const i = sigmoid(z[u]!);
      const f = sigmoid(z[units + u]!);
      const g = Math.tanh(z[2 * units + u]!);
      const o = sigmoid(z[3 * units + u]!);
      z[u] = i;
      z[units + u] = f;
      z[2 * units + u] = g;
      z[3 * units + u] = o;
      c[u] = f * cBefore[u]! + i * g;
      h[u] = o * Math.tanh(c[u]!);
    }
  }
  return { hidden, cell, gates };
}

/** Backpropagates `dHidden` `[batch, steps, units]` through time. */
export function differentiateLstm(
  shape: LstmShape,
  weights: LstmWeights,
  input: Float64Array,
  trace: LstmTrace,
  dHidden: Float64Array
): LstmGradients {
  const { batch, steps, units } = shape;
  const rows = batch * steps;
  const dGates = new Float64Array(rows * 4 * units);
  const dh = new Float64Array(units);
  const dc = new Float64Array(units);
  const zero = new Float64Array(units);
  for (let row = rows - 1; row >= 0; row--) {
    const isFirst = row % steps === 0;
    const isLast = row % steps === steps - 1;
    if (isLast) {
      dh.fill(0);
      dc.fill(0);
    }
    const gates = takeRows(trace.gates, 4 * units, row);
    const dz = takeRows(dGates, 4 * units, row);
    const c = takeRows(trace.cell, units, row);
    const cBefore = isFirst ? zero : takeRows(trace.cell, units, row - 1);
    for (let u = 0; u < units; u++) {
      const i = gates[u]!;
      const f = gates[units + u]!;
      const g = gates[2 * units + u]!;
      const o = gates[3 * units + u]!;
      const tanhC = Math.tanh(c[u]!);
      const dOut = dh[u]! + dHidden[row * units + u]!;
      const dCell = dc[u]! + dOut * o * (1 - tanhC * tanhC);
      dz[u] = dCell * g * i * (1 - i);
      dz[units + u] = dCell * cBefore[u]! * f * (1 - f);
      dz[2 * units + u] = dCell * i * (1 - g * g);
      dz[3 * units + u] = dOut * tanhC * o * (1 - o);
      dc[u] = dCell * f;
    }
    dh.fill(0);
    addProductWithTransposed(dh, dz, weights.recurrent, 1);
  }

  const gradients: LstmGradients = {
    input: new Float64Array(input.length),
    kernel: new Float64Array(weights.kernel.length),
    recurrent: new Float64Array(weights.recurrent.length),
    bias: new Float64Array(weights.bias.length)
  };
  addProductWithTransposed(gradients.input, dGates, weights.kernel, rows);
  addTransposedProduct(gradients.kernel, input, dGates, rows);
  addTransposedProduct(gradients.bias, new Float64Array(rows).fill(1), dGates, rows);
  for (let first = 0; first < rows; first += steps) {
    // A window's gates from its second step on, with the hidden states one step before them.
    const hBefore = takeRows(trace.hidden, units, first, steps - 1);
    addTransposedProduct(gradients.recurrent, hBefore, takeRows(dGates, 4 * units, first + 1, steps - 1), steps - 1);
  }
  return gradients;
}
