/** Alarm floods: when more comes than a person can take in. A flood starts at ten new alarms in ten minutes and ends below five (5.7). */
import type { Flood } from '../domain/alarm-statistics';

const windowMs = 600_000;
const startsAt = 10;
const endsBelow = 5;

/**
 * The floods of announcements at `times`, rising; one that has not ended by `toMs` ends there. `most` is the largest number in any ten
 * minutes (the window holds its end, not its beginning).
 */
export function findFloods(times: readonly number[], toMs: number): { list: Flood[]; most: number } {
  const list: Flood[] = [];
  let open: Flood | null = null;
  let most = 0;
  let oldest = 0;

  /** Lets the window run up to `untilMs`, dropping what falls out of it. */
  function pass(untilMs: number, seen: number): void {
    while (oldest < seen && times[oldest]! + windowMs <= untilMs) {
      const leftMs = times[oldest]! + windowMs;
      oldest += 1;
      if (open && seen - oldest < endsBelow) {
        list.push({ ...open, endMs: leftMs });
        open = null;
      }
    }
  }

  for (let i = 0; i < times.length; i++) {
    const tMs = times[i]!;
    pass(tMs, i);
    const inWindow = i + 1 - oldest;
    most = Math.max(most, inWindow);
    if (open) open.count += 1;
    else if (inWindow >= startsAt) open = { startMs: tMs, endMs: tMs, count: inWindow };
  }
  pass(toMs, times.length);
  if (open) list.push({ ...(open as Flood), endMs: toMs });
  return { list, most };
}
