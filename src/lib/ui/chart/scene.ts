/**
 * What stands behind and over the lines of every chart: findings, the healthy range, stretches without a score, the
 * threshold. Plain numbers on the x axis of the plot; `paint.ts` turns them into pixels.
 */
import type { Finding } from '../../domain/finding';

export interface Span {
  from: number;
  to: number;
}

export interface Band extends Span {
  kind: 'finding' | 'healthy';
  /** Written at the top of the band where there is room. */
  text: string;
  isSelected: boolean;
}

/** Later bands lie over earlier ones. */
export interface Scene {
  bands: Band[];
  /** Hatched over the full height: there is no score here. */
  hatched: Span[];
  /** Marked on the baseline: part of it is missing. */
  baseline: Span[];
  /** Dashed horizontal line in units of the y axis. */
  limit: number | null;
  /** Vertical line on the x axis. */
  mark: number | null;
}

/** A scene with nothing in it. */
export const emptyScene: Scene = { bands: [], hatched: [], baseline: [], limit: null, mark: null };

/** Bands of the healthy range and of the findings, numbered by their place in the list from 1; an open finding reaches on. */
export function toBands(
  findings: readonly Finding[],
  healthy: { t0Ms: number; t1Ms: number } | null,
  selectedFindingId: string | null
): Band[] {
  const bands: Band[] = findings.map((finding, i) => ({
    kind: 'finding',
    from: finding.startMs,
    to: finding.endMs ?? Infinity,
    text: `${i + 1}`,
    isSelected: finding.id === selectedFindingId
  }));
  return healthy
    ? [{ kind: 'healthy', from: healthy.t0Ms, to: healthy.t1Ms, text: '', isSelected: false }, ...bands]
    : bands;
}

/**
 * Stretches in which `values` of the buckets at `t` are above `limit`. A stretch reaches to its neighbours on both sides: a gap
 * is one bucket in its middle, and nothing is known between the rows around it.
 */
export function spansAbove(t: Float64Array, values: Float32Array, limit: number): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < t.length; i++) {
    if (!(values[i]! > limit)) continue;
    const from = t[i - 1] ?? t[i]!;
    while (i + 1 < t.length && values[i + 1]! > limit) i++;
    spans.push({ from, to: t[i + 1] ?? t[i]! });
  }
  return spans;
}

/** The finding at a time; where several overlap, the last that began. */
export function findingAt(findings: readonly Finding[], ms: number, reachMs: number): Finding | undefined {
  return findings
    .filter((finding) => ms >= finding.startMs - reachMs && ms <= (finding.endMs ?? Infinity) + reachMs)
    .sort((a, b) => b.startMs - a.startMs)[0];
}
