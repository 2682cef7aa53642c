/**
 * Watches a source's clock against the wall clock. A gateway whose clock is set, or changes to summer time, shifts all its readings at
 * once; nothing but the steady distance between both clocks tells that from readings that were stored and forwarded.
 */

/** The source's clock moved, or was found off when first seen: by so much against the wall clock, forward positive. */
export interface ClockNotice {
  kind: 'jump' | 'off';
  byMs: number;
  /** Whole hours, within the tolerance: summer time or a wrong time zone. */
  isWholeHours: boolean;
}

/** Follows one source's clock. */
export interface SourceClock {
  /** Takes a reading's own time and the wall clock on its arrival; tells when the clock was found to have moved, or to be off. */
  observe(tMs: number, arrivedMs: number): ClockNotice | null;
}

/** Readings that must agree before anything is said. */
const agreeing = 12;
/** They agree when their distances from the wall clock lie within this, ms: more than a network wavers, less than a backlog gains. */
const steadyMs = 5000;
/** Less than this is nobody's concern, ms. */
const leastMs = 60_000;
const hourMs = 3_600_000;

/** Creates the watch. Readings that do not agree with each other, such as a backlog played faster than time, are never a notice. */
export function createSourceClock(): SourceClock {
  let settledMs = 0;
  let isSettled = false;
  let low = Infinity;
  let high = -Infinity;
  let count = 0;

  return {
    observe(tMs, arrivedMs) {
      const offsetMs = tMs - arrivedMs;
      if (!Number.isFinite(offsetMs)) return null;
      if (count === 0 || Math.max(high, offsetMs) - Math.min(low, offsetMs) > steadyMs) {
        low = high = offsetMs;
        count = 0;
      }
      low = Math.min(low, offsetMs);
      high = Math.max(high, offsetMs);
      count += 1;
      if (count < agreeing) return null;
      count = 0;
      // The least delayed reading is nearest to the truth.
      const byMs = high - settledMs;
      const kind = isSettled ? 'jump' : 'off';
      isSettled = true;
      if (Math.abs(byMs) < leastMs) return null;
      settledMs = high;
      const hours = Math.round(byMs / hourMs);
      return { kind, byMs, isWholeHours: hours !== 0 && Math.abs(byMs - hours * hourMs) <= steadyMs };
    }
  };
}
