/** ONNX Runtime as a peer, in the browser or native: the same model file, one thread. */
import { shape, type BenchCase } from '../case';
import type { Subject } from '../subject';

/** What both packages export, as far as the bench uses it; neither is a dependency of the product. */
export interface OnnxRuntime {
  env: { versions: { web?: string; node?: string }; wasm: { numThreads?: number; wasmPaths?: string } };
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => object;
  InferenceSession: {
    create(
      model: Uint8Array,
      options: { executionProviders: string[]; intraOpNumThreads: number; interOpNumThreads: number }
    ): Promise<{
      run(feeds: Record<string, object>): Promise<Record<string, { data: Float32Array }>>;
      release(): Promise<void>;
    }>;
  };
}

/** Prepares `model` on an execution provider: `wasm` in the browser, `cpu` native. */
export async function prepareOnnxRuntime(
  runtime: OnnxRuntime,
  model: Uint8Array,
  provider: 'wasm' | 'cpu',
  { windows }: BenchCase
): Promise<Subject> {
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1
  });
  const { steps, channels } = shape;
  const { web, node } = runtime.env.versions;
  return {
    detail: `ONNX Runtime ${web ?? node}, ${provider === 'wasm' ? 'wasm, SIMD' : 'native CPU'}, 1 thread`,
    output: 'reconstruction',
    predict: async (batch) => {
      const data = windows.subarray(0, batch * steps * channels);
      const { y } = await session.run({ x: new runtime.Tensor('float32', data, [batch, steps, channels]) });
      return [y!.data];
    },
    dispose: () => void session.release()
  };
}
