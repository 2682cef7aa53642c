/** Checks a recipe where it enters: from a file, or across a thread. */
import * as v from 'valibot';
import type { Recipe } from '../domain/recipe';
import { fail, ok, type Result } from '../domain/result';

const count = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));
const share = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const units = v.pipe(v.array(v.pipe(count(1), v.maxValue(1024))), v.minLength(1), v.maxLength(4));

export const recipeSchema = v.pipe(
  v.strictObject({
    name: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
    title: v.string(),
    note: v.string(),
    healthy: v.strictObject({
      share: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
      minRows: count(20),
      maxRows: count(20)
    }),
    prepare: v.strictObject({
      smoothRows: count(1),
      scale: v.literal('standard'),
      clip: v.nullable(positive),
      maxGapSteps: v.pipe(v.number(), v.minValue(1))
    }),
    // A larger stride would leave rows between the windows, which storage and charts do not know yet.
    window: v.strictObject({ steps: count(2), stride: v.literal(1) }),
    model: v.strictObject({
      kind: v.literal('lstm-autoencoder'),
      encoder: units,
      latent: v.nullable(count(1)),
      decoder: units
    }),
    train: v.strictObject({
      loss: v.picklist(['mse', 'mae']),
      learningRate: positive,
      batchSize: count(1),
      maxEpochs: count(1),
      patience: count(1),
      minGain: v.pipe(v.number(), v.minValue(0)),
      clipNorm: v.optional(v.nullable(positive)),
      validationShare: share,
      seed: count(0)
    }),
    score: v.strictObject({ error: v.picklist(['mae', 'mse']) }),
    threshold: v.strictObject({ quantile: share, factor: positive }),
    findings: v.pipe(
      v.strictObject({
        openK: count(1),
        openN: count(1),
        closeM: count(1),
        closeRatio: v.pipe(positive, v.maxValue(1))
      }),
      v.check(({ openK, openN }) => openK <= openN, 'openK at most openN')
    )
  })
);

/** The recipe, or a `bad-recipe` fault that names the first key that is wrong. */
export function parseRecipe(input: unknown): Result<Recipe> {
  const parsed = v.safeParse(recipeSchema, input);
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  return fail('bad-recipe', v.getDotPath(issue) ?? 'recipe', issue.received, issue.expected ?? issue.message);
}
