/** The CPU as an engine: WebAssembly with SIMD, one thread, a memory for each scorer and trainer. */
import type { LstmEngine } from '../engine';
import { compileKernels, type KernelFlavour, type LoadKernels } from './module';
import { createWasmScorer } from './scorer';
import { createWasmTrainer } from './trainer';

/** Opens the engine with the best build, or the one asked for; rejects where WebAssembly has no SIMD or the bytes cannot be had. */
export async function createWasmEngine(load: LoadKernels, flavour?: KernelFlavour): Promise<LstmEngine> {
  const module = await compileKernels(load, flavour);
  return {
    kind: 'wasm',
    detail: module.flavour === 'relaxed' ? 'relaxed SIMD' : 'SIMD',
    createScorer: async (shape, parameters) => createWasmScorer(module, shape, parameters),
    createTrainer: async (shape, from, rule) => createWasmTrainer(module, shape, from, rule),
    dispose: () => {}
  };
}
