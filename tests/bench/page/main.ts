/** The bench's page: every subject that runs in a browser, behind `globalThis.host`. */
import scalar from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { tf } from '$lib/lstm/tensorflow/parts';
import { shareScoring, type OpenRemotes } from '$lib/lstm/sharing';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { loadKernels } from '$lib/worker/kernels';
import { openScorer } from '$lib/worker/scorers';
import { restoreCase } from '../case';
import { createHost, type Host, type Subjects } from '../subject';
import { prepareEngine } from '../subjects/engine';
import { createGpuSubjects, describeAdapter } from '../subjects/gpu';
import { prepareOnnxRuntime, type OnnxRuntime } from '../subjects/onnxruntime';
import { prepareTensorflow } from '../subjects/tensorflow';
import { prepareRoof } from '../subjects/wasm-roof';

/** What the page answers. */
export interface PageHost extends Host {
  describeAdapter: typeof describeAdapter;
}

const bench = restoreCase(
  new Float32Array((await load('/case/parameters.f32')).buffer),
  new Float32Array((await load('/case/values.f32')).buffer),
  new Int32Array((await load('/case/starts.i32')).buffer)
);

const subjects: Subjects = {
  ...createGpuSubjects(bench),
  'tfjs wasm': async () => {
    // In an isolated page it would take several threads.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths({
      'tfjs-backend-wasm.wasm': scalar,
      'tfjs-backend-wasm-simd.wasm': simd,
      'tfjs-backend-wasm-threaded-simd.wasm': threaded
    });
    if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js has no backend wasm here');
    await tf.ready();
    return prepareTensorflow(bench, 'wasm, SIMD, 1 thread');
  },
  'onnxruntime-web': async () => {
    const address = new URL('/ort/ort.wasm.min.mjs', location.href).href;
    const runtime = (await import(/* @vite-ignore */ address)) as OnnxRuntime;
    runtime.env.wasm.numThreads = 1;
    runtime.env.wasm.wasmPaths = '/ort/';
    return prepareOnnxRuntime(runtime, await load('/case/model.onnx'), 'wasm', bench);
  },
  'ours wasm relaxed': async () => prepareEngine(await createWasmEngine(loadKernels, 'relaxed'), bench),
  'ours wasm plain': async () => prepareEngine(await createWasmEngine(loadKernels, 'plain'), bench),
  'ours wasm, 1 worker': async () => prepareEngine(await createWasmEngine(loadKernels), bench),
  'ours wasm, 2 workers': async () =>
    prepareEngine(shareScoring(await createWasmEngine(loadKernels), openOneScorer), bench),
  'roof relaxed': async () => prepareRoof(await load('/roof/relaxed.wasm'), 'relaxed multiply-adds in registers'),
  'roof plain': async () => prepareRoof(await load('/roof/plain.wasm'), 'multiplications and additions in registers')
};

const host: PageHost = { ...createHost(subjects), describeAdapter };
Object.assign(globalThis, { host });

/** One helping thread, however many cores there are. */
const openOneScorer: OpenRemotes = (shape, parameters) => [openScorer(shape, parameters)];

async function load(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
