/** What single precision changes for a person: 100,000 windows at a threshold through their middle, engine against engine. */
import { expect, test } from 'vitest';
import { createReferenceEngine } from '$lib/lstm/reference/engine';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { createGpuEngine } from '$lib/lstm/webgpu/engine';
import { openGpu } from '$lib/lstm/webgpu/device';
import { loadKernels } from '$lib/worker/kernels';
import { countFlips } from '../../support/flips';
import { drawCase } from '../../support/lstm-cases';

const drawn = drawCase({ steps: 10, channels: 8, encoder: [16], latent: null, decoder: [16] }, 100_000, 9);

test('WebAssembly flips no window that rounding does not excuse', { timeout: 120_000 }, async () => {
  const found = await countFlips(createReferenceEngine(), await createWasmEngine(loadKernels), drawn, 'mae');
  console.log(`WebAssembly against double precision: ${found.flips} of ${found.windows} windows flip`);
  expect(found).toMatchObject({ windows: 100_000, unexcused: 0 });
});

test('WebGPU neither', { timeout: 120_000 }, async () => {
  const gpu = createGpuEngine(await openGpu(navigator.gpu));
  const found = await countFlips(await createWasmEngine(loadKernels), gpu, drawn, 'mae');
  gpu.dispose();
  console.log(`WebGPU against WebAssembly: ${found.flips} of ${found.windows} windows flip`);
  expect(found).toMatchObject({ windows: 100_000, unexcused: 0 });
});
