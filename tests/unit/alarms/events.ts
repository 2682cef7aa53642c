/** Events and alarms for the tests of alarms: every kind with plain content, and a way to bring an alarm into each state. */
import type { Alarm, AlarmEvent, AlarmState } from '$lib/domain/alarm';
import { advanceAlarm, newAlarm } from '$lib/alarms/machine';

type Kind = AlarmEvent['kind'];
type EventOf<K extends Kind> = Extract<AlarmEvent, { kind: K }>;

const who = { by: 'ada', deviceId: 'tablet' };

/** The occurrence that `eventOf('raise')` makes and `eventOf('acknowledge')` names. */
export const occurrenceId = 'first';

const samples: { [K in Kind]: EventOf<K> } = {
  raise: {
    kind: 'raise',
    atMs: 1000,
    occurrenceId,
    value: 92,
    limit: 90,
    priority: 'medium',
    ruleVersion: 3,
    isLatching: false,
    name: 'Bearing temperature HH',
    assetName: 'Pump 7'
  },
  return: { kind: 'return', atMs: 1000, value: 80 },
  reprioritise: { kind: 'reprioritise', atMs: 1000, priority: 'critical' },
  're-alarm': { kind: 're-alarm', atMs: 1000 },
  suppress: { kind: 'suppress', atMs: 1000, state: 'off' },
  unsuppress: { kind: 'unsuppress', atMs: 1000 },
  expire: { kind: 'expire', atMs: 9000 },
  acknowledge: { kind: 'acknowledge', atMs: 1000, occurrenceId, ...who },
  reset: { kind: 'reset', atMs: 1000, ...who },
  shelve: { kind: 'shelve', atMs: 1000, untilMs: 9000, reason: 'sensor is being changed', ...who },
  unshelve: { kind: 'unshelve', atMs: 1000, ...who },
  'remove-from-service': { kind: 'remove-from-service', atMs: 1000, reason: 'pump is taken apart', ...who },
  'return-to-service': { kind: 'return-to-service', atMs: 1000, ...who }
};

export const eventKinds = Object.keys(samples) as Kind[];

/** An event of that kind at 1 s (a shelf ends at 9 s), with some of its content changed. */
export function eventOf<K extends Kind>(kind: K, changes: Partial<EventOf<K>> = {}): EventOf<K> {
  return { ...samples[kind], ...changes };
}

/** Alarm of rule `rule` on device `scada` after the events, oldest first. */
export function alarmAfter(...events: AlarmEvent[]): Alarm {
  return events.reduce(
    advanceAlarm,
    newAlarm({ id: 'scada:rule', deviceId: 'scada', assetId: 'pump', ruleId: 'rule' })
  );
}

const latching = eventOf('raise', { isLatching: true });

/** What has to happen to bring an alarm there. */
export const waysTo: Record<AlarmState, AlarmEvent[]> = {
  NORM: [],
  UNACK: [eventOf('raise')],
  ACKED: [eventOf('raise'), eventOf('acknowledge')],
  RTNUN: [eventOf('raise'), eventOf('return')],
  LATUN: [latching, eventOf('return')],
  LATAK: [latching, eventOf('return'), eventOf('acknowledge')],
  SHLVD: [eventOf('shelve')],
  DSUPR: [eventOf('suppress')],
  OOSRV: [eventOf('remove-from-service')]
};
