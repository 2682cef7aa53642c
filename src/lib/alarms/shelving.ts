/** Which shelves are over. Wall clock throughout; must not know conditions. */
import type { Alarm, AlarmEvent } from '../domain/alarm';

/** The events that end the shelves whose time is over at `nowMs`, each at its own end, also where nothing ran at that time. */
export function expireShelves(alarms: readonly Alarm[], nowMs: number): { alarmId: string; event: AlarmEvent }[] {
  return alarms.flatMap(({ id, shelved }) =>
    shelved && shelved.untilMs <= nowMs ? [{ alarmId: id, event: { kind: 'expire', atMs: shelved.untilMs } }] : []
  );
}
