/**
 * TensorFlow.js on a GPU device that somebody else opened, so that its tensors and other users' buffers live on one device.
 * The device stays the caller's: it is never destroyed here. It knows no model.
 */
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { tf } from './parts';
import { flush } from './internals';

/** TensorFlow.js's side of a shared device. */
export interface SharedDevice {
  readonly backend: WebGPUBackend;
  /** Submits what TensorFlow.js has recorded; whatever the caller submits next finds it done. */
  flush(): void;
  /** Takes the backend away with all its tensors, after a loss too. The device lives on. */
  close(): void;
}

/**
 * Makes `webgpu` the current backend, on `device`. A backend `webgpu` from before goes with all its tensors; that is how to
 * go on after a loss: a new adapter, a new device, and this again. Rejects where TensorFlow.js will not take the device.
 */
export async function shareDevice(device: GPUDevice, info: GPUAdapterInfo = device.adapterInfo): Promise<SharedDevice> {
  // On import the package registers a factory that opens a device of its own, where there is WebGPU.
  close();
  const backend = new WebGPUBackend(device, info);
  tf.registerBackend('webgpu', () => backend, 3);
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js did not take the GPU device');
  return {
    backend,
    flush: () => flush(backend),
    close: () => tf.engine().findBackend('webgpu') === backend && close()
  };
}

function close(): void {
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
}
