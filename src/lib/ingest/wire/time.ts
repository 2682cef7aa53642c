/**
 * The sample times of messages. A number's unit is told by its size, which only works for a span of years in which seconds,
 * milliseconds, micro- and nanoseconds cannot be confused; it also keeps out the uptime counters that small devices send.
 */
import { readIso } from '../csv/time';

const firstMs = Date.UTC(2000, 0, 1);
const endMs = Date.UTC(2100, 0, 1);
const msPerUnit = [1000, 1, 1e-3, 1e-6];

/** What `readTime` reads, in words. */
export const timeExpected = 'a time from 2000 to 2099: s, ms, µs or ns since 1970, or ISO 8601 with a zone';

/** True for ms since 1970 that lie in the years 2000 to 2099, the only ones a live source can mean. */
export function isTime(tMs: number): boolean {
  return tMs >= firstMs && tMs < endMs;
}

/** ms since 1970 UTC, to the microsecond, of a count of s, ms, µs or ns; NaN outside the years 2000 to 2099. */
export function readEpoch(count: number): number {
  for (const unit of msPerUnit) {
    const tMs = Math.round(count * unit * 1000) / 1000;
    if (isTime(tMs)) return tMs;
  }
  return NaN;
}

/** The time that a message gives, ms since 1970 UTC; null where it gives none; NaN where it cannot be read. */
export function readTime(raw: unknown): number | null {
  if (raw === null || raw === undefined || raw === '') return null;
  if (typeof raw === 'number') return readEpoch(raw);
  if (typeof raw !== 'string' || raw.length > 40) return NaN;
  if (/^\s*\d+(\.\d+)?\s*$/.test(raw)) return readEpoch(Number(raw));
  // Without a zone it is somebody's local time, and whose is not known.
  if (!/\d(Z|[+-]\d\d(:?\d\d)?)$/i.test(raw.trim()) || !/[T ]/i.test(raw.trim())) return NaN;
  const tMs = readIso(raw);
  return isTime(tMs) ? tMs : NaN;
}
