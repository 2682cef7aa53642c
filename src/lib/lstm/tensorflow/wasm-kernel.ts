/**
 * The kernels of the `wasm` backend: the engine's own WebAssembly module over TensorFlow.js's heap, so that tensors are read
 * and written where they lie.
 */
import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { LstmShape } from '../lstm.reference';
import { tf } from './parts';
import { instantiateKernels, type KernelModule, type Kernels } from '../wasm/module';
import { openHeap, type WasmHeap } from './internals';
import { forwardKernel, gradientKernel, type ForwardAttributes, type GradientAttributes } from './operator';
import { differentiateSequence, planSequence, runSequence } from './wasm-sequence';

/**
 * Registers both kernels for `wasm`, which must be the current backend; a second call does nothing. False where its heap is
 * shared between threads, on pages that are isolated across origins: the operator is then composed of stock ones.
 */
export function registerWasmKernels(module: KernelModule): boolean {
  if (tf.getKernel(forwardKernel, 'wasm')) return true;
  if (!openHeap(tf.backend() as BackendWasm)) return false;
  const instances = new WeakMap<BackendWasm, Instance>();
  const on = (backend: unknown): Instance => {
    const wasm = backend as BackendWasm;
    const known = instances.get(wasm);
    if (known) return known;
    const heap = openHeap(wasm);
    if (!heap) throw new Error('the heap of the wasm backend is shared between threads');
    const instance = { backend: wasm, heap, kernels: instantiateKernels(module, heap.memory) };
    instances.set(wasm, instance);
    return instance;
  };
  const register = (kernelName: string, run: (instance: Instance, call: Parameters<KernelFunc>[0]) => TensorInfo[]) =>
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: (call) => run(on(call.backend), call) });
  register(forwardKernel, forward);
  register(gradientKernel, differentiate);
  return true;
}

/** The module over one backend's heap. */
interface Instance {
  backend: BackendWasm;
  heap: WasmHeap;
  kernels: Kernels;
}

function forward(instance: Instance, { inputs, attrs }: Parameters<KernelFunc>[0]): TensorInfo[] {
  const { keepTrace, lastOnly } = attrs as unknown as ForwardAttributes;
  const { shape, layer, plan, make, find } = open(instance.backend, inputs);
  const { batch, steps, units } = shape;
  const hidden = lastOnly ? make(batch, units) : make(batch, steps, units);
  const trace = keepTrace ? { gates: make(plan.trace.gates), states: make(plan.trace.states) } : null;
  const places = trace && { gates: find(trace.gates), states: find(trace.states) };
  withScratch(instance.heap, plan.forward, (floats, scratch) =>
    runSequence(instance.kernels, floats, shape, layer, places, scratch, find(hidden), lastOnly)
  );
  return trace ? [hidden, trace.gates, trace.states] : [hidden];
}

function differentiate(instance: Instance, { inputs, attrs }: Parameters<KernelFunc>[0]): TensorInfo[] {
  const { inputGradient } = attrs as unknown as GradientAttributes;
  const { shape, layer, plan, make, find } = open(instance.backend, inputs);
  const { batch, steps, features, units } = shape;
  const { gates, cells, dHidden } = inputs as Record<'gates' | 'cells' | 'dHidden', TensorInfo>;
  const [dKernel, dRecurrent, dBias] = [make(features, 4 * units), make(units, 4 * units), make(4 * units)];
  const dInput = inputGradient ? make(batch, steps, features) : null;
  const into = {
    kernel: find(dKernel),
    recurrent: find(dRecurrent),
    bias: find(dBias),
    input: dInput && find(dInput)
  };
  const trace = { gates: find(gates), states: find(cells) };
  const lastOnly = dHidden.shape.length === 2;
  withScratch(instance.heap, plan.backward, (floats, scratch) =>
    differentiateSequence(instance.kernels, floats, shape, layer, trace, scratch, find(dHidden), lastOnly, into)
  );
  return [dKernel, dRecurrent, dBias, ...(dInput ? [dInput] : [])];
}

/** Sizes of a call, its tensors' places, and a maker of tensors. Places hold, views do not: the heap moves as it grows. */
function open(backend: BackendWasm, inputs: NamedTensorInfoMap) {
  const [batch, steps, features] = inputs.x!.shape as [number, number, number];
  const shape: LstmShape = { batch, steps, features, units: inputs.recurrent!.shape[0]! };
  const find = ({ dataId }: TensorInfo) => backend.getMemoryOffset(dataId);
  const layer = {
    x: find(inputs.x!),
    kernel: find(inputs.kernel!),
    recurrent: find(inputs.recurrent!),
    bias: find(inputs.bias!)
  };
  return {
    shape,
    layer,
    plan: planSequence(shape),
    find,
    make: (...sizes: number[]) => backend.makeOutput(sizes, 'float32')
  };
}

/** Runs `use` with zeroed regions of the heap, each of so many floats, and frees them. */
function withScratch<Name extends string>(
  heap: WasmHeap,
  counts: Record<Name, number>,
  use: (floats: Float32Array, places: Record<Name, number>) => void
): void {
  const total = Object.values<number>(counts).reduce((sum, count) => sum + count, 0);
  const begin = heap.allocate(4 * total);
  try {
    const floats = new Float32Array(heap.memory.buffer);
    floats.fill(0, begin / 4, begin / 4 + total);
    let at = begin;
    const places = {} as Record<Name, number>;
    for (const name of Object.keys(counts) as Name[]) {
      places[name] = at;
      at += 4 * counts[name];
    }
    use(floats, places);
  } finally {
    heap.free(begin);
  }
}
