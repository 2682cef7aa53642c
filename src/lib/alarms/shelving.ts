/** Which shelves are over. Wall clock throughout; must not know conditions. */
import type { Alarm, AlarmEvent } from '../domain/alarm';

/** So long the device that watches has to end a shelf before another one does, ms. */
const othersMs = 60_000;
/** What did not end although it was told to is told again after so long, ms: a clock may be wrong, or a backend not take it. */
const againMs = 3_600_000;

/** A shelf that is to be ended. */
export interface ShelfEnd {
  alarm: Alarm;
  event: AlarmEvent;
}

/** The events that end the shelves whose time is over at `nowMs`, each at its own end, also where nothing ran at that time. */
export function expireShelves(alarms: readonly Alarm[], nowMs: number): ShelfEnd[] {
  return alarms.flatMap((alarm) => {
    const { shelved } = alarm;
    return shelved && shelved.untilMs <= nowMs ? [{ alarm, event: { kind: 'expire', atMs: shelved.untilMs } }] : [];
  });
}

/**
 * Says which shelves of these alarms the device is to end: its own, and those that others have left, which it remembers to have told of.
 * `aheadMs` is by how much its clock `nowMs` is known to be ahead.
 */
export function createShelfEnds(): (
  alarms: readonly Alarm[],
  deviceId: string,
  nowMs: number,
  aheadMs: number
) => ShelfEnd[] {
  const toldMs = new Map<string, number>();
  return (alarms, deviceId, nowMs, aheadMs) => {
    const isOwn = (alarm: Alarm) => alarm.deviceId === deviceId;
    const own = expireShelves(alarms.filter(isOwn), nowMs);
    const left = expireShelves(
      alarms.filter((alarm) => !isOwn(alarm)),
      nowMs - aheadMs - othersMs
    );
    const fresh = left.filter(({ alarm, event }) => {
      const shelf = `${alarm.id} ${event.atMs}`;
      const isTold = nowMs - (toldMs.get(shelf) ?? -Infinity) < againMs;
      if (!isTold) toldMs.set(shelf, nowMs);
      return !isTold;
    });
    return [...own, ...fresh];
  };
}
