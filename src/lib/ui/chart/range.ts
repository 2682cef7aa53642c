/**
 * The visible stretch of time and what a hand does to it: pan, zoom, pinch, move an edge. Plain arithmetic in ms UTC;
 * knows nothing of pointers, pixels or uPlot. A result always lies inside the whole recording.
 */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/** Limits of every move: the whole recording and the shortest stretch worth showing. */
export interface RangeLimits {
  full: TimeRange;
  minSpanMs: number;
}

/** Length of a range in ms. */
export function spanOf(range: TimeRange): number {
  return range.toMs - range.fromMs;
}

/** Shifts and shortens a range until it lies inside the limits; keeps its centre where it can. */
export function fitRange(range: TimeRange, { full, minSpanMs }: RangeLimits): TimeRange {
  const span = Math.min(Math.max(spanOf(range), minSpanMs), spanOf(full));
  const centreMs = (range.fromMs + range.toMs) / 2;
  const fromMs = Math.min(Math.max(centreMs - span / 2, full.fromMs), full.toMs - span);
  return { fromMs, toMs: fromMs + span };
}

/** Moves a range by a share of its own length, positive to the future. */
export function panRange(range: TimeRange, share: number, limits: RangeLimits): TimeRange {
  const shiftMs = share * spanOf(range);
  return fitRange({ fromMs: range.fromMs + shiftMs, toMs: range.toMs + shiftMs }, limits);
}

/** Multiplies the length of a range by `factor` and keeps the time at `anchor` (share of the range, 0 … 1) in its place. */
export function zoomRange(range: TimeRange, factor: number, anchor: number, limits: RangeLimits): TimeRange {
  const span = Math.min(Math.max(spanOf(range) * factor, limits.minSpanMs), spanOf(limits.full));
  const fromMs = range.fromMs + anchor * (spanOf(range) - span);
  return fitRange({ fromMs, toMs: fromMs + span }, limits);
}

/** Keeps the times under two fingers beneath them: `before` and `now` are their places as shares of the range. */
export function pinchRange(
  range: TimeRange,
  before: readonly [number, number],
  now: readonly [number, number],
  limits: RangeLimits
): TimeRange {
  const distance = Math.abs(now[1] - now[0]);
  if (distance === 0) return range;
  const zoomed = zoomRange(range, Math.abs(before[1] - before[0]) / distance, (before[0] + before[1]) / 2, limits);
  return panRange(zoomed, (before[0] + before[1] - now[0] - now[1]) / 2, limits);
}

/** Puts one edge at `ms`; it stops at the end of the recording and at the shortest stretch before the other edge. */
export function moveEdge(
  range: TimeRange,
  edge: 'from' | 'to',
  ms: number,
  { full, minSpanMs }: RangeLimits
): TimeRange {
  return edge === 'from'
    ? { fromMs: Math.min(Math.max(ms, full.fromMs), range.toMs - minSpanMs), toMs: range.toMs }
    : { fromMs: range.fromMs, toMs: Math.max(Math.min(ms, full.toMs), range.fromMs + minSpanMs) };
}

/** Time at a share of the range, 0 … 1. */
export function timeAt(range: TimeRange, share: number): number {
  return range.fromMs + share * spanOf(range);
}

/** Share of the range at a time, below 0 or above 1 outside; 0 for an empty range. */
export function shareAt(range: TimeRange, ms: number): number {
  return spanOf(range) > 0 ? (ms - range.fromMs) / spanOf(range) : 0;
}

/**
 * Takes in a slice that covers `answered`, after the ranges in `asked` were asked for in this order. An answer to one
 * of them settles it and all before; the view stays with the hand that has moved on. Anything else was the parent's
 * own move, and the view follows it.
 */
export function settleRequests(asked: TimeRange[], answered: TimeRange): { asked: TimeRange[]; isFollowing: boolean } {
  const place = asked.findLastIndex((range) => range.fromMs === answered.fromMs && range.toMs === answered.toMs);
  return place < 0 ? { asked: [], isFollowing: true } : { asked: asked.slice(place + 1), isFollowing: false };
}
