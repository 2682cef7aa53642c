/** The fused LSTM of TensorFlow.js on its wasm backend, in Node. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setWasmPaths, type BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, test } from 'vitest';
import { tf } from '$lib/lstm/tensorflow/parts';
import { lstmSequence } from '$lib/lstm/tensorflow/operator';
import { openHeap } from '$lib/lstm/tensorflow/internals';
import { registerWasmKernels } from '$lib/lstm/tensorflow/wasm-kernel';
import { compileKernels } from '$lib/lstm/wasm/module';
import { describeFusedLstm } from '../../contract/fused-lstm.contract';
import { gates, measureOperator, shapes } from '../../support/fused-lstm';
import { loadKernels } from '../../support/kernels';

describeFusedLstm('the kernels of wasm', async () => {
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await tf.setBackend('wasm');
  expect(registerWasmKernels(await compileKernels(loadKernels))).toBe(true);
});

test('the heap of the backend does not grow with the number of calls, and growing does not harm', async () => {
  const heap = openHeap(tf.backend() as BackendWasm)!;
  const x = tf.ones<tf.Rank.R3>([32, 30, 10]);
  const weights = [tf.ones<tf.Rank.R2>([10, 256]), tf.ones<tf.Rank.R2>([64, 256]), tf.ones<tf.Rank.R1>([256])] as const;
  const differentiate = () => tf.dispose(tf.grad((input) => lstmSequence(input as tf.Tensor3D, ...weights))(x));
  differentiate();
  const before = heap.memory.buffer.byteLength;
  for (let i = 0; i < 50; i++) differentiate();
  expect(heap.memory.buffer.byteLength).toBe(before);

  const large = tf.zeros([before / 4]);
  expect(heap.memory.buffer.byteLength).toBeGreaterThan(before);
  expect((await measureOperator(shapes[2]!, 3, {})).forward).toBeLessThan(gates.forward);
  tf.dispose([large, x, ...weights]);
});
