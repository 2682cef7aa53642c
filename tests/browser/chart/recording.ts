/** A small recording with structure for the chart tests: a ramp, a sine with a gap, a score with a step above its threshold. */
import type { ChartSlice, Envelope } from '$lib/domain/envelope';
import type { Finding } from '$lib/domain/finding';

export const fullFromMs = Date.UTC(2026, 2, 9, 10);
export const fullToMs = fullFromMs + 10 * 3_600_000;
export const threshold = 1;

/** The share of the recording without readings. */
export const gap = { from: 0.4, to: 0.5 };

/** The slice of a range in `points` buckets; each channel's mean is a function of the share of the whole recording. */
export function sliceOf(fromMs: number, toMs: number, points = 200, channels = 2): ChartSlice {
  const t = Float64Array.from({ length: points }, (_, i) => fromMs + ((i + 0.5) * (toMs - fromMs)) / points);
  const shares = t.map((ms) => (ms - fullFromMs) / (fullToMs - fullFromMs));
  const isGap = (share: number) => share > gap.from && share < gap.to;
  const series = (name: string, unit: string, valueAt: (share: number) => number, spread: number): Envelope => {
    const mean = Float32Array.from(shares, (share) => (isGap(share) ? NaN : valueAt(share)));
    return { name, unit, mean, min: mean.map((value) => value - spread), max: mean.map((value) => value + spread) };
  };
  const valuesOf = [(share: number) => 100 * share, (share: number) => 5 + 4 * Math.sin(40 * share)];
  return {
    fromMs,
    toMs,
    t,
    channels: Array.from({ length: channels }, (_, i) =>
      series(i === 0 ? 'ramp_c' : `sine_${i}`, i === 0 ? '°C' : 'bar', valuesOf[Math.min(i, 1)]!, i === 0 ? 0 : 0.5)
    ),
    expected: Array.from({ length: channels }, (_, i) =>
      Float32Array.from(shares, (share) => valuesOf[Math.min(i, 1)]!(share) + 1)
    ),
    score: series('', '', (share) => (share > 0.8 && share < 0.9 ? 6 : 0.2 + 0.1 * Math.sin(90 * share)), 0.05),
    unknown: Float32Array.from(shares, (share) => (isGap(share) ? 1 : 0))
  };
}

/** One finding over the step of the score. */
export const finding: Finding = {
  id: 'step',
  assetId: 'pump',
  modelId: 'model',
  startMs: fullFromMs + 0.8 * (fullToMs - fullFromMs),
  openedMs: fullFromMs + 0.81 * (fullToMs - fullFromMs),
  endMs: fullFromMs + 0.9 * (fullToMs - fullFromMs),
  peakMs: fullFromMs + 0.85 * (fullToMs - fullFromMs),
  peakScore: 6,
  threshold,
  windows: 20,
  windowsAbove: 20,
  severity: 'high',
  evidence: 'strong',
  contributions: []
};
