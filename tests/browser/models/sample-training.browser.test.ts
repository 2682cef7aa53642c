/** The sample pump's model, trained by the CPU kernels, beside what TensorFlow.js's own layers reached with the same recipe and seed. */
import { expect, test } from 'vitest';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { createAutoencoderFamily } from '$lib/models/family';
import { parseRecipe } from '$lib/models/recipe';
import { learnModel } from '$lib/monitor/learn';
import { sampleSeed, simulateSamplePump } from '$lib/simulate/sample';
import { loadKernels } from '$lib/worker/kernels';
import pump from '../../../models/recipes/pump.json';
import stock from '../../golden/sample-training-tensorflow.json';

test('reaches the validation loss of the stock layers, along the same way', { timeout: 120_000 }, async () => {
  const recipe = parseRecipe(pump);
  if (!recipe.ok) throw new Error(recipe.fault.where);
  const { block, channels, healthyToMs } = simulateSamplePump({ seed: sampleSeed, assetId: 'sample-pump' });
  const learned = await learnModel({
    blocks: [block],
    channels: channels.map(({ name, unit }) => ({ name, unit })),
    recipe: recipe.value,
    range: { t0Ms: block.t[0]!, t1Ms: healthyToMs },
    family: createAutoencoderFamily(await createWasmEngine(loadKernels), () => performance.now()),
    stamp: { id: 'm', assetName: 'Sample pump', createdMs: 0, codeVersion: 'test' },
    hash: async () => '0'.repeat(64),
    nowMs: () => performance.now(),
    onEpoch: () => {}
  });
  if (!learned.ok) throw new Error(JSON.stringify(learned.fault));
  const { loss, validationLoss } = learned.value.artifact.manifest.training;
  // Rounding grows from step to step: 53 steps in the first epoch, 2,000 in all.
  expect(Math.abs(loss[0]! / stock.loss[0]! - 1)).toBeLessThan(1e-4);
  expect(Math.abs(validationLoss[0]! / stock.validationLoss[0]! - 1)).toBeLessThan(1e-3);
  // In the end the losses jitter from epoch to epoch, the stock layers' by a tenth: as low as its last ones is the same.
  expect(Math.min(...validationLoss)).toBeLessThan(Math.max(...stock.validationLoss.slice(-3)));
  expect(Math.abs(learned.value.artifact.manifest.threshold.value / stock.threshold - 1)).toBeLessThan(0.1);
});
