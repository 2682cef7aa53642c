/** The time limit of shelving: how long somebody may shelve, and which shelves are over. Wall clock throughout; must not know conditions. */
import type { Alarm, AlarmEvent, AlarmRule } from '../domain/alarm';

/** True where shelving from `atMs` until `untilMs` ends, and within what the rule allows. */
export function canShelve(rule: Pick<AlarmRule, 'maxShelveMs'>, atMs: number, untilMs: number): boolean {
  return untilMs > atMs && untilMs - atMs <= rule.maxShelveMs;
}

/** The events that end the shelves whose time is over at `nowMs`, each at its own end, also where nothing ran at that time. */
export function expireShelves(alarms: readonly Alarm[], nowMs: number): { alarmId: string; event: AlarmEvent }[] {
  return alarms.flatMap(({ id, shelved }) =>
    shelved && shelved.untilMs <= nowMs ? [{ alarmId: id, event: { kind: 'expire', atMs: shelved.untilMs } }] : []
  );
}
