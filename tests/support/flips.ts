/** Counts the windows that one engine flags and another does not: what single precision may change for a person. */
import type { ErrorKind, LstmEngine } from '$lib/lstm/engine';
import type { LstmCase } from './lstm-cases';

/** How near to the threshold, relative to it, rounding may decide. */
const excusedDistance = 1e-4;

export interface Flips {
  windows: number;
  threshold: number;
  /** Windows above the threshold for one engine alone. */
  flips: number;
  /** Those of them that the first engine saw further from the threshold than rounding explains. */
  unexcused: number;
}

/** Scores the case's windows on both engines, at the threshold that the `quantile` of the first one's scores is. */
export async function countFlips(
  first: LstmEngine,
  second: LstmEngine,
  { shape, parameters, series, starts }: LstmCase,
  error: ErrorKind,
  quantile = 0.5
): Promise<Flips> {
  const score = async (engine: LstmEngine) => {
    const scorer = await engine.createScorer(shape, parameters);
    const found = await scorer.score(series, starts, error);
    scorer.dispose();
    return found.score;
  };
  const expected = await score(first);
  const found = await score(second);
  const threshold = expected.toSorted()[Math.floor(quantile * (expected.length - 1))]!;
  const result: Flips = { windows: starts.length, threshold, flips: 0, unexcused: 0 };
  expected.forEach((value, i) => {
    if (value > threshold === found[i]! > threshold) return;
    result.flips++;
    // Written as "not near" so that NaN is not excused.
    if (!(Math.abs(value - threshold) / threshold < excusedDistance)) result.unexcused++;
  });
  return result;
}
