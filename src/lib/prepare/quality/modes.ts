/** Two ways in which a pump is run, recognised by one channel alone: its values lie in two groups with hardly any between them. */
export interface Modes {
  /** Means of the two groups. */
  low: number;
  high: number;
  /** Share of the values in the lower one. */
  lowShare: number;
}

const leastShare = 0.05;
const leastSeparation = 0.75;
const mostBetween = 0.05;

/**
 * Splits sorted values where the variance between the two groups is largest (Otsu 1979) and calls them modes where that is most of all
 * variance, each holds 5 % of the values and the middle third between their means is all but empty; null otherwise. A ramp and a sine
 * have no modes, by the third condition.
 */
export function findModes(sorted: Float64Array): Modes | null {
  const count = sorted.length;
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const mean = total / count;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  let best = 0;
  let modes: Modes | null = null;
  let below = 0;
  for (let i = 1; i < count; i++) {
    below += sorted[i - 1]!;
    const lowShare = i / count;
    if (lowShare < leastShare || lowShare > 1 - leastShare || sorted[i] === sorted[i - 1]) continue;
    const low = below / i;
    const high = (total - below) / (count - i);
    const between = lowShare * (1 - lowShare) * (high - low) ** 2;
    if (between <= best) continue;
    best = between;
    modes = { low, high, lowShare };
  }
  if (modes === null || best < leastSeparation * variance) return null;
  const third = (modes.high - modes.low) / 3;
  const { low, high } = modes;
  const between = sorted.filter((value) => value > low + third && value < high - third).length;
  return between <= mostBetween * count ? modes : null;
}
