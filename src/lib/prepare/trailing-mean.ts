/**
 * The mean of the last n values of one channel, causal and in constant time. A running sum that subtracts what leaves it would
 * drift over millions of rows and keep the rounding of a spike for ever; this one only ever adds. The ring of n values is split
 * at the cursor: the head is summed as it fills, the sums of every tail are worked out once per turn.
 */

/** One channel's trailing mean. The result depends on the values since the last restart alone, never on how they were grouped. */
export interface TrailingMean {
  /** Takes the next value and returns the mean of the present ones among the last n. A missing (non-finite) value returns NaN. */
  next(value: number): number;
  /** Forgets everything, as after a gap. */
  restart(): void;
}

/** Creates a trailing mean over `rows` values, at least 1; partial at the start: u[i] = mean(x[max(0, i−n+1) … i]). */
export function createTrailingMean(rows: number): TrailingMean {
  const ring = new Float64Array(rows);
  // Index i: sum and number of present values among ring[i …] of the turn before; the last entry stays zero.
  const tailSum = new Float64Array(rows + 1);
  const tailCount = new Int32Array(rows + 1);
  let headSum = 0;
  let headCount = 0;
  let cursor = 0;

  function next(value: number): number {
    const isPresent = Number.isFinite(value);
    ring[cursor] = value;
    cursor += 1;
    if (isPresent) {
      headSum += value;
      headCount += 1;
    }
    const mean = (headSum + tailSum[cursor]!) / (headCount + tailCount[cursor]!);
    if (cursor === rows) turn();
    return isPresent ? mean : NaN;
  }

  function turn(): void {
    for (let i = rows - 1; i >= 0; i--) {
      const isPresent = Number.isFinite(ring[i]);
      tailSum[i] = tailSum[i + 1]! + (isPresent ? ring[i]! : 0);
      tailCount[i] = tailCount[i + 1]! + (isPresent ? 1 : 0);
    }
    startHead();
  }

  function startHead(): void {
    headSum = 0;
    headCount = 0;
    cursor = 0;
  }

  function restart(): void {
    tailSum.fill(0);
    tailCount.fill(0);
    startHead();
  }

  return { next, restart };
}
