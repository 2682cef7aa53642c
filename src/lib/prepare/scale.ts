/**
 * Standard scaling: the fit on healthy rows, the way into the scaled series and the way back. Must not know where the rows come from.
 */
import type { Channel } from '../domain/channel';
import type { ScaledChannel } from '../domain/manifest';

/**
 * Fits mean and population standard deviation (ddof 0) of each column, one per channel, NaN left out. A deviation of zero becomes 1;
 * a column without any value gets mean 0 and deviation 1.
 */
export function fitScale(columns: Float32Array[], channels: Pick<Channel, 'name' | 'unit'>[]): ScaledChannel[] {
  return channels.map(({ name, unit }, channel) => {
    const values = columns[channel]!.filter((value) => !Number.isNaN(value));
    // Adding one 32-bit value up is exact in 64 bits (for 2²⁹ rows), so a channel that stands still has a deviation of exactly zero.
    const mean = average(values, (value) => value);
    const deviation = Math.sqrt(average(values, (value) => (value - mean) ** 2));
    return { name, unit, mean, deviation: deviation > 0 ? deviation : 1 };
  });
}

/**
 * Writes the columns, one per channel, scaled and cut to ±`clip` (null: never) into a row-major `[rows, channels]` array, beginning
 * at row `firstRow`. NaN stays NaN.
 */
export function scaleColumns(
  columns: Float32Array[],
  channels: ScaledChannel[],
  clip: number | null,
  target: Float32Array,
  firstRow: number
): void {
  const limit = clip ?? Infinity;
  channels.forEach(({ mean, deviation }, channel) => {
    let at = firstRow * channels.length + channel;
    for (const value of columns[channel]!) {
      target[at] = Math.max(-limit, Math.min(limit, (value - mean) / deviation));
      at += channels.length;
    }
  });
}

/** A scaled value in the channel's own unit. What was clipped away does not come back. */
export function unscale(value: number, { mean, deviation }: Pick<ScaledChannel, 'mean' | 'deviation'>): number {
  return value * deviation + mean;
}

/** Mean of `measure` over the values; 0 without any. */
function average(values: Float32Array, measure: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += measure(value);
  return values.length === 0 ? 0 : sum / values.length;
}
