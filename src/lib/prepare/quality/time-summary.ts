/** Follows the times of a recording and sums up how regular they are. Sees no value. */
export interface TimeSummary {
  rows: number;
  t0Ms: number;
  t1Ms: number;
  duplicates: number;
  runsBack: number;
  /** Steps that are more than half a nominal one off, gaps not counted. */
  irregular: number;
  gaps: number;
  longestGapMs: number;
  /** Time inside gaps. */
  lostMs: number;
}

const gapSteps = 3;

/** A summary of no row, to be filled by `followTimes`. */
export function createTimeSummary(): TimeSummary {
  return {
    rows: 0,
    t0Ms: NaN,
    t1Ms: NaN,
    duplicates: 0,
    runsBack: 0,
    irregular: 0,
    gaps: 0,
    longestGapMs: 0,
    lostMs: 0
  };
}

/** Adds the times of a block to the summary; `stepMs` is the nominal step. */
export function followTimes(summary: TimeSummary, t: Float64Array, stepMs: number): void {
  for (const tMs of t) {
    const step = tMs - summary.t1Ms;
    if (summary.rows++ === 0) summary.t0Ms = tMs;
    else if (step === 0) summary.duplicates += 1;
    else if (step < 0) summary.runsBack += 1;
    else if (step > gapSteps * stepMs) {
      summary.gaps += 1;
      summary.lostMs += step;
      summary.longestGapMs = Math.max(summary.longestGapMs, step);
    } else if (Math.abs(step - stepMs) > stepMs / 2) summary.irregular += 1;
    summary.t1Ms = tMs;
  }
}
