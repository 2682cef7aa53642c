/** How far the CPU kernels are off the double-precision reference, beside TensorFlow.js's own kernels on the CPU. */
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import type { AutoencoderShape } from '$lib/lstm/shape';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { loadKernels } from '../../support/kernels';
import { drawCase, largestDifference, scoreExactly } from '../../support/lstm-cases';
import { reconstructStock } from '../../support/stock-reconstruction';

const shape: AutoencoderShape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };

test.each([1, 2, 3, 4, 5, 6])('no worse than four times the stock kernels, seed %i', async (seed) => {
  const drawn = drawCase(shape, 17, seed);
  const stock = await reconstructStock(drawn);
  const scorer = await (await createWasmEngine(loadKernels)).createScorer(shape, drawn.parameters);
  const { expected } = await scorer.score(drawn.series, drawn.starts, 'mae');
  const exact = scoreExactly(drawn, 'mae').expected;
  const ours = largestDifference(expected, exact);
  expect(ours).toBeLessThan(4 * largestDifference(stock, exact));
  expect(ours).toBeGreaterThan(0);
});
