/** σ and tanh of the compiled kernels against double precision, over everything a sum may be. */
import { describe, expect, test } from 'vitest';
import { compileKernels, instantiateKernels, type KernelFlavour } from '$lib/lstm/wasm/module';
import { loadKernels } from '../../support/kernels';

const rows = 40_000;
const stride = 64;
const flavours: KernelFlavour[] = ['plain', 'relaxed'];
// Node 20 has no relaxed SIMD; the browser's contract test runs that build.
const runnable: KernelFlavour[] = [];
for (const flavour of flavours) {
  if (WebAssembly.validate(await loadKernels(flavour))) runnable.push(flavour);
}

/** The gates i, f, c, o that one step makes of sums, each gate getting all of `sums`. */
async function activate(flavour: KernelFlavour, sums: Float32Array): Promise<Float32Array[]> {
  const count = sums.length / 4;
  const [gates, hidden, cell] = [64, 64 + count * stride, 64 + 2 * count * stride] as const;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((cell + count * stride) / 65536) });
  const kernels = instantiateKernels(await compileKernels(loadKernels, flavour), memory);
  const heap = new Float32Array(memory.buffer);
  const at = (gate: number, i: number) => gates / 4 + 16 * Math.floor(i / 4) + 4 * gate + (i % 4);
  for (let gate = 0; gate < 4; gate++) sums.forEach((sum, i) => (heap[at(gate, i)] = sum));
  // No product is taken at the first step, so there are no weights.
  kernels.forward(0, gates, 0, 0, count, 1, 4, gates, hidden, cell, stride, 0);
  return [0, 1, 2, 3].map((gate) => sums.map((_, i) => heap[at(gate, i)]!));
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe.each(runnable)('%s', (flavour) => {
  test('are off by rounding, near zero relatively so', async () => {
    const sums = Float32Array.from({ length: 4 * rows }, (_, i) =>
      i % 2 ? (40 * i) / (4 * rows) - 20 : 10 ** (-8 + (9 * i) / (4 * rows))
    );
    const [i, f, c, o] = (await activate(flavour, sums)) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const worst = (found: Float32Array, exact: (x: number) => number, scale: (y: number) => number) =>
      sums.reduce((most, x, k) => Math.max(most, Math.abs(found[k]! - exact(x)) / scale(exact(x))), 0);
    for (const gate of [i, f, o]) expect(worst(gate, sigmoid, () => 1)).toBeLessThan(2.2e-7);
    const largest = worst(c, Math.tanh, (y) => Math.abs(y) || 1);
    expect(largest).toBeLessThan(3.8e-7);
    expect(largest).toBeGreaterThan(0);
  });

  test('stay within their bounds, and a NaN stays one', async () => {
    const sums = Float32Array.of(1e30, -1e30, Infinity, -Infinity, NaN, 0, 16.5, -16.5);
    const [i, , c] = (await activate(flavour, sums)) as [Float32Array, Float32Array, Float32Array];
    expect(Math.max(...[0, 2, 6].map((k) => Math.abs(i[k]! - 1)))).toBeLessThan(2.2e-7);
    expect(Math.max(...[1, 3, 7].map((k) => Math.abs(i[k]!)))).toBeLessThan(2.2e-7);
    expect([i[4], i[5], c[4], c[5]]).toEqual([NaN, 0.5, NaN, 0]);
    for (const k of [0, 1, 2, 3, 6, 7]) {
      expect(Math.abs(c[k]!)).toBeLessThanOrEqual(1);
      expect(i[k]!).toBeLessThanOrEqual(1);
      expect(i[k]!).toBeGreaterThanOrEqual(0);
    }
  });
});
