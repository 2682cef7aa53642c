/**
 * The kernels of the `webgpu` backend: the engine's own shaders in TensorFlow.js's queue. Two dispatches forward, five for
 * the gradient, whatever the batch and the number of steps.
 */
import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { LstmLayer } from '../shape';
import { tf } from './parts';
import { countInputGradientGroups, createInputGradientKernel } from '../webgpu/input-gradient.wgsl';
import type { StepScalars } from '../webgpu/kernel.wgsl';
import { countBackwardGroups, createBackwardKernel, paddedRows, type BackwardTile } from '../webgpu/lstm-backward.wgsl';
import { createForwardKernel, fitTile, type ForwardOptions } from '../webgpu/lstm-forward.wgsl';
import { choosePerSplit, countSplits } from '../webgpu/partial-sums';
import { countWeightGradientGroups, createWeightGradientKernel } from '../webgpu/weight-gradient.wgsl';
import { forwardKernel, gradientKernel, type ForwardAttributes, type GradientAttributes } from './operator';
import { runProgram } from './webgpu-program';
import { createPackKernel, createSumKernel, createTransposeKernel, elementThreads } from './weights.wgsl';

const backwardTile: BackwardTile = { windows: 8, unitsPerThread: 2 };

/** The texts of kernels, written once for each combination of sizes. */
const kernels = {
  pack: remember(createPackKernel),
  forward: remember(createForwardKernel),
  transpose: remember(createTransposeKernel),
  backward: remember(createBackwardKernel),
  weightGradient: remember(createWeightGradientKernel),
  sum: remember(createSumKernel),
  inputGradient: remember(createInputGradientKernel)
};

/** Registers both kernels for `webgpu`; a second call does nothing. */
export function registerWebGpuKernels(): void {
  if (tf.getKernel(forwardKernel, 'webgpu')) return;
  tf.registerKernel({ kernelName: forwardKernel, backendName: 'webgpu', kernelFunc: forward });
  tf.registerKernel({ kernelName: gradientKernel, backendName: 'webgpu', kernelFunc: differentiate });
}

const forward: KernelFunc = ({ inputs, attrs, backend }) => {
  const { keepTrace, lastOnly } = attrs as unknown as ForwardAttributes;
  const { gpu, layer, batch, steps, scalars, make } = open(inputs, backend);
  const { x, kernel, recurrent, bias } = inputs as Given<'x' | 'kernel' | 'recurrent' | 'bias'>;
  const elements = (layer.inputs + layer.units + 1) * layer.units;
  const packed = make(4 * elements);
  runProgram(gpu, kernels.pack(layer), { kernel, recurrent, bias, packed }, scalars, perElement(elements));

  const output: ForwardOptions['output'] = keepTrace ? 'trace' : lastOnly ? 'last' : 'sequence';
  const options: ForwardOptions = { steps, inputs: layer.inputs, units: layer.units, input: 'sequence', output };
  // Windows of a workgroup: few where there are few, so that all of the device has work.
  const tile = fitTile(options, { windows: batch < 64 ? 4 : 16, perThread: 4, f16: false });
  const hidden = lastOnly ? make(batch, layer.units) : make(batch, steps, layer.units);
  const trace = keepTrace
    ? { gates: make(pad(batch), steps, 4 * layer.units), cell: make(batch, steps, layer.units) }
    : null;
  const tensors: Record<string, TensorInfo> = { input: x, weights: packed, hidden, ...trace };
  runProgram<string>(gpu, kernels.forward(options, tile), tensors, scalars, [Math.ceil(batch / tile.windows), 1, 1]);
  gpu.disposeData(packed.dataId);
  return trace ? [hidden, trace.gates, trace.cell] : hidden;
};

const differentiate: KernelFunc = ({ inputs, attrs, backend }) => {
  const { inputGradient } = attrs as unknown as GradientAttributes;
  const { gpu, layer, batch, steps, scalars, make } = open(inputs, backend);
  // The gates are overwritten by their gradients: a tape asks once.
  const { x, kernel, recurrent, hidden, gates, cells, dHidden } = inputs as Given<
    'x' | 'kernel' | 'recurrent' | 'hidden' | 'gates' | 'cells' | 'dHidden'
  >;
  const { units } = layer;
  const elements = (layer.inputs + units + 1) * units;
  const weights = { offset: 0, length: 4 * elements };
  const splits = countSplits(scalars);
  const kernelT = make(units, layer.inputs, 4);
  const recurrentT = make(units, units, 4);
  const gateSums = make(pad(batch), units, 4);
  const partials = make(splits, weights.length);
  const dKernel = make(layer.inputs, 4 * units);
  const dRecurrent = make(units, 4 * units);
  const dBias = make(4 * units);

  const transposed = { kernel, recurrent, kernelT, recurrentT };
  runProgram(gpu, kernels.transpose(layer), transposed, scalars, perElement(units * (units + layer.inputs)));

  const slopes = dHidden.shape.length === 2 ? 'last step' : 'every step';
  const back = { gates, hidden, cells, dHidden, recurrent: recurrentT, gateSums };
  const groups = countBackwardGroups(batch, units, backwardTile);
  runProgram(gpu, kernels.backward(layer, steps, slopes, backwardTile), back, scalars, [groups, 1, 1]);

  const products = { input: x, starts: x, hidden, dGates: gates, gateSums, partials };
  const product = kernels.weightGradient(layer, steps, { kind: 'sequence' }, weights, weights.length);
  runProgram(gpu, product, products, scalars, countWeightGradientGroups(layer, splits));
  runProgram(gpu, kernels.sum(layer), { partials, dKernel, dRecurrent, dBias }, scalars, perElement(elements));

  const gradients = [dKernel, dRecurrent, dBias];
  if (inputGradient) {
    const dInput = make(batch, steps, layer.inputs);
    const area = countInputGradientGroups(layer.inputs, batch * steps);
    runProgram(gpu, kernels.inputGradient(layer, steps), { dGates: gates, kernel: kernelT, dInput }, scalars, area);
    gradients.push(dInput);
  }
  for (const { dataId } of [kernelT, recurrentT, gateSums, partials]) gpu.disposeData(dataId);
  return gradients;
};

function remember<Arguments extends unknown[], Value>(make: (...given: Arguments) => Value) {
  const made = new Map<string, Value>();
  return (...given: Arguments): Value => {
    const key = JSON.stringify(given);
    const value = made.get(key) ?? make(...given);
    made.set(key, value);
    return value;
  };
}

type Given<Name extends string> = Record<Name, TensorInfo>;

/** The backward kernel writes whole tiles of windows. What it reads behind the last window does not matter. */
const pad = (batch: number) => Math.ceil(batch / paddedRows) * paddedRows;

const perElement = (count: number) => [Math.ceil(count / elementThreads), 1, 1] as const;

/** Sizes of a call, its scalars, and a maker of tensors. */
function open(inputs: NamedTensorInfoMap, backend: unknown) {
  const gpu = backend as WebGPUBackend;
  const [batch, steps, features] = inputs.x!.shape as [number, number, number];
  const units = inputs.recurrent!.shape[0]!;
  const recurrent = features * 4 * units;
  const layer: LstmLayer = {
    kind: 'lstm',
    side: 'encoder',
    inputs: features,
    units,
    kernel: 0,
    recurrent,
    bias: recurrent + units * 4 * units
  };
  const scalars: StepScalars = {
    rows: batch,
    base: 0,
    first: 0,
    count: batch,
    perSplit: choosePerSplit(batch, steps, Infinity),
    slot: 0,
    lossScale: 0,
    firstCorrection: 0,
    secondCorrection: 0
  };
  const make = (...shape: number[]) => gpu.makeTensorInfo(shape, 'float32');
  return { gpu, layer, batch, steps, scalars, make };
}
