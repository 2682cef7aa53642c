/**
 * Chooses the backend: each one is opened, must pass the self-test of forward and gradient, and the first that does runs.
 * The trials are kept, so that a page can say which one runs and why.
 */
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { backends, type BackendChoice, type BackendName, type BackendTrial, type EngineStatus } from '../domain/engine';
import { fail, ok, type Result } from '../domain/result';
import { forwardGate, gradientGate, measureLstm } from '../lstm/self-test';
import { tf } from '../lstm/tensorflow';

/** Where the host keeps the TensorFlow.js wasm binaries: file name → address. */
export type WasmPaths = Record<
  'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm-threaded-simd.wasm',
  string
>;

/** What a host tells: addresses, a clock in ms, and whom to call when the GPU is lost. */
export interface DeviceHost {
  wasmPaths: WasmPaths;
  now: () => number;
  onLost: (reason: string) => void;
}

type Opened = { outcome: 'open' | 'absent' | 'software-adapter'; detail: string };

/**
 * Opens the best backend. `auto` passes over a software adapter, because WASM is faster than a GPU that is imitated;
 * a named choice is tried first and falls back in the usual order. Fails with `no-backend` when none passes.
 */
export async function chooseDevice(choice: BackendChoice, host: DeviceHost): Promise<Result<EngineStatus>> {
  const order = choice === 'auto' ? backends : [choice, ...backends.filter((name) => name !== choice)];
  const trials: BackendTrial[] = [];
  for (const backend of order) {
    const trial = await tryBackend(backend, choice === backend, host);
    trials.push(trial);
    if (trial.outcome === 'passed') return ok({ backend, adapter: trial.detail, choice, trials });
  }
  return fail(
    'no-backend',
    'engine',
    trials.map(({ backend, outcome, detail }) => `${backend}: ${outcome} ${detail}`.trim()).join(', '),
    'one that passes'
  );
}

async function tryBackend(backend: BackendName, isNamed: boolean, host: DeviceHost): Promise<BackendTrial> {
  const startMs = host.now();
  const trial = (
    outcome: BackendTrial['outcome'],
    detail: string,
    forwardError = NaN,
    gradientError = NaN
  ): BackendTrial => ({
    backend,
    outcome,
    forwardError,
    gradientError,
    milliseconds: host.now() - startMs,
    detail
  });
  try {
    const opened = await openBackend(backend, isNamed, host);
    if (opened.outcome !== 'open') return trial(opened.outcome, opened.detail);
    const errors = await measureLstm();
    // Written as "not within" so that NaN fails.
    if (!(errors.forward <= forwardGate)) return trial('wrong-forward', opened.detail, errors.forward, errors.gradient);
    if (!(errors.gradient <= gradientGate))
      return trial('wrong-gradient', opened.detail, errors.forward, errors.gradient);
    return trial('passed', opened.detail, errors.forward, errors.gradient);
  } catch (error) {
    return trial('failed', error instanceof Error ? error.message : String(error));
  }
}

async function openBackend(backend: BackendName, isNamed: boolean, host: DeviceHost): Promise<Opened> {
  if (backend === 'webgpu') return openWebGpu(isNamed, host);
  if (backend === 'wasm') setWasmPaths(host.wasmPaths);
  if (!(await tf.setBackend(backend))) return { outcome: 'absent', detail: '' };
  await tf.ready();
  return { outcome: 'open', detail: '' };
}

async function openWebGpu(isNamed: boolean, host: DeviceHost): Promise<Opened> {
  const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { outcome: 'absent', detail: '' };
  const { info, limits } = adapter;
  const detail = [info.vendor, info.architecture, info.description].filter(Boolean).join(' ');
  if (info.isFallbackAdapter && !isNamed) return { outcome: 'software-adapter', detail };
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize
    }
  });
  void device.lost.then(({ reason, message }) => reason !== 'destroyed' && host.onLost(message || reason));
  // TensorFlow.js registers a factory of its own on import, which knows neither our device nor its loss.
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info), 3);
  if (!(await tf.setBackend('webgpu'))) return { outcome: 'absent', detail };
  // Small tensors would otherwise be computed on the CPU, and the self-test would test the wrong device.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await tf.ready();
  return { outcome: 'open', detail };
}
