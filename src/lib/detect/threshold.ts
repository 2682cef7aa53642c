/**
 * The limit of the score, fitted on healthy windows only. A quantile is a false-alarm rate, which is why findings ask for persistence
 * as well. Must not see the scores it will judge.
 */
import type { ThresholdRule } from '../domain/recipe';
import { fail, ok, type Result } from '../domain/result';

/** Fewest healthy scores a threshold may rest on: our choice, since with fewer even a 95 % quantile lies between the two largest. */
const minHealthyWindows = 20;

/**
 * Quantile with linear interpolation between neighbours: h = (n − 1) q, v[⌊h⌋] + (h − ⌊h⌋)(v[⌊h⌋+1] − v[⌊h⌋]). NaN is left out;
 * no value, or q outside 0 … 1, gives NaN.
 */
export function quantile(values: Iterable<number>, q: number): number {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const position = (sorted.length - 1) * q;
  const index = Math.floor(position);
  const low = sorted[index] ?? NaN;
  // At the end, and between equal values, there is nothing to interpolate; it also keeps ∞ − ∞ out.
  const high = position === index ? low : (sorted[index + 1] ?? NaN);
  return low === high ? low : low + (position - index) * (high - low);
}

/**
 * Threshold = factor × quantile of the healthy windows' scores, NaN left out. Fewer than `minHealthyWindows` scores is the fault
 * `too-little-healthy-data`; a limit that is not a finite number above 0 is `training-diverged`.
 */
export function fitThreshold(healthyScores: Float32Array, rule: ThresholdRule): Result<number> {
  const scored = healthyScores.filter((score) => !Number.isNaN(score));
  if (scored.length < minHealthyWindows) {
    return fail(
      'too-little-healthy-data',
      'threshold',
      `${scored.length} windows`,
      `at least ${minHealthyWindows} windows`
    );
  }
  const threshold = rule.factor * quantile(scored, rule.quantile);
  if (!(threshold > 0 && threshold < Infinity)) {
    return fail('training-diverged', 'threshold', String(threshold), 'a finite number above 0');
  }
  return ok(threshold);
}
