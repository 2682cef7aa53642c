/**
 * Each format is judged by its own documented formula, written out row by row here, and by numbers of the libraries that own
 * it; by nothing of the importer.
 */
import { describe, expect, test } from 'vitest';
import { createRandom } from '$lib/domain/random';
import {
  exportDense,
  exportLstm,
  importDense,
  importLstm,
  type ForeignDense,
  type ForeignLstm,
  type ForeignTensor,
  type WeightFormat
} from '$lib/lstm/foreign-weights';
import { joinLayers, type LstmTensors } from '$lib/lstm/layer-tensors';
import { runLstm } from '$lib/lstm/lstm.reference';
import { describeParameters, type AutoencoderShape } from '$lib/lstm/shape';

const [inputs, units, steps] = [3, 5, 4];
const random = createRandom(7);
const draw = (...shape: number[]): ForeignTensor => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => random.normal() / 2)
});
const x = Float64Array.from(draw(steps, inputs).values);

const keras: ForeignLstm = {
  format: 'keras',
  kernel: draw(inputs, 4 * units),
  recurrent_kernel: draw(units, 4 * units),
  bias: draw(4 * units)
};
const pytorch = {
  format: 'pytorch',
  weight_ih: draw(4 * units, inputs),
  weight_hh: draw(4 * units, units),
  bias_ih: draw(4 * units),
  bias_hh: draw(4 * units)
} satisfies ForeignLstm;
const onnx = {
  format: 'onnx',
  W: draw(1, 4 * units, inputs),
  R: draw(1, 4 * units, units),
  B: draw(1, 8 * units)
} satisfies ForeignLstm;

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** An LSTM over `x` whose pre-activations of unit `u` are told by `preactivate(u, input row, hidden)`. */
function runByFormula(
  preactivate: (unit: number, now: Float64Array, before: number[]) => { i: number; f: number; c: number; o: number }
): number[] {
  let h = new Array<number>(units).fill(0);
  const cell = new Array<number>(units).fill(0);
  return Array.from({ length: steps }, (_, step) => {
    const now = x.subarray(step * inputs, (step + 1) * inputs);
    h = h.map((_, unit) => {
      const z = preactivate(unit, now, h);
      cell[unit] = sigmoid(z.f) * cell[unit]! + sigmoid(z.i) * Math.tanh(z.c);
      return sigmoid(z.o) * Math.tanh(cell[unit]!);
    });
    return h;
  }).flat();
}

/** Row `row` of a matrix of `width` columns, times `by`. */
const rowTimes = ({ values }: ForeignTensor, row: number, by: ArrayLike<number>) =>
  Array.from(by).reduce((sum, value, k) => sum + value * values[row * by.length + k]!, 0);
const columnTimes = ({ values, shape }: ForeignTensor, column: number, by: ArrayLike<number>) =>
  Array.from(by).reduce((sum, value, k) => sum + value * values[k * shape[1]! + column]!, 0);

function run(layer: LstmTensors, input = x): number[] {
  const weights = {
    kernel: Float64Array.from(layer.kernel),
    recurrent: Float64Array.from(layer.recurrent),
    bias: Float64Array.from(layer.bias)
  };
  const sizes = { batch: 1, steps: input.length / layer.inputs, features: layer.inputs, units: layer.units };
  return Array.from(runLstm(sizes, weights, input).hidden);
}

function expectNear(found: number[], expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  // Two biases are added in single precision.
  found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6));
}

describe('an LSTM layer', () => {
  test('from Keras: columns i, f, c, o', () => {
    const z = (column: number, now: Float64Array, h: number[]) =>
      columnTimes(keras.kernel, column, now) +
      columnTimes(keras.recurrent_kernel, column, h) +
      keras.bias!.values[column]!;
    const expected = runByFormula((u, now, h) => ({
      i: z(u, now, h),
      f: z(units + u, now, h),
      c: z(2 * units + u, now, h),
      o: z(3 * units + u, now, h)
    }));
    expectNear(run(importLstm(keras)), expected);
  });

  test('from PyTorch: W_ii, W_if, W_ig, W_io under each other, and two biases', () => {
    const z = (row: number, now: Float64Array, h: number[]) =>
      rowTimes(pytorch.weight_ih, row, now) +
      pytorch.bias_ih.values[row]! +
      rowTimes(pytorch.weight_hh, row, h) +
      pytorch.bias_hh.values[row]!;
    const expected = runByFormula((u, now, h) => ({
      i: z(u, now, h),
      f: z(units + u, now, h),
      c: z(2 * units + u, now, h),
      o: z(3 * units + u, now, h)
    }));
    expectNear(run(importLstm(pytorch)), expected);
  });

  test('from ONNX: W[iofc], R[iofc], and Wb[iofc] before Rb[iofc]', () => {
    const z = (row: number, now: Float64Array, h: number[]) =>
      rowTimes(onnx.W, row, now) + rowTimes(onnx.R, row, h) + onnx.B.values[row]! + onnx.B.values[4 * units + row]!;
    const expected = runByFormula((u, now, h) => ({
      i: z(u, now, h),
      o: z(units + u, now, h),
      f: z(2 * units + u, now, h),
      c: z(3 * units + u, now, h)
    }));
    expectNear(run(importLstm(onnx)), expected);
  });

  test('gives the numbers of PyTorch 1.13 and of ONNX Runtime 1.30 for their own weights', () => {
    // Printed by torch.nn.LSTM(2, 3).double() and by a model of one LSTM node, on waves with the phases 1 … 4.
    const wave = (phase: number, ...shape: number[]): ForeignTensor => {
      const length = shape.reduce((product, size) => product * size, 1);
      const value = (i: number) => 0.7 * Math.sin(phase + 1.7 * i + 0.3 * i * i);
      return { shape, values: Float32Array.from({ length }, (_, i) => value(i)) };
    };
    const ofTorch = [
      -0.0109491, -0.0709146, -0.1369895, -0.0376974, -0.1545861, -0.0811365, 0.0165837, -0.2403975, 0.1329866,
      -0.0221469, -0.2364703, -0.0425418
    ];
    const ofOnnxRuntime = [
      -0.0178545, -0.1953517, 0.246751, 0.0137615, 0.0333411, 0.259189, 0.107766, -0.1542353, 0.3517241, 0.0326514,
      -0.0439409, 0.3085799
    ];
    const input = Float64Array.from(wave(1, 4, 2).values);
    const biases = wave(4, 1, 24);
    const half = (from: number) => ({ shape: [12], values: biases.values.slice(from, from + 12) });
    const pytorchLayer = importLstm({
      format: 'pytorch',
      weight_ih: wave(2, 12, 2),
      weight_hh: wave(3, 12, 3),
      bias_ih: half(0),
      bias_hh: half(12)
    });
    expectNear(run(pytorchLayer, input), ofTorch);
    const onnxLayer = importLstm({ format: 'onnx', W: wave(2, 1, 12, 2), R: wave(3, 1, 12, 3), B: biases });
    expectNear(run(onnxLayer, input), ofOnnxRuntime);
  });

  test.each(['keras', 'pytorch', 'onnx'] as const)('goes to %s and back unchanged, through any other', (format) => {
    const layer = importLstm(onnx);
    expect(importLstm(exportLstm(format, layer))).toEqual(layer);
    expect(importLstm(exportLstm('keras', importLstm(exportLstm(format, layer))))).toEqual(layer);
  });

  test('goes back to the very tensors it came from', () => {
    expect(exportLstm('keras', importLstm(keras))).toEqual(keras);
    const { bias_ih, bias_hh, ...weights } = exportLstm('pytorch', importLstm(pytorch));
    expect(weights).toEqual({ format: 'pytorch', weight_ih: pytorch.weight_ih, weight_hh: pytorch.weight_hh });
    expect(bias_ih!.values).toEqual(pytorch.bias_ih.values.map((value, i) => value + pytorch.bias_hh.values[i]!));
    expect(bias_hh!.values.every((value) => value === 0)).toBe(true);
    const back = exportLstm('onnx', importLstm(onnx));
    expect([back.W, back.R]).toEqual([onnx.W, onnx.R]);
  });

  test('without biases has zero ones', () => {
    const { format, weight_ih, weight_hh } = pytorch;
    expect(importLstm({ format, weight_ih, weight_hh }).bias).toEqual(new Float32Array(4 * units));
    expect(importLstm({ format: 'onnx', W: onnx.W, R: onnx.R }).bias).toEqual(new Float32Array(4 * units));
  });

  test('shares no memory with what it came from', () => {
    const layer = importLstm(keras);
    layer.kernel.fill(NaN);
    expect(keras.kernel.values).not.toContain(NaN);
  });
});

describe('a dense layer', () => {
  const layer = { kind: 'dense', inputs: 2, units: 3, kernel: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
  const bias = Float32Array.of(7, 8, 9);
  const added = { shape: [3], values: bias };
  const columns = { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const rows = { shape: [3, 2], values: Float32Array.of(1, 4, 2, 5, 3, 6) };

  test.each<ForeignDense>([
    { format: 'keras', kernel: columns, bias: added },
    { format: 'pytorch', weight: rows, bias: added },
    { format: 'onnx', B: rows, C: added, transB: 1 }
  ])('from $format and back', (foreign) => {
    expect(importDense(foreign)).toEqual({ ...layer, bias });
    expect(exportDense(foreign.format, { ...layer, bias })).toEqual(foreign);
  });

  test('from ONNX without transB, and without a bias', () => {
    expect(importDense({ format: 'onnx', B: columns, transB: 0 })).toEqual({ ...layer, bias: new Float32Array(3) });
  });
});

describe('what does not fit is refused with its place, its value and what was expected', () => {
  const short = (tensor: ForeignTensor) => ({ ...tensor, values: tensor.values.subarray(1) });

  test.each<[string, () => unknown]>([
    ['kernel: shape [20, 3], expected [20, 20]', () => importLstm({ ...keras, kernel: draw(20, 3) })],
    ['bias: shape [40], expected [20]', () => importLstm({ ...keras, bias: draw(40) })],
    ['weight_ih: shape [15, 3], expected [20, 3]', () => importLstm({ ...pytorch, weight_ih: draw(15, 3) })],
    ['weight_hh: shape [5, 20], expected [80, 20]', () => importLstm({ ...pytorch, weight_hh: draw(5, 20) })],
    ['bias_hh: shape [1, 20], expected [20]', () => importLstm({ ...pytorch, bias_hh: draw(1, 20) })],
    ['W: shape [2, 20, 3], expected [1, 20, 3]', () => importLstm({ ...onnx, W: draw(2, 20, 3) })],
    ['R: shape [20, 5], expected a positive size on axis 2', () => importLstm({ ...onnx, R: draw(20, 5) })],
    ['B: shape [1, 20], expected [1, 40]', () => importLstm({ ...onnx, B: draw(1, 20) })],
    ['W: 59 numbers, expected 60', () => importLstm({ ...onnx, W: short(onnx.W) })],
    [
      'kernel: shape [0, 4], expected a positive size on axis 0',
      () => importDense({ format: 'keras', kernel: draw(0, 4) })
    ],
    ['weight: shape [3, 2, 1], expected [3, 2]', () => importDense({ format: 'pytorch', weight: draw(3, 2, 1) })],
    ['C: shape [2], expected [3]', () => importDense({ format: 'onnx', B: draw(3, 2), C: draw(2), transB: 1 })]
  ])('%s', (message, act) => {
    expect(act).toThrow(new RangeError(message));
  });
});

describe('layers joined to flat parameters', () => {
  const shape: AutoencoderShape = { steps, channels: inputs, encoder: [units], latent: 2, decoder: [4] };
  const lstm = (from: number, to: number) =>
    importLstm({
      format: 'pytorch',
      weight_ih: draw(4 * to, from),
      weight_hh: draw(4 * to, to),
      bias_ih: draw(4 * to)
    });
  const dense = (from: number, to: number) =>
    importDense({ format: 'pytorch', weight: draw(to, from), bias: draw(to) });
  const layers = [lstm(inputs, units), dense(units, 2), lstm(2, 4), dense(4, inputs)];

  test('lie where describeParameters says', () => {
    const flat = joinLayers(shape, layers);
    const tensors = layers.flatMap((layer) =>
      layer.kind === 'lstm' ? [layer.kernel, layer.recurrent, layer.bias] : [layer.kernel, layer.bias]
    );
    describeParameters(shape).forEach(({ name, offset }, i) => {
      expect(flat.subarray(offset, offset + tensors[i]!.length), name).toEqual(tensors[i]);
    });
    expect(flat).toHaveLength(tensors.reduce((sum, { length }) => sum + length, 0));
  });

  test.each<[string, () => unknown]>([
    ['3 layers, expected 4', () => joinLayers(shape, layers.slice(1))],
    ['latent: dense 5 → 3, expected dense 5 → 2', () => joinLayers(shape, layers.with(1, dense(5, 3)))],
    ['decoder_0: dense 2 → 4, expected lstm 2 → 4', () => joinLayers(shape, layers.with(2, dense(2, 4)))]
  ])('%s', (message, act) => {
    expect(act).toThrow(new RangeError(message));
  });
});

test('every format is told apart', () => {
  const formats: WeightFormat[] = ['keras', 'pytorch', 'onnx'];
  const layer = importLstm(onnx);
  const written = formats.map((format) => JSON.stringify(Object.values(exportLstm(format, layer)).slice(1)));
  expect(new Set(written).size).toBe(3);
});
