/**
 * Model artefacts as they are kept and shipped: manifest, flat weights, golden vectors. Checked where they enter, because a
 * model that scores wrongly is worse than none.
 */
import * as v from 'valibot';
import { precisions } from '../domain/engine';
import type { Golden, Manifest, ModelArtifact } from '../domain/manifest';
import type { Detector } from '../domain/ports';
import { fail, ok, type Result } from '../domain/result';
import { isHalf } from '../lstm/half';
import { hashBytes } from './hash';
import { recipeSchema } from './recipe';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const manifestSchema = v.strictObject({
  format: v.literal(1),
  id: v.pipe(v.string(), v.nonEmpty()),
  assetName: v.string(),
  createdMs: finite,
  recipe: recipeSchema,
  channels: v.pipe(
    v.array(
      v.strictObject({ name: v.string(), unit: v.string(), mean: finite, deviation: v.pipe(finite, v.gtValue(0)) })
    ),
    v.minLength(1)
  ),
  stepMs: v.pipe(finite, v.gtValue(0)),
  threshold: v.strictObject({
    value: v.pipe(finite, v.gtValue(0)),
    healthyWindows: count,
    healthyFindings: count,
    healthyMs: finite
  }),
  training: v.strictObject({
    t0Ms: finite,
    t1Ms: finite,
    rows: count,
    windows: count,
    loss: v.array(finite),
    validationLoss: v.array(finite),
    bestEpoch: count,
    seconds: finite,
    backend: v.string(),
    codeVersion: v.string(),
    dataSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
  }),
  weights: v.strictObject({
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    precision: v.exactOptional(v.picklist(precisions)),
    tensors: v.array(v.strictObject({ name: v.string(), shape: v.array(count) }))
  })
});

const goldenSchema = v.strictObject({
  windows: v.array(finite),
  scores: v.pipe(v.array(finite), v.minLength(1)),
  tolerance: v.pipe(finite, v.gtValue(0))
});

/** The artefact, or a `bad-model` fault: a wrong key, weights of another length or precision, or bytes whose SHA-256 differs. */
export async function parseArtifact(
  manifest: unknown,
  weights: Float32Array,
  golden: unknown
): Promise<Result<ModelArtifact>> {
  const parsed = v.safeParse(v.strictObject({ manifest: manifestSchema, golden: goldenSchema }), { manifest, golden });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return fail('bad-model', v.getDotPath(issue) ?? 'model', issue.received, issue.expected ?? issue.message);
  }
  const artifact: ModelArtifact = { ...parsed.output, weights };
  const expected = countWeights(artifact.manifest);
  if (weights.length !== expected)
    return fail('bad-model', 'weights', `${weights.length} numbers`, `${expected} numbers`);
  const sha256 = await hashBytes([weights]);
  if (sha256 !== artifact.manifest.weights.sha256) {
    return fail('bad-model', 'weights', `SHA-256 ${sha256}`, artifact.manifest.weights.sha256);
  }
  if (artifact.manifest.weights.precision === 'f16' && !isHalf(weights))
    return fail('bad-model', 'weights', '32-bit numbers', '16-bit numbers');
  return ok(artifact);
}

/** Replays the golden vectors; `golden-mismatch` names the first score that differs by more than the tolerance, relative. */
export async function checkGolden(detector: Detector, golden: Golden): Promise<Result<null>> {
  const size = detector.steps * detector.channels;
  const count = golden.windows.length / size;
  if (count !== golden.scores.length) {
    return fail(
      'bad-model',
      'golden windows',
      `${golden.windows.length} numbers`,
      `${golden.scores.length * size} numbers`
    );
  }
  const series = { values: Float32Array.from(golden.windows), channels: detector.channels };
  const { score } = await detector.score(
    series,
    Int32Array.from(golden.scores, (_, i) => i * detector.steps)
  );
  const wrong = golden.scores.findIndex(
    (expected, i) => !(Math.abs(score[i]! - expected) <= golden.tolerance * Math.abs(expected))
  );
  if (wrong < 0) return ok(null);
  return fail(
    'golden-mismatch',
    `golden window ${wrong + 1} of ${count}`,
    String(score[wrong]),
    String(golden.scores[wrong])
  );
}

/** The same model, its manifest saying so where all its weights are 16-bit floats. */
export function labelPrecision(artifact: ModelArtifact): ModelArtifact {
  if (!isHalf(artifact.weights)) return artifact;
  const { manifest } = artifact;
  return { ...artifact, manifest: { ...manifest, weights: { ...manifest.weights, precision: 'f16' } } };
}

/** Weights of a manifest, as a count of numbers. */
function countWeights(manifest: Manifest): number {
  return manifest.weights.tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
    0
  );
}
