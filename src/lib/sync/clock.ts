/**
 * Hybrid logical clock: a text that sorts like time where wall clocks agree, and never runs back on a device whose clock does. 48 bits of
 * milliseconds and 16 of a counter, in hex, then the device. It orders what was written without knowledge of each other; what was is
 * ordered by `baseRev`.
 */

/** How far a device's clock may be ahead of the backend's before it is held back. */
export const maxAheadMs = 5 * 60_000;

const maxMs = 2 ** 48 - 1;
const maxCounter = 2 ** 16 - 1;

/** What such a text looks like. */
export const hlcPattern = /^[0-9a-f]{12}-[0-9a-f]{4}-[\w-]+$/;

/** The device's next time after `last` (empty for none), at `nowMs` by its wall clock. */
export function nextHlc(last: string, nowMs: number, deviceId: string): string {
  const lastMs = last === '' ? -1 : hlcMs(last);
  const wallMs = Math.min(Math.max(Math.floor(nowMs), 0), maxMs);
  if (wallMs > lastMs) return format(wallMs, 0, deviceId);
  const counter = parseInt(last.slice(13, 17), 16) + 1;
  return counter > maxCounter ? format(lastMs + 1, 0, deviceId) : format(lastMs, counter, deviceId);
}

/** Milliseconds of the time, UTC. */
export function hlcMs(hlc: string): number {
  return parseInt(hlc.slice(0, 12), 16);
}

/** By how much the time is further ahead of the backend's than a device's clock may be, ms; 0 where it is not. */
export function excessAheadMs(hlc: string, serverMs: number): number {
  return Math.max(0, hlcMs(hlc) - serverMs - maxAheadMs);
}

/** The time, held back to the furthest that the backend believes. */
export function clampHlc(hlc: string, serverMs: number): string {
  if (excessAheadMs(hlc, serverMs) === 0) return hlc;
  return format(Math.min(Math.floor(serverMs) + maxAheadMs, maxMs), maxCounter, hlc.slice(18));
}

/** The device's newest time, as the backend has held it back by `aheadMs`: a clock that was years ahead once, and is right now, is heard again. */
export function takeBack(hlc: string, aheadMs: number): string {
  return aheadMs > 0 ? format(Math.max(0, hlcMs(hlc) - Math.ceil(aheadMs)), 0, hlc.slice(18)) : hlc;
}

function format(ms: number, counter: number, deviceId: string): string {
  return `${ms.toString(16).padStart(12, '0')}-${counter.toString(16).padStart(4, '0')}-${deviceId}`;
}
