/**
 * Runs a kernel of ours inside TensorFlow.js's own queue, among its own: `runWebGPUProgram` finds the pipeline already in
 * its cache and neither writes nor compiles a shader. It knows no LSTM.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { stepBytes, writeStep, type Kernel, type StepScalars } from '../webgpu/kernel.wgsl';
import { getPipelines } from './internals';

type Program = Parameters<WebGPUBackend['runWebGPUProgram']>[0];

/**
 * Dispatches `kernel` over `groups` workgroups on one tensor per buffer it names; what it writes must exist and is written in
 * place. At most 65,535 workgroups a dimension, or a `RangeError`: TensorFlow.js would fold them into another shape. The same for
 * a tensor that no binding can show: the dispatch would fail, and TensorFlow.js would return what it had not written.
 */
export function runProgram<Name extends string>(
  backend: WebGPUBackend,
  kernel: Kernel<Name>,
  tensors: Readonly<Record<Name, TensorInfo>>,
  scalars: StepScalars,
  groups: readonly [number, number, number]
): void {
  const { maxComputeWorkgroupsPerDimension: mostGroups, maxStorageBufferBindingSize: mostBytes } =
    backend.device.limits;
  if (groups.some((count) => count > mostGroups)) {
    throw new RangeError(`${kernel.label}: ${groups.join(' × ')} workgroups, at most ${mostGroups} a dimension`);
  }
  const names = Object.keys(kernel.buffers) as Name[];
  for (const name of names) {
    const bytes = 4 * countNumbers(tensors[name]);
    if (bytes > mostBytes) {
      throw new RangeError(`${kernel.label}: ${name} of ${bytes} bytes, the device can bind ${mostBytes}`);
    }
  }
  const key = putPipeline(backend, kernel, names.length);
  // With shapes of one dimension TensorFlow.js's uniforms are plain words, two for each tensor.
  const flat = (tensor: TensorInfo) => ({ dataId: tensor.dataId, dtype: tensor.dtype, shape: [countNumbers(tensor)] });
  // Binding 0 is what TensorFlow.js calls the output; that it is not written to troubles nobody.
  const [output, ...inputs] = names.map((name) => flat(tensors[name])) as [TensorInfo, ...TensorInfo[]];
  const program: Program = {
    get shaderKey() {
      return key;
    },
    set shaderKey(_) {}, // TensorFlow.js would append to it
    variableNames: names.slice(1),
    outputShape: output.shape,
    workgroupSize: [1, 1, 1],
    dispatch: [...groups],
    dispatchLayout: { x: [0] },
    getUserCode() {
      throw new Error(`${key} is compiled already`);
    }
  };
  const block = new DataView(new ArrayBuffer(stepBytes));
  writeStep(block, 0, scalars);
  const words = Array.from({ length: stepBytes / 4 }, (_, i) => block.getUint32(4 * i, true));
  backend.runWebGPUProgram(
    program,
    inputs,
    output.dtype,
    words.map((word) => ({ type: 'uint32', data: [word] })),
    output
  );
}

const countNumbers = ({ shape }: TensorInfo) => shape.reduce((product, size) => product * size, 1);

/** Compiles the kernel unless the backend has it, and returns its key. The source is the key: it says all there is to say. */
function putPipeline(backend: WebGPUBackend, { label, buffers, code }: Kernel, count: number): string {
  const pipelines = getPipelines(backend);
  if (pipelines[code]) return code;
  const { device } = backend;
  const storage = Object.values(buffers).map(({ access }) => (access === 'read' ? 'read-only-storage' : 'storage'));
  const layout = device.createBindGroupLayout({
    label,
    entries: [...storage, 'uniform' as const].map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type }
    }))
  });
  pipelines[code] = device.createComputePipeline({
    label,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: {
      module: device.createShaderModule({ label, code: skipUniforms(code, 2 + 2 * count) }),
      entryPoint: 'main'
    }
  });
  return code;
}

/** Puts before our scalars the words that TensorFlow.js puts there: NaN, ∞, and length and stride of every tensor. */
function skipUniforms(code: string, words: number): string {
  const start = 'struct Step {';
  if (!code.includes(start)) throw new Error('a kernel without its block of scalars');
  const skipped = Array.from({ length: words }, (_, i) => `skipped${i} : u32,`);
  return code.replace(start, `${start} ${skipped.join(' ')}`);
}
