/** Models whose weights are rounded to 16 bits: when, what is said of them, and what is refused. */
import { expect, test } from 'vitest';
import type { Precision } from '$lib/domain/engine';
import type { ModelArtifact } from '$lib/domain/manifest';
import type { Recipe } from '$lib/domain/recipe';
import { isHalf, roundToHalf } from '$lib/lstm/half';
import { createReferenceEngine } from '$lib/lstm/reference/engine';
import { labelPrecision, parseArtifact } from '$lib/models/artifact';
import { createAutoencoderFamily } from '$lib/models/family';
import { hashBytes } from '$lib/models/hash';
import manifest from '../../../models/sample-pump-1/manifest.json';
import golden from '../../../models/sample-pump-1/golden.json';
import quick from '../../../models/recipes/quick.json';

const recipe: Recipe = {
  ...(quick as Recipe),
  window: { steps: 4, stride: 1 },
  model: { kind: 'lstm-autoencoder', encoder: [3], latent: 2, decoder: [3] },
  train: { ...(quick as Recipe).train, maxEpochs: 2 }
};
const series = { values: Float32Array.from({ length: 80 }, (_, i) => Math.sin(i)), channels: 2 };
const starts = Int32Array.from({ length: 37 }, (_, i) => i);

async function train(precision?: Precision) {
  const engine = createReferenceEngine();
  const trained = await createAutoencoderFamily(engine, () => 0, precision).train(series, starts, recipe, () => {});
  if (!trained.ok) throw new Error(trained.fault.where);
  return { engine, ...trained.value };
}

/** The shipped model's manifest over weights of a network as small as this one. */
const describe = async (weights: Float32Array, tensors: ModelArtifact['manifest']['weights']['tensors']) =>
  ({
    manifest: { ...manifest, weights: { sha256: await hashBytes([weights]), tensors } },
    weights,
    golden
  }) as ModelArtifact;

test('a training rounds once, at its end, and scores with what it hands out', async () => {
  const [full, half] = [await train(), await train('f16')];
  expect(half.loss).toEqual(full.loss);
  expect(half.weights).toEqual(roundToHalf(full.weights));
  expect(half.weightsSha256).toBe(await hashBytes([half.weights]));
  expect([isHalf(full.weights), isHalf(half.weights)]).toEqual([false, true]);
  const shape = { steps: 4, channels: 2, encoder: [3], latent: 2, decoder: [3] };
  const scorer = await half.engine.createScorer(shape, half.weights);
  const { score } = await half.detector.score(series, starts);
  expect(score).toEqual((await scorer.score(series, starts, recipe.score.error)).score);
  expect(score).not.toEqual((await full.detector.score(series, starts)).score);
});

test('a manifest says what its weights are, and nothing where they are 32-bit numbers', async () => {
  const [full, half] = [await train('f32'), await train('f16')];
  const plain = await describe(full.weights, full.tensors);
  expect(labelPrecision(plain)).toEqual(plain);
  const rounded = labelPrecision(await describe(half.weights, half.tensors));
  expect(rounded.manifest.weights.precision).toBe('f16');
  expect(await parseArtifact(rounded.manifest, rounded.weights, rounded.golden)).toEqual({ ok: true, value: rounded });
  expect(await parseArtifact(plain.manifest, plain.weights, plain.golden)).toEqual({ ok: true, value: plain });
});

test('weights that are not what the manifest says are refused', async () => {
  const { weights, tensors } = await train();
  const { manifest: said, golden } = await describe(weights, tensors);
  const claim = (precision: string) =>
    parseArtifact({ ...said, weights: { ...said.weights, precision } }, weights, golden);
  expect(await claim('f16')).toMatchObject({ ok: false, fault: { code: 'bad-model', where: 'weights' } });
  expect(await claim('f32')).toMatchObject({ ok: true });
  expect(await claim('f8')).toMatchObject({
    ok: false,
    fault: { code: 'bad-model', where: 'manifest.weights.precision' }
  });
});
