/** The subjects that compute on `navigator.gpu`, in a browser or on Dawn: our engine, stock TensorFlow.js, the roof. */
import { tf } from '$lib/lstm/tensorflow/parts';
import { tuneGpu } from '$lib/lstm/webgpu/autotune';
import { openGpu } from '$lib/lstm/webgpu/device';
import { createGpuEngine } from '$lib/lstm/webgpu/engine';
import { shape, type BenchCase } from '../case';
import type { Subjects } from '../subject';
import { prepareEngine } from './engine';
import { prepareGpuRoof } from './gpu-roof';
import { prepareTensorflow } from './tensorflow';

/** Each on a device of its own. */
export function createGpuSubjects(bench: BenchCase): Subjects {
  return {
    'ours webgpu': async () => {
      const context = await openGpu(navigator.gpu);
      const tuning = await tuneGpu(context, shape);
      return prepareEngine(
        createGpuEngine(context, async () => tuning),
        bench
      );
    },
    'tfjs webgpu': async () => {
      // It registers itself only where it finds `navigator.gpu`, which Dawn's host sets late.
      await import('@tensorflow/tfjs-backend-webgpu');
      if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js has no backend webgpu here');
      await tf.ready();
      // As it comes: it may compute small tensors on the CPU.
      return prepareTensorflow(bench, 'webgpu with its defaults');
    },
    'roof webgpu': async () => {
      const { device, isSoftware } = await openGpu(navigator.gpu);
      return prepareGpuRoof(device, isSoftware);
    }
  };
}

/** What the adapter calls itself; null where there is none. */
export async function describeAdapter(): Promise<{ name: string; isSoftware: boolean } | null> {
  const context = await openGpu(navigator.gpu).catch(() => null);
  context?.device.destroy();
  return context && { name: context.adapterName, isSoftware: context.isSoftware };
}
