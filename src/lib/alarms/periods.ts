/** Counts by periods of equal length, one after the other. Must not know what is counted. */

/** How many of `times` fall into each period from `fromMs` on; the last may reach beyond `toMs`. An empty span has no period. */
export function countPeriods(times: readonly number[], fromMs: number, toMs: number, periodMs: number): Uint32Array {
  const counts = new Uint32Array(toMs > fromMs ? Math.ceil((toMs - fromMs) / periodMs) : 0);
  for (const tMs of times) {
    const period = Math.floor((tMs - fromMs) / periodMs);
    if (period >= 0 && period < counts.length) counts[period]! += 1;
  }
  return counts;
}
