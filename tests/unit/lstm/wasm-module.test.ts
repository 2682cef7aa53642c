/** The compiled kernels as files: small, without memory or data of their own, and steady while they run. */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { beginTraining } from '$lib/lstm/engine';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { compileKernels, type KernelFlavour } from '$lib/lstm/wasm/module';
import { packLayout, pack, unpack } from '$lib/lstm/wasm/layout';
import { countParameters } from '$lib/lstm/shape';
import { loadKernels } from '../../support/kernels';
import { drawCase } from '../../support/lstm-cases';

const flavours: KernelFlavour[] = ['plain', 'relaxed'];
const bytesOf = async (flavour: KernelFlavour) => new Uint8Array((await loadKernels(flavour)) as Uint8Array);

/** Numbers of the sections of a module, from its bytes: one byte each, then a length in LEB128. */
function listSections(bytes: Uint8Array): number[] {
  const found: number[] = [];
  let at = 8;
  while (at < bytes.length) {
    found.push(bytes[at++]!);
    let length = 0;
    let shift = 0;
    let byte = 0;
    do {
      byte = bytes[at++]!;
      length |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    at += length;
  }
  return found;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(flavours)('%s', (flavour) => {
  test('is a few kilobytes', async () => {
    const bytes = await bytesOf(flavour);
    expect(bytes.length).toBeLessThan(12_000);
    expect(gzipSync(bytes).length).toBeLessThan(4_000);
  });

  test('brings no memory and no data, so that it may run on a heap of somebody else', async () => {
    const sections = listSections(await bytesOf(flavour));
    const [memory, data] = [5, 11];
    expect(sections).toContain(10);
    expect(sections).not.toContain(memory);
    expect(sections).not.toContain(data);
  });
});

test('an engine without relaxed SIMD is never given the module that needs it', async () => {
  const asked: KernelFlavour[] = [];
  const spy = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  await compileKernels((flavour) => {
    asked.push(flavour);
    return loadKernels(flavour);
  });
  expect(spy).toHaveBeenCalledOnce();
  expect(asked).toEqual(['plain']);
});

test('a thousand steps and scorings open no further memory', async () => {
  const shape = { steps: 3, channels: 2, encoder: [4], latent: null, decoder: [4] };
  const { series, starts, parameters } = drawCase(shape, 40, 1);
  const engine = await createWasmEngine(loadKernels);
  const memories: WebAssembly.Memory[] = [];
  const { Memory } = WebAssembly;
  vi.spyOn(WebAssembly, 'Memory').mockImplementation(function (limits) {
    const memory = new Memory(limits);
    memories.push(memory);
    return memory;
  });
  const rule = { loss: 'mse', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, clipNorm: 1 } as const;
  const trainer = await engine.createTrainer(shape, beginTraining(parameters), rule);
  const scorer = await engine.createScorer(shape, parameters);
  const sizes = memories.map(({ buffer }) => buffer.byteLength);
  expect(sizes.length).toBe(2);
  for (let step = 0; step < 1000; step++) {
    await trainer.fit(series, starts, 40);
    await scorer.score(series, starts, 'mae');
  }
  expect(memories.map(({ buffer }) => buffer.byteLength)).toEqual(sizes);
});

test('every parameter has a place of its own in the panels', () => {
  const shape = { steps: 3, channels: 5, encoder: [7, 6], latent: 3, decoder: [9, 17] };
  const layout = packLayout(shape);
  const count = countParameters(shape);
  expect(new Set(layout.places).size).toBe(count);
  const numbers = Float32Array.from({ length: count }, (_, i) => i + 1);
  const packed = new Float32Array(layout.size);
  pack(layout, numbers, packed);
  expect(unpack(layout, packed)).toEqual(numbers);
  expect(packed.filter((value) => value !== 0).length).toBe(count);
});
