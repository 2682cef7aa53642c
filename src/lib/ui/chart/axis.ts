/**
 * Where the ticks of an axis stand and how far it reaches: time in UTC and 24 hours, values linear or logarithmic.
 * Plain numbers and text; knows nothing of uPlot.
 */
import type { TimeRange } from './range';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const stepsMs = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 4, 7, 14].map((n) => n * day)
];
const stepsMonths = [1, 2, 3, 6, 12, 24, 60, 120];
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** At most about `count` round UTC times inside a range, in ms. */
export function timeTicks({ fromMs, toMs }: TimeRange, count: number): number[] {
  if (!(toMs > fromMs)) return [];
  const wantedMs = (toMs - fromMs) / Math.max(count, 1);
  const stepMs = stepsMs.find((step) => step >= wantedMs);
  const ticks: number[] = [];
  if (stepMs !== undefined) {
    for (let ms = Math.ceil(fromMs / stepMs) * stepMs; ms <= toMs; ms += stepMs) ticks.push(ms);
    return ticks;
  }
  const months = stepsMonths.find((step) => step * 30 * day >= wantedMs) ?? 240;
  const start = new Date(fromMs);
  let place = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  for (let ms = monthStart(place); ms <= toMs; place += months, ms = monthStart(place)) {
    if (ms >= fromMs) ticks.push(ms);
  }
  return ticks;
}

/** Text of each tick: the year at its start, the day at midnight, else hours and minutes, with seconds where ticks need them. */
export function timeTickTexts(ticks: readonly number[]): string[] {
  const stepMs = ticks.length > 1 ? ticks[1]! - ticks[0]! : minute;
  return ticks.map((ms) => {
    const date = new Date(ms);
    if (stepMs >= 28 * day)
      return date.getUTCMonth() === 0 ? `${date.getUTCFullYear()}` : monthNames[date.getUTCMonth()]!;
    return ms % day === 0 ? formatDay(ms) : formatClock(ms, stepMs);
  });
}

/** `12 Mar`, UTC. */
function formatDay(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCDate()} ${monthNames[date.getUTCMonth()]}`;
}

/** `10:42`, with seconds below a step of a minute and milliseconds below one of a second. */
function formatClock(ms: number, stepMs: number): string {
  return new Date(ms).toISOString().slice(11, stepMs < second ? 23 : stepMs < minute ? 19 : 16);
}

/** Reach of a linear axis around its values: a margin of 6 %, and some room around a flat line; 0 … 1 without values. */
export function linearReach(low: number, high: number): [number, number] {
  if (!(low <= high)) return [0, 1];
  const margin = high > low ? 0.06 * (high - low) : Math.max(0.02 * Math.abs(high), 0.5);
  return [low - margin, high + margin];
}

/** Reach of a logarithmic axis: its positive values and the limit, at most four decades below the top; 0.1 … 1 without any. */
export function logReach(low: number, high: number, limit: number | null): [number, number] {
  const top = Math.max(high > 0 ? high : 0, limit ?? 0);
  if (!(top > 0)) return [0.1, 1];
  const bottom = Math.min(low > 0 ? low : top / 10, limit === null ? top / 2 : limit / 2);
  return [Math.max(bottom, top * 1e-4) / 1.3, top * 1.3];
}

/** Ticks of a logarithmic axis: 1, 2 and 5 in each decade, or 1 and 3, or powers of ten; the most of these that is at most `most`. */
export function logTicks(low: number, high: number, most: number): number[] {
  const ticksOf = (factors: number[]) => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
    }
    return ticks.filter((tick) => tick >= low && tick <= high);
  };
  return (
    [
      [1, 2, 5],
      [1, 3]
    ]
      .map(ticksOf)
      .find((ticks) => ticks.length <= most) ?? ticksOf([1])
  );
}

/** Fewest decimals that tell fifty steps of `span` apart, at most 6; 2 for no span. */
export function decimalsFor(span: number): number {
  return span > 0 ? Math.min(Math.max(Math.ceil(Math.log10(50 / span)), 0), 6) : 2;
}

/** January of the year 0 plus so many months, in ms; `Date.UTC` alone would read a small year as 19xx. */
function monthStart(place: number): number {
  return new Date(0).setUTCFullYear(Math.floor(place / 12), place % 12, 1);
}
