/**
 * The confusion matrix over rows and the three rates made of it, as the SKAB scoreboards define them. Counts of several
 * recordings are pooled before a rate is taken. No point adjustment, and no search for a threshold.
 */
import { Flag } from './method-score';

/** Counts of rows. `unknown` rows are those without a verdict; they are in none of the other four. */
export interface Confusion {
  tp: number;
  tn: number;
  fp: number;
  fn: number;
  unknown: number;
}

/** Counts truth (0 or 1) against `Flag`s, row by row. Throws a RangeError where the lengths differ. */
export function countConfusion(truth: Uint8Array, flags: Uint8Array): Confusion {
  if (truth.length !== flags.length) throw new RangeError(`${flags.length} flags for ${truth.length} rows of truth`);
  const counts: Confusion = { tp: 0, tn: 0, fp: 0, fn: 0, unknown: 0 };
  for (let i = 0; i < truth.length; i++) {
    if (flags[i] === Flag.unknown) counts.unknown++;
    else if (flags[i] === Flag.alarm) counts[truth[i] ? 'tp' : 'fp']++;
    else counts[truth[i] ? 'fn' : 'tn']++;
  }
  return counts;
}

/** Sums the counts of several recordings. */
export function poolConfusions(parts: readonly Confusion[]): Confusion {
  const sum: Confusion = { tp: 0, tn: 0, fp: 0, fn: 0, unknown: 0 };
  for (const part of parts) {
    sum.tp += part.tp;
    sum.tn += part.tn;
    sum.fp += part.fp;
    sum.fn += part.fn;
    sum.unknown += part.unknown;
  }
  return sum;
}

/** F1 = TP / (TP + (FP + FN) / 2); null where no row is true and none is an alarm. */
export function f1({ tp, fp, fn }: Confusion): number | null {
  return ratio(tp, tp + (fp + fn) / 2);
}

/** False-alarm rate in percent: 100 FP / (FP + TN); null without a normal row. */
export function farPct({ tn, fp }: Confusion): number | null {
  return ratio(100 * fp, fp + tn);
}

/** Missed-alarm rate in percent: 100 FN / (FN + TP); null without an anomalous row. */
export function marPct({ tp, fn }: Confusion): number | null {
  return ratio(100 * fn, fn + tp);
}

/** A share that says "undefined" as null, never as 0 or NaN. */
export function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
