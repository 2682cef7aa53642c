/** Checks what was measured on this device where it comes back from storage; what does not fit was never measured. */
import * as v from 'valibot';
import type { Route } from '../lstm/routing';
import type { GpuTuning } from '../lstm/webgpu/variant';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const ms = v.pipe(v.number(), v.finite(), v.minValue(0));
const cost = v.object({ fixed: ms, each: ms });
const variant = v.variant('kind', [
  v.object({ kind: v.literal('whole'), threads: count }),
  v.object({ kind: v.literal('tile'), windows: count, perThread: count })
]);
const routeSchema = v.object({ cpu: cost, gpu: cost });
const tuningSchema = v.object({
  key: v.string(),
  f16: v.boolean(),
  choices: v.pipe(v.array(v.object({ from: count, variant })), v.minLength(1)),
  times: v.array(v.object({ windows: count, f16: v.boolean(), variant, ms }))
});

/** A route as it was kept, or undefined. */
export function parseRoute(kept: unknown): Route | undefined {
  return v.is(routeSchema, kept) ? kept : undefined;
}

/** A tuning as it was kept, or undefined. */
export function parseTuning(kept: unknown): GpuTuning | undefined {
  return v.is(tuningSchema, kept) ? kept : undefined;
}
