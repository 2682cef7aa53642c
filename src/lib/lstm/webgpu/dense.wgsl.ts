/**
 * The dense latent layer, forward and backward by its input, one thread a number: it runs once per window, not per step, and
 * is a thousandth of the work. Its weights are read where the optimiser keeps them.
 */
import type { DenseLayer } from '../shape';
import { createKernel, readF32, writeF32 } from './kernel.wgsl';

/** Numbers a workgroup computes. */
export const denseThreads = 64;

/**
 * Computes z = h·W + b `[rows, units]` from the last hidden state of `hidden` `[rows, steps, inputs]`.
 * Takes ⌈rows·units / denseThreads⌉ workgroups.
 */
export function createDenseKernel({ inputs, units, kernel, bias }: DenseLayer, steps: number) {
  return createKernel(
    'dense',
    { parameters: readF32, hidden: readF32, latent: writeF32 },
    `
@compute @workgroup_size(${denseThreads})
fn main(@builtin(global_invocation_id) thread : vec3<u32>) {
  if (thread.x >= step.rows * ${units}u) { return; }
  let last = (thread.x / ${units}u * ${steps}u + ${steps - 1}u) * ${inputs}u;
  let j = thread.x % ${units}u;
  var z = parameters[${bias}u + j];
  for (var k = 0u; k < ${inputs}u; k++) { z = fma(hidden[last + k], parameters[${kernel}u + k * ${units}u + j], z); }
  latent[thread.x] = z;
}`
  );
}

/** Computes dz·Wᵀ `[rows, inputs]`. Takes ⌈rows·inputs / denseThreads⌉ workgroups. */
export function createDenseBackwardKernel({ inputs, units, kernel }: DenseLayer) {
  return createKernel(
    'dense backward',
    { parameters: readF32, dLatent: readF32, dLast: writeF32 },
    `
@compute @workgroup_size(${denseThreads})
fn main(@builtin(global_invocation_id) thread : vec3<u32>) {
  if (thread.x >= step.rows * ${inputs}u) { return; }
  let first = thread.x / ${inputs}u * ${units}u;
  let weights = ${kernel}u + thread.x % ${inputs}u * ${units}u;
  var slope = 0.0;
  for (var j = 0u; j < ${units}u; j++) { slope = fma(dLatent[first + j], parameters[weights + j], slope); }
  dLast[thread.x] = slope;
}`
  );
}
