/**
 * Weights of single layers as Keras, PyTorch and ONNX keep them, to our canonical tensors and back. They differ in the order
 * of the gates, in which axis comes first, and in whether a layer has one bias or two that are added. It reads no files.
 *
 * Sources: the weights of `keras.layers.LSTM` and `Dense`; the variables of `torch.nn.LSTM` and `Linear`; the inputs of the
 * ONNX operators `LSTM` (forward, no peepholes) and `Gemm`.
 */
import type { DenseTensors, LstmTensors } from './layer-tensors';

/** Row-major numbers and the sizes they claim to have. */
export interface ForeignTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One LSTM layer. A bias that is left out is zero. */
export type ForeignLstm =
  /** `[inputs, 4·units]`, `[units, 4·units]`, `[4·units]`; gates i, f, c, o. */
  | { format: 'keras'; kernel: ForeignTensor; recurrent_kernel: ForeignTensor; bias?: ForeignTensor }
  /** `[4·units, inputs]`, `[4·units, units]`, `[4·units]` twice; gates i, f, g, o. */
  | {
      format: 'pytorch';
      weight_ih: ForeignTensor;
      weight_hh: ForeignTensor;
      bias_ih?: ForeignTensor;
      bias_hh?: ForeignTensor;
    }
  /** `[1, 4·units, inputs]`, `[1, 4·units, units]`, `[1, 8·units]`, that of the input first; gates i, o, f, c. */
  | { format: 'onnx'; W: ForeignTensor; R: ForeignTensor; B?: ForeignTensor };

/** One dense layer. A bias that is left out is zero. */
export type ForeignDense =
  /** `[inputs, units]`, `[units]` */
  | { format: 'keras'; kernel: ForeignTensor; bias?: ForeignTensor }
  /** `[units, inputs]`, `[units]` */
  | { format: 'pytorch'; weight: ForeignTensor; bias?: ForeignTensor }
  /** `[units, inputs]` where `transB` is 1, else `[inputs, units]`; `[units]` */
  | { format: 'onnx'; B: ForeignTensor; C?: ForeignTensor; transB: 0 | 1 };

export type WeightFormat = ForeignLstm['format'];

/** Where the canonical gates i, f, c, o stand in a format whose gates are rows. */
const gatePlaces = { pytorch: [0, 1, 2, 3], onnx: [0, 2, 3, 1] } as const;
const densePlaces = [0] as const;

/** Reads one LSTM layer; throws a `RangeError` that says which tensor, its sizes and those expected. */
export function importLstm(foreign: ForeignLstm): LstmTensors {
  // The recurrent tensor alone tells the units; read first, it is the one that is named when it is wrong.
  if (foreign.format === 'keras') {
    const { kernel, recurrent_kernel, bias } = foreign;
    const [inputs, units] = [sizeOf(kernel, 'kernel', 0), sizeOf(recurrent_kernel, 'recurrent_kernel', 0)];
    const recurrent = read(recurrent_kernel, 'recurrent_kernel', [units, 4 * units]).slice();
    return {
      kind: 'lstm',
      inputs,
      units,
      kernel: read(kernel, 'kernel', [inputs, 4 * units]).slice(),
      recurrent,
      bias: read(bias, 'bias', [4 * units]).slice()
    };
  }
  if (foreign.format === 'pytorch') {
    const { weight_ih, weight_hh, bias_ih, bias_hh } = foreign;
    const [inputs, units] = [sizeOf(weight_ih, 'weight_ih', 1), sizeOf(weight_hh, 'weight_hh', 1)];
    const hidden = read(weight_hh, 'weight_hh', [4 * units, units]);
    const input = read(weight_ih, 'weight_ih', [4 * units, inputs]);
    const bias = add(read(bias_ih, 'bias_ih', [4 * units]), read(bias_hh, 'bias_hh', [4 * units]));
    return lstmFromRows(input, hidden, bias, units, gatePlaces.pytorch);
  }
  const { W, R, B } = foreign;
  const [inputs, units] = [sizeOf(W, 'W', 2), sizeOf(R, 'R', 2)];
  const hidden = read(R, 'R', [1, 4 * units, units]);
  const input = read(W, 'W', [1, 4 * units, inputs]);
  const biases = read(B, 'B', [1, 8 * units]);
  const bias = add(biases.subarray(0, 4 * units), biases.subarray(4 * units));
  return lstmFromRows(input, hidden, bias, units, gatePlaces.onnx);
}

/** Writes one LSTM layer; where a format has two biases, the second one is zero. */
export function exportLstm<Format extends WeightFormat>(
  format: Format,
  layer: LstmTensors
): Extract<ForeignLstm, { format: Format }>;
export function exportLstm(format: WeightFormat, { inputs, units, kernel, recurrent, bias }: LstmTensors): ForeignLstm {
  const width = 4 * units;
  if (format === 'keras') {
    return {
      format,
      kernel: { shape: [inputs, width], values: kernel.slice() },
      recurrent_kernel: { shape: [units, width], values: recurrent.slice() },
      bias: { shape: [width], values: bias.slice() }
    };
  }
  const places = gatePlaces[format];
  const input = toRows(kernel, inputs, places);
  const hidden = toRows(recurrent, units, places);
  const summed = toRows(bias, 1, places);
  if (format === 'pytorch') {
    return {
      format,
      weight_ih: { shape: [width, inputs], values: input },
      weight_hh: { shape: [width, units], values: hidden },
      bias_ih: { shape: [width], values: summed },
      bias_hh: { shape: [width], values: new Float32Array(width) }
    };
  }
  const both = new Float32Array(2 * width);
  both.set(summed);
  return {
    format,
    W: { shape: [1, width, inputs], values: input },
    R: { shape: [1, width, units], values: hidden },
    B: { shape: [1, 2 * width], values: both }
  };
}

/** Reads one dense layer; throws a `RangeError` that says which tensor, its sizes and those expected. */
export function importDense(foreign: ForeignDense): DenseTensors {
  if (foreign.format === 'keras') return readDense(foreign.kernel, 'kernel', foreign.bias, 'bias', false);
  if (foreign.format === 'pytorch') return readDense(foreign.weight, 'weight', foreign.bias, 'bias', true);
  return readDense(foreign.B, 'B', foreign.C, 'C', foreign.transB === 1);
}

/** Writes one dense layer; for ONNX with `transB` 1, as PyTorch's own export does. */
export function exportDense<Format extends WeightFormat>(
  format: Format,
  layer: DenseTensors
): Extract<ForeignDense, { format: Format }>;
export function exportDense(format: WeightFormat, { inputs, units, kernel, bias }: DenseTensors): ForeignDense {
  const added = { shape: [units], values: bias.slice() };
  if (format === 'keras') return { format, kernel: { shape: [inputs, units], values: kernel.slice() }, bias: added };
  const rows = { shape: [units, inputs], values: toRows(kernel, inputs, densePlaces) };
  return format === 'pytorch' ? { format, weight: rows, bias: added } : { format, B: rows, C: added, transB: 1 };
}

function lstmFromRows(
  input: Float32Array,
  hidden: Float32Array,
  bias: Float32Array,
  units: number,
  places: readonly number[]
): LstmTensors {
  const inputs = input.length / (4 * units);
  return {
    kind: 'lstm',
    inputs,
    units,
    kernel: toColumns(input, inputs, places),
    recurrent: toColumns(hidden, units, places),
    bias: toColumns(bias, 1, places)
  };
}

function readDense(
  weight: ForeignTensor,
  weightName: string,
  bias: ForeignTensor | undefined,
  biasName: string,
  isTransposed: boolean
): DenseTensors {
  const inputs = sizeOf(weight, weightName, isTransposed ? 1 : 0);
  const units = sizeOf(weight, weightName, isTransposed ? 0 : 1);
  const values = read(weight, weightName, isTransposed ? [units, inputs] : [inputs, units]);
  return {
    kind: 'dense',
    inputs,
    units,
    kernel: isTransposed ? toColumns(values, inputs, densePlaces) : values.slice(),
    bias: read(bias, biasName, [units]).slice()
  };
}

/** Rows `[places·units, inputs]` in a foreign order to columns `[inputs, places·units]` in ours. */
function toColumns(rows: Float32Array, inputs: number, places: readonly number[]): Float32Array {
  const columns = new Float32Array(rows.length);
  pairIndices(rows.length, inputs, places, (column, row) => (columns[column] = rows[row]!));
  return columns;
}

function toRows(columns: Float32Array, inputs: number, places: readonly number[]): Float32Array {
  const rows = new Float32Array(columns.length);
  pairIndices(columns.length, inputs, places, (column, row) => (rows[row] = columns[column]!));
  return rows;
}

/** Calls `pair` with where the same number lies among our columns and among foreign rows. */
function pairIndices(
  length: number,
  inputs: number,
  places: readonly number[],
  pair: (column: number, row: number) => void
): void {
  const width = length / inputs;
  const units = width / places.length;
  for (let gate = 0; gate < places.length; gate++) {
    for (let unit = 0; unit < units; unit++) {
      for (let k = 0; k < inputs; k++) {
        pair(k * width + gate * units + unit, (places[gate]! * units + unit) * inputs + k);
      }
    }
  }
}

/** The size that the others are told by; bad ones are refused here, so that no zero size passes as an empty layer. */
function sizeOf({ shape }: ForeignTensor, name: string, axis: number): number {
  const size = shape[axis];
  if (size === undefined || !Number.isInteger(size) || size < 1) {
    throw new RangeError(`${name}: shape [${shape.join(', ')}], expected a positive size on axis ${axis}`);
  }
  return size;
}

function read(tensor: ForeignTensor | undefined, name: string, expected: readonly number[]): Float32Array {
  const length = expected.reduce((product, size) => product * size, 1);
  if (!tensor) return new Float32Array(length);
  if (tensor.shape.join() !== expected.join()) {
    throw new RangeError(`${name}: shape [${tensor.shape.join(', ')}], expected [${expected.join(', ')}]`);
  }
  if (tensor.values.length !== length) {
    throw new RangeError(`${name}: ${tensor.values.length} numbers, expected ${length}`);
  }
  return tensor.values;
}

const add = (a: Float32Array, b: Float32Array) => a.map((value, i) => value + b[i]!);
