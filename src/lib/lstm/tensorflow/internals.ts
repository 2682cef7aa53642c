/**
 * Every private field of TensorFlow.js that we use, and nothing else: each typed, named and said what it is. All were read
 * in the source of version 4.22.0, the last one; a test holds that the installed packages still have them.
 */
import type { LSTM } from '@tensorflow/tfjs-layers/dist/layers/recurrent';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { tfl } from './parts';

/** The version in which the fields were read. */
export const readIn = '4.22.0';

/** The fields by package and owner, for the test that they still exist. */
export const privateFields = {
  WebGPUBackend: ['pipelineCache', 'commandEncoder'],
  BackendWasmModule: ['asm', '_malloc', '_free']
} as const;

/**
 * `WebGPUBackend.pipelineCache`: compiled pipelines by the key of their program. `runWebGPUProgram` compiles only what it
 * does not find there, so what is put there runs as it is.
 */
export function getPipelines(backend: WebGPUBackend): Record<string, GPUComputePipeline> {
  return (backend as unknown as { pipelineCache: Record<string, GPUComputePipeline> }).pipelineCache;
}

/**
 * Submits what the backend has recorded. `WebGPUBackend.commandEncoder` is null when nothing was; `submitQueue` would then
 * throw.
 */
export function flush(backend: WebGPUBackend): void {
  backend.endComputePassEncoder();
  if ((backend as unknown as { commandEncoder: GPUCommandEncoder | null }).commandEncoder) backend.submitQueue();
}

/** The heap of the wasm backend: its memory, its allocator, and where its tensors lie. */
export interface WasmHeap {
  readonly memory: WebAssembly.Memory;
  /** Byte offset of `bytes` fresh bytes, a multiple of 8. Throws where the heap cannot grow. */
  allocate(bytes: number): number;
  free(offset: number): void;
}

/**
 * `BackendWasm.wasm` is the emscripten module: `asm.memory` the memory of the builds without threads, `_malloc` and `_free` its
 * allocator. The build with threads has a shared memory, elsewhere, that an ordinary module cannot import: null.
 */
export function openHeap(backend: BackendWasm): WasmHeap | null {
  const module = backend.wasm as unknown as {
    asm: { memory?: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(offset: number): void;
  };
  const { memory } = module.asm;
  if (!memory || !(memory.buffer instanceof ArrayBuffer)) return null;
  return {
    memory,
    allocate(bytes) {
      const offset = module._malloc(bytes) >>> 0; // beyond 2 GiB it comes back negative
      if (offset === 0) throw new Error(`no ${bytes} bytes left on the heap of the wasm backend`);
      return offset;
    },
    free: (offset) => module._free(offset)
  };
}

/** The stock LSTM layer, which the package does not export. */
export const StockLstm = tfl.layers.lstm({ units: 1 }).constructor as typeof LSTM;
