/**
 * The alarm state machine of ISA-18.2 as a reducer: an alarm and something that happens give the alarm as it stands then. Every device and
 * the backend run this one, so the same order of events gives the same alarm everywhere.
 *
 * Three steps: `refusals` says which events count for nothing, `facts` what an event changes in what is known (whether the condition holds,
 * the occurrence, who shelved it), and `table` which state follows. What the table does not list leaves the alarm as it is.
 *
 * Decisions where the standard leaves one open:
 * - *Hidden* (shelved, suppressed, out of service) alarms go on being followed: a raise makes the next occurrence without announcing it. What
 *   hides an alarm is remembered while something stronger hides it, too: out of service over shelved over suppressed. When nothing hides it
 *   any more it is announced anew if its condition holds, acknowledged before or not, and is normal if not; a latch does not outlast it.
 * - An acknowledgement counts for the occurrence that it names and only while that is unacknowledged: the first one stands.
 * - A re-alarm announces the same occurrence once more and takes its acknowledgement back; the journal keeps who had given it.
 * - *Time.* An event of the process older than the newest raise or return taken is ignored, so an occurrence never ends before it began
 *   nor begins before the last one ended. What people do is stamped by their own clocks, which may be wrong or, beside a recording that is
 *   played again, years away: these times are kept and never compared with the samples'. Only a shelf's own two times are compared.
 *
 * It must not know rules (a caller holds `untilMs` against the rule's `maxShelveMs`), conditions, or who may do what.
 */
import type { Alarm, AlarmEvent, AlarmState } from '../domain/alarm';

type Kind = AlarmEvent['kind'];
type EventOf<K extends Kind> = Extract<AlarmEvent, { kind: K }>;
type ByKind<Answer> = { readonly [K in Kind]: (alarm: Alarm, event: EventOf<K>) => Answer };

/** The next state: itself, by whether the rule latches, or `visible`: what the alarm comes to by all that is known of it. */
type Target = AlarmState | 'returned' | 'returned acknowledged' | 'visible';
type Row = { readonly [K in Kind]?: Target };

const hiding: Row = { shelve: 'SHLVD', suppress: 'DSUPR', 'remove-from-service': 'OOSRV' };
const hidden: Row = {
  raise: 'visible',
  return: 'visible',
  reprioritise: 'visible',
  suppress: 'visible',
  unsuppress: 'visible',
  shelve: 'visible',
  'remove-from-service': 'visible'
};

/** Which state follows which, by event. */
const table: Readonly<Record<AlarmState, Row>> = {
  NORM: { raise: 'UNACK', ...hiding },
  UNACK: { return: 'returned', acknowledge: 'ACKED', reprioritise: 'UNACK', ...hiding },
  ACKED: { return: 'returned acknowledged', 're-alarm': 'UNACK', reprioritise: 'ACKED', ...hiding },
  RTNUN: { raise: 'UNACK', acknowledge: 'NORM', reprioritise: 'RTNUN', ...hiding },
  LATUN: { raise: 'UNACK', acknowledge: 'LATAK', reprioritise: 'LATUN', ...hiding },
  LATAK: { raise: 'UNACK', reset: 'NORM', reprioritise: 'LATAK', ...hiding },
  SHLVD: { ...hidden, expire: 'visible', unshelve: 'visible' },
  DSUPR: hidden,
  OOSRV: { ...hidden, expire: 'visible', unshelve: 'visible', 'return-to-service': 'visible' }
};

/** True where the event counts for nothing, whatever the state. */
const refusals: ByKind<boolean> = {
  raise: (alarm, event) => alarm.isActive || isPast(alarm, event.atMs) || event.occurrenceId === alarm.occurrence?.id,
  return: (alarm, event) => !alarm.isActive || isPast(alarm, event.atMs),
  reprioritise: (alarm, event) => alarm.priority === event.priority || isPast(alarm, event.atMs),
  're-alarm': (alarm, event) => isPast(alarm, event.atMs),
  suppress: (alarm, event) => alarm.suppressedBy === event.state || isPast(alarm, event.atMs),
  unsuppress: (alarm, event) => alarm.suppressedBy === null || isPast(alarm, event.atMs),
  expire: (alarm, event) => alarm.shelved === null || event.atMs < alarm.shelved.untilMs,
  acknowledge: (alarm, event) => alarm.occurrence?.id !== event.occurrenceId,
  reset: () => false,
  shelve: (_, event) => event.reason.trim() === '' || !(event.untilMs > event.atMs) || !isFinite(event.untilMs),
  unshelve: (alarm) => alarm.shelved === null,
  'remove-from-service': (alarm, event) => event.reason.trim() === '' || alarm.outOfService !== null,
  'return-to-service': (alarm) => alarm.outOfService === null
};

/** What becomes known by the event, the state left out. */
const facts: ByKind<Partial<Alarm>> = {
  raise: (
    { count },
    { atMs, occurrenceId, value, limit, unit, priority, ruleVersion, isLatching, name, assetName }
  ) => ({
    isActive: true,
    count: count + 1,
    occurrence: {
      id: occurrenceId,
      raisedMs: atMs,
      returnedMs: null,
      value: finiteOrNull(value),
      limit: finiteOrNull(limit),
      ...(unit !== undefined && { unit }),
      acknowledged: null
    },
    priority,
    ruleVersion,
    isLatching,
    name,
    assetName
  }),
  return: ({ occurrence }, { atMs }) => ({
    isActive: false,
    occurrence: occurrence && { ...occurrence, returnedMs: atMs }
  }),
  reprioritise: (_, { priority }) => ({ priority }),
  're-alarm': () => ({}),
  suppress: (_, { state }) => ({ suppressedBy: state }),
  unsuppress: () => ({ suppressedBy: null }),
  expire: () => ({ shelved: null }),
  acknowledge: ({ occurrence }, { by, deviceId, atMs }) => ({
    occurrence: occurrence && { ...occurrence, acknowledged: { by, deviceId, atMs } }
  }),
  reset: () => ({}),
  shelve: (_, { by, deviceId, atMs, untilMs, reason }) => ({ shelved: { by, deviceId, atMs, untilMs, reason } }),
  unshelve: () => ({ shelved: null }),
  'remove-from-service': (_, { by, deviceId, atMs, reason }) => ({ outOfService: { by, deviceId, atMs, reason } }),
  'return-to-service': () => ({ outOfService: null })
};

/** An alarm to which nothing has happened yet: normal, `sinceMs` 0, its name and priority open until the first raise. */
export function newAlarm(identity: Pick<Alarm, 'id' | 'deviceId' | 'assetId' | 'ruleId'>): Alarm {
  return {
    id: identity.id,
    deviceId: identity.deviceId,
    assetId: identity.assetId,
    assetName: '',
    ruleId: identity.ruleId,
    ruleVersion: 0,
    name: '',
    state: 'NORM',
    priority: 'low',
    isLatching: false,
    isActive: false,
    occurrence: null,
    count: 0,
    sinceMs: 0,
    announcedMs: null,
    shelved: null,
    suppressedBy: null,
    outOfService: null
  };
}

/** The alarm after the event: the same object where the event changes nothing, as one whose time is no number never does. */
export function advanceAlarm(alarm: Alarm, event: AlarmEvent): Alarm {
  const target = table[alarm.state][event.kind];
  if (!target || !isFinite(event.atMs)) return alarm;
  if (ask(refusals, alarm, event)) return alarm;
  const known: Alarm = { ...alarm, ...ask(facts, alarm, event) };
  const state = findState(known, target);
  if (state === alarm.state) return known;
  const changed: Alarm = { ...known, state, sinceMs: event.atMs };
  if (state !== 'UNACK') return changed;
  const { occurrence } = changed;
  return { ...changed, announcedMs: event.atMs, occurrence: occurrence && { ...occurrence, acknowledged: null } };
}

function ask<Answer>(answers: ByKind<Answer>, alarm: Alarm, event: AlarmEvent): Answer {
  // Each answer takes the event of its own kind; TypeScript cannot follow that through the index.
  return (answers[event.kind] as (alarm: Alarm, event: AlarmEvent) => Answer)(alarm, event);
}

function findState(alarm: Alarm, target: Target): AlarmState {
  if (target === 'returned') return alarm.isLatching ? 'LATUN' : 'RTNUN';
  if (target === 'returned acknowledged') return alarm.isLatching ? 'LATAK' : 'NORM';
  if (target !== 'visible') return target;
  if (alarm.outOfService) return 'OOSRV';
  if (alarm.shelved) return 'SHLVD';
  if (alarm.suppressedBy) return 'DSUPR';
  return alarm.isActive ? 'UNACK' : 'NORM';
}

function isPast({ occurrence }: Alarm, atMs: number): boolean {
  return occurrence !== null && atMs < (occurrence.returnedMs ?? occurrence.raisedMs);
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && isFinite(value) ? value : null;
}
