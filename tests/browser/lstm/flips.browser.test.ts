/** What single precision changes for a person: 100,000 windows at a threshold through their middle, engine against engine. */
import { expect, test, vi } from 'vitest';
import type { LstmEngine } from '$lib/lstm/engine';
import { roundToHalf } from '$lib/lstm/half';
import { createReferenceEngine } from '$lib/lstm/reference/engine';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { createGpuEngine } from '$lib/lstm/webgpu/engine';
import { openGpu } from '$lib/lstm/webgpu/device';
import { chooseUntuned } from '$lib/lstm/webgpu/variant';
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

test(
  'WebGPU with 16-bit weights neither, because the model was rounded before anything scored',
  {
    timeout: 120_000
  },
  async () => {
    // The kernels take 16-bit weights without the feature that says a GPU knows such numbers, so the software adapter runs them.
    const context = await openGpu(navigator.gpu);
    const gpu = createGpuEngine(context, async (shape, f16) => ({ ...chooseUntuned(context, shape), f16 }));
    const createScorer = vi.spyOn(gpu, 'createScorer');
    const wasm = await createWasmEngine(loadKernels);
    const rounded = { ...drawn, parameters: roundToHalf(drawn.parameters) };
    const found = await countFlips(wasm, gpu, rounded, 'mae');
    expect(await createScorer.mock.results[0]!.value).toMatchObject({ detail: 'f16 weights' });
    gpu.dispose();
    // What rounding on the way to the GPU alone would do.
    const late: LstmEngine = {
      ...wasm,
      createScorer: (shape, parameters) => wasm.createScorer(shape, roundToHalf(parameters))
    };
    const unrounded = await countFlips(wasm, late, drawn, 'mae');
    console.log(
      `WebGPU with 16-bit weights against WebAssembly: ${found.flips} of ${found.windows} windows flip; ` +
        `rounded for the GPU alone, ${unrounded.flips} would`
    );
    expect(found).toMatchObject({ windows: 100_000, unexcused: 0 });
    expect(unrounded.flips).toBeGreaterThan(found.flips);
  }
);
