/** What the fused LSTM asks of a GPU, counted on a device that does nothing, and the private fields of TensorFlow.js it rests on. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setWasmPaths, type BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tf, tfl } from '$lib/lstm/tensorflow/parts';
import { shareDevice, type SharedDevice } from '$lib/lstm/tensorflow/device';
import { privateFields, readIn, StockLstm } from '$lib/lstm/tensorflow/internals';
import { FusedLstm } from '$lib/lstm/tensorflow/layer';
import { lstmSequence } from '$lib/lstm/tensorflow/operator';
import { registerWebGpuKernels } from '$lib/lstm/tensorflow/webgpu-kernel';
import { createCountingTfjs } from '../../support/counting-tfjs';
import { buildAutoencoder } from '../../support/fused-lstm';

const { device, counts } = createCountingTfjs();
let shared: SharedDevice;

beforeAll(async () => {
  registerWebGpuKernels();
  shared = await shareDevice(device);
  tf.env().set('WEBGPU_CPU_FORWARD', false);
});
afterAll(() => {
  shared.close();
  vi.unstubAllGlobals();
});

/** Dispatches while `run` goes. */
async function countDispatches(run: () => unknown): Promise<number> {
  const before = counts.dispatches;
  await run();
  shared.flush();
  return counts.dispatches - before;
}

describe('dispatches', () => {
  const weights = () =>
    [tf.ones<tf.Rank.R2>([10, 256]), tf.ones<tf.Rank.R2>([64, 256]), tf.ones<tf.Rank.R1>([256])] as const;

  test.each([1, 64, 1000])('of one layer over %i windows: 2 forward, 7 with the gradient', async (batch) => {
    const x = tf.ones<tf.Rank.R3>([batch, 30, 10]);
    const [kernel, recurrent, bias] = weights();
    const run = (input: tf.Tensor) =>
      lstmSequence(input as tf.Tensor3D, kernel, recurrent, bias, { returnSequences: true });
    expect(await countDispatches(() => run(x).dispose())).toBe(2);
    const dy = tf.ones([batch, 30, 64]);
    expect(await countDispatches(() => tf.grad(run)(x, dy).dispose())).toBe(7);
    tf.dispose([x, kernel, recurrent, bias, dy]);
  });

  test('of models of two layers: a prediction and a step of training', async () => {
    const x = tf.ones([64, 30, 10]);
    const count = async (kind: 'stock' | 'fused') => {
      const model = buildAutoencoder(kind, 30, 10, 64);
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      await model.trainOnBatch(x, x); // the first step makes the optimizer's slots
      const predict = await countDispatches(() => tf.dispose(model.predict(x, { batchSize: 64 })));
      const train = await countDispatches(() => model.trainOnBatch(x, x));
      model.dispose();
      return { predict, train };
    };
    const [stock, fused] = [await count('stock'), await count('fused')];
    x.dispose();
    expect(stock.predict).toBeGreaterThan(2 * 540);
    expect(fused.predict).toBeLessThanOrEqual(8);
    expect(fused.train).toBeLessThan(stock.train / 12);
  });

  test('do not become more with what the process did before: no buffer is left behind', async () => {
    const x = tf.ones<tf.Rank.R3>([17, 30, 10]);
    const given = weights();
    const differentiate = () => {
      tf.dispose(tf.grad((input) => lstmSequence(input as tf.Tensor3D, ...given))(x));
      shared.flush();
    };
    for (let i = 0; i < 3; i++) differentiate();
    const before = { held: counts.bytesHeld, pipelines: counts.pipelines, tensors: tf.memory().numDataBuffers };
    for (let i = 0; i < 1000; i++) differentiate();
    expect({ held: counts.bytesHeld, pipelines: counts.pipelines, tensors: tf.memory().numDataBuffers }).toEqual(
      before
    );
    tf.dispose([x, ...given]);
  });
});

describe('the device', () => {
  test('is shared: what TensorFlow.js recorded is submitted, and nothing where nothing was', () => {
    const x = tf.add(tf.ones([4]), 1);
    const before = counts.submits;
    shared.flush();
    expect(counts.submits).toBe(before + 1);
    shared.flush();
    expect(counts.submits).toBe(before + 1);
    x.dispose();
  });
});

describe('private fields', () => {
  const require = createRequire(import.meta.url);

  test('were read in the versions installed', () => {
    for (const name of ['core', 'layers', 'backend-wasm', 'backend-webgpu']) {
      const path = require.resolve(`@tensorflow/tfjs-${name}/package.json`);
      expect((JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version, name).toBe(readIn);
    }
  });

  test('of the backends are there', async () => {
    for (const field of privateFields.WebGPUBackend) expect(shared.backend).toHaveProperty(field);
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    await tf.setBackend('wasm');
    const { wasm } = tf.backend() as BackendWasm;
    for (const field of privateFields.BackendWasmModule) expect(wasm).toHaveProperty(field);
    expect((wasm as unknown as { asm: { memory: unknown } }).asm.memory).toBeInstanceOf(WebAssembly.Memory);
    await tf.setBackend('webgpu');
  });

  test('lead to the stock layer', () => {
    expect(StockLstm.className).toBe('LSTM');
    expect(tfl.layers.lstm({ units: 1 })).toBeInstanceOf(StockLstm);
    expect(new FusedLstm({ units: 1 })).toBeInstanceOf(StockLstm);
  });
});
