/** What TensorFlow.js's queue would take without a word, and return garbage for. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { expect, test } from 'vitest';
import { runProgram } from '$lib/lstm/tensorflow/webgpu-program';
import { createKernel, readF32, writeF32, type StepScalars } from '$lib/lstm/webgpu/kernel.wgsl';
import { createCountingGpu } from '../../support/counting-gpu';

const kernel = createKernel('copy', { from: readF32, to: writeF32 }, '');

function run(shape: number[], groups: [number, number, number]) {
  const { device } = createCountingGpu({ maxStorageBufferBindingSize: 4 * 1000 });
  let isRun = false;
  const runWebGPUProgram = () => (isRun = true);
  const backend = { device, pipelineCache: {}, runWebGPUProgram } as unknown as WebGPUBackend;
  const tensor = (sizes: number[]): TensorInfo => ({ dataId: {}, dtype: 'float32', shape: sizes });
  runProgram(backend, kernel, { from: tensor([1]), to: tensor(shape) }, {} as StepScalars, groups);
  return isRun;
}

test('takes what a device can bind and dispatch', () => {
  expect(run([10, 100], [65_535, 1, 1])).toBe(true);
});

test('refuses a tensor that no binding can show', () => {
  expect(() => run([10, 101], [1, 1, 1])).toThrow(new RangeError('copy: to of 4040 bytes, the device can bind 4000'));
});

test('refuses more workgroups than a dimension has', () => {
  expect(() => run([1], [1, 65_536, 1])).toThrow(RangeError);
});
