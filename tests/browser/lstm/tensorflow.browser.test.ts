/**
 * The fused LSTM of TensorFlow.js on every backend in a real browser, and TensorFlow.js on a device that it shares. WebGPU runs
 * on the software adapter, which the tests' Chromium always has: its absence is a failure.
 */
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import tfjsPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import tfjsSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import tfjsThreaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { afterAll, describe, expect, test } from 'vitest';
import { tf } from '$lib/lstm/tensorflow/parts';
import { registerCpuKernels } from '$lib/lstm/tensorflow/cpu-kernel';
import { shareDevice, type SharedDevice } from '$lib/lstm/tensorflow/device';
import { registerWasmKernels } from '$lib/lstm/tensorflow/wasm-kernel';
import { registerWebGpuKernels } from '$lib/lstm/tensorflow/webgpu-kernel';
import { compileKernels } from '$lib/lstm/wasm/module';
import plain from '../../../build/kernels/plain.wasm?url';
import relaxed from '../../../build/kernels/relaxed.wasm?url';
import { describeFusedLstm } from '../../contract/fused-lstm.contract';
import { gates, measureOperator, shapes } from '../../support/fused-lstm';

async function openDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  return adapter.requestDevice();
}

let shared: SharedDevice | undefined;
afterAll(() => shared?.close());

describeFusedLstm(
  'the kernels of cpu',
  async () => {
    await tf.setBackend('cpu');
    registerCpuKernels();
  },
  { sizes: shapes.slice(0, 1) }
);

describeFusedLstm('the kernels of wasm', async () => {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': tfjsPlain,
    'tfjs-backend-wasm-simd.wasm': tfjsSimd,
    'tfjs-backend-wasm-threaded-simd.wasm': tfjsThreaded
  });
  await tf.setBackend('wasm');
  const load = async (flavour: string) => (await fetch({ plain, relaxed }[flavour]!)).arrayBuffer();
  expect(registerWasmKernels(await compileKernels(load))).toBe(true);
});

describeFusedLstm('the kernels of webgpu', async () => {
  registerWebGpuKernels();
  shared = await shareDevice(await openDevice());
});

describe('a shared device', () => {
  test('does what TensorFlow.js recorded before what its owner does after a flush', async () => {
    const device = await openDevice();
    shared = await shareDevice(device);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: 16, usage });
    device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 2, 3, 4));
    const x = tf.tensor({ buffer, zeroCopy: true }, [4], 'float32');
    const y = tf.add(x, 1);
    shared.flush();
    device.queue.writeBuffer(buffer, 0, new Float32Array(4));
    expect(Array.from(await y.data())).toEqual([2, 3, 4, 5]);
    tf.dispose([x, y]);
    shared.close();
    // The owner's device outlives the backend.
    device.queue.writeBuffer(buffer, 0, Float32Array.of(5));
    await device.queue.onSubmittedWorkDone();
    buffer.destroy();
    device.destroy();
  });

  test('that is lost is followed by another, and the kernels go on', async () => {
    const first = await openDevice();
    const stale = await shareDevice(first);
    await measureOperator(shapes[0]!, 1, {});
    first.destroy();
    await first.lost;
    shared = await shareDevice(await openDevice());
    expect((await measureOperator(shapes[0]!, 1, {})).forward).toBeLessThan(gates.forward);
    // Closing what was replaced takes nothing away.
    stale.close();
    expect(tf.engine().findBackend('webgpu')).toBe(shared.backend);
  });
});
