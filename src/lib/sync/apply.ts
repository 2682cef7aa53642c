/**
 * What an operation makes of an entity. Devices and backend run this very code, so the same operations in the same order give the same
 * state everywhere. Pure: it knows no storage, no roles, no clock.
 *
 * | kind | who | conflict |
 * |---|---|---|
 * | alarm | what the process does: the device that watches; what people do, and the end of a shelf: anyone | none: the machine orders, the first acknowledgement stands |
 * | comment | anyone | none: added once, never changed |
 * | rule, promotion | anyone | changed by another device since `baseRev`: refused, a person decides |
 * | finding | the device that found it | none |
 * | asset | anyone | written without knowledge of each other: the later by the hybrid clock |
 */
import { advanceAlarm, newAlarm } from '../alarms/machine';
import { alarmStates, longestShelveMs, type Alarm, type AlarmEvent, type JournalEntry } from '../domain/alarm';
import type { Entity, EntityBodies, EntityKind, Operation, OperationKind, RefusalCode } from '../domain/operation';
import { bodySchemas, findBodyFault } from './bodies';
import { canonical, isStorable } from './canonical';
import { hlcMs } from './clock';
import { noteRuleChange } from './rule-change';

/** The entities as they stand afterwards, none where nothing changed; or why the operation is refused for good. */
export type Applied = { changed: Entity[] } | { refused: RefusalCode; detail: string };

type Of<Kind extends OperationKind> = Extract<Operation, { kind: Kind }>;

const nothing: Applied = { changed: [] };

/** What people do; the rest comes from the device that watches. */
const acts: readonly AlarmEvent['kind'][] = [
  'acknowledge',
  'reset',
  'shelve',
  'unshelve',
  'remove-from-service',
  'return-to-service'
];

/** True for what a person does to an alarm, false for what the process does. */
export function isAct(event: AlarmEvent): event is Extract<AlarmEvent, { by: string }> {
  return acts.includes(event.kind);
}

/** How far a clock may be ahead of the backend's for a shelf of the longest time to be taken, ms. */
const clockSlackMs = 3_600_000;

/** True for what any device may say of any alarm: acts, and that a shelf's time is up, which is no matter of watching. */
export function isAnybodys(event: AlarmEvent): boolean {
  return isAct(event) || event.kind === 'expire';
}

/** Applies the operation to the entity it names (undefined where there is none yet). Changed entities keep the revision they had. */
export function applyOperation(current: Entity | undefined, operation: Operation): Applied {
  if (!Object.hasOwn(bodySchemas, operation.kind)) return refuse('unknown-kind', String(operation.kind));
  const fault = findFault(current, operation);
  if (fault !== null) return refuse('bad-body', fault);
  switch (operation.kind) {
    case 'asset':
      return applyCard(current as Entity<'asset'> | undefined, operation);
    case 'alarm':
      return applyEvent(current as Entity<'alarm'> | undefined, operation);
    case 'comment':
      return applyComment(current, operation);
    case 'rule':
      return applyRule(current as Entity<'rule'> | undefined, operation);
    case 'finding':
      return applyFinding(current, operation);
    case 'promotion':
      return applyChecked(current, operation, operation.body);
  }
}

function applyCard(current: Entity<'asset'> | undefined, operation: Of<'asset'>): Applied {
  const atMs = hlcMs(operation.hlc);
  // What one device has written follows by its numbers, whatever its clock said meanwhile.
  if (current && operation.baseRev !== current.rev && operation.deviceId !== current.deviceId) {
    const isLater = atMs === current.atMs ? operation.deviceId > current.deviceId : atMs > current.atMs;
    if (!isLater) return nothing;
  }
  return change(current, operation, operation.body, { atMs });
}

function applyEvent(current: Entity<'alarm'> | undefined, operation: Of<'alarm'>): Applied {
  const { deviceId, ruleId } = operation.body;
  const { assetId, id } = operation;
  let { event } = operation.body;
  // Who did it is whom the operation names, whatever the event says.
  if (isAct(event)) event = { ...event, by: operation.userId, deviceId: operation.deviceId };
  else if (operation.deviceId !== deviceId) {
    if (!isAnybodys(event)) return refuse('not-yours', `only ${deviceId} watches this`);
    // By the clock of whoever says so, which the backend holds to its own. Nobody is asked about it: it will be said again in time.
    if (hlcMs(operation.hlc) < event.atMs) return nothing;
  }
  if (event.kind === 'shelve') {
    // By the same clock too, for a person's own may be years ahead.
    const latestMs = Math.min(event.atMs, hlcMs(operation.hlc) + clockSlackMs) + longestShelveMs;
    if (event.untilMs > latestMs) {
      const [found, expected] = [event.untilMs, latestMs].map((ms) => new Date(ms).toISOString());
      return refuse('bad-body', `event.untilMs: found ${found}, expected ${expected} at the latest`);
    }
  }
  const before = current?.body ?? newAlarm({ id, deviceId, assetId, ruleId });
  // Of a later version: what follows from it nobody can say here, and a pull that met it must not stop for good.
  if (!alarmStates.includes(before.state)) return refuse('unknown-kind', String(before.state));
  const alarm = advanceAlarm(before, event);
  if (alarm === before) return nothing;
  const rev = current?.rev ?? 0;
  const open = alarm.state === 'NORM' ? 0 : 1;
  const journal = noteChange(before, alarm, event, operation);
  // The journal first: whoever has the alarm of a revision has the journal that led to it.
  return {
    changed: [
      make('journal', operation.opId, assetId, operation.deviceId, 0, journal.eventMs, 0, journal),
      make('alarm', id, assetId, deviceId, rev, alarm.sinceMs, open, alarm)
    ]
  };
}

function applyComment(current: Entity | undefined, operation: Of<'comment'>): Applied {
  if (current) return nothing;
  const { userId, deviceId, body } = operation;
  return change(current, operation, { ...body, by: userId, deviceId }, { atMs: body.atMs });
}

function applyFinding(current: Entity | undefined, operation: Of<'finding'>): Applied {
  if (current && current.deviceId !== operation.deviceId) {
    return refuse('not-yours', `${current.deviceId} found it`);
  }
  return change(current, operation, operation.body, { atMs: operation.body.openedMs });
}

function applyRule(current: Entity<'rule'> | undefined, operation: Of<'rule'>): Applied {
  const applied = applyChecked(current, operation, operation.body.rule);
  if ('refused' in applied || applied.changed.length === 0) return applied;
  const { opId, assetId, deviceId, atMs } = operation;
  const note = noteRuleChange(current?.body ?? null, operation);
  return { changed: [make('rule-change', opId, assetId, deviceId, 0, atMs, 0, note), ...applied.changed] };
}

function applyChecked(
  current: Entity | undefined,
  operation: Of<'rule' | 'promotion'>,
  body: EntityBodies['rule' | 'promotion'] | null
): Applied {
  // A device that changes a thing twice before it hears of the first change is not in conflict with itself.
  const isOwn = current?.deviceId === operation.deviceId;
  if (current && operation.baseRev !== current.rev && !isOwn) {
    return refuse('conflict', `made on revision ${operation.baseRev}, now at ${current.rev}`);
  }
  return change(current, operation, body, { atMs: operation.atMs });
}

/** The entity with that body, written by the operation's device; nothing where it was so already. */
function change<Kind extends EntityKind & OperationKind>(
  current: Entity | undefined,
  { kind, id, assetId, deviceId }: Of<Kind>,
  body: EntityBodies[Kind] | null,
  { atMs }: { atMs: number }
): Applied {
  const isSame = canonical(current?.body ?? null) === canonical(body);
  if (isSame && (current || body === null)) return nothing;
  return { changed: [make(kind, id, assetId, deviceId, current?.rev ?? 0, atMs, 0, body)] };
}

function make<Kind extends EntityKind>(
  kind: Kind,
  id: string,
  assetId: string,
  deviceId: string,
  rev: number,
  atMs: number,
  open: 0 | 1,
  body: EntityBodies[Kind] | null
): Entity<Kind> {
  return { kind, id, assetId, deviceId, rev, atMs, open, body };
}

function noteChange(before: Alarm, after: Alarm, event: AlarmEvent, operation: Operation): JournalEntry {
  return {
    id: operation.opId,
    alarmId: after.id,
    occurrenceId: after.occurrence?.id ?? null,
    assetId: after.assetId,
    assetName: after.assetName,
    ruleId: after.ruleId,
    ruleVersion: after.ruleVersion,
    name: after.name,
    priority: after.priority,
    event: event.kind,
    from: before.state,
    to: after.state,
    eventMs: event.atMs,
    recordedMs: operation.atMs,
    value: 'value' in event ? event.value : null,
    limit: after.occurrence?.limit ?? null,
    ...(after.occurrence?.unit !== undefined && { unit: after.occurrence.unit }),
    by: isAct(event) ? event.by : '',
    reason: 'reason' in event ? event.reason : '',
    deviceId: operation.deviceId
  };
}

/** What is wrong with the operation in itself: its body, or names in it that do not agree. */
function findFault(current: Entity | undefined, operation: Operation): string | null {
  const { kind, id, assetId } = operation;
  const fault = findBodyFault(kind, operation.body) ?? findNameFault(operation);
  if (fault !== null) return fault;
  if (current && current.assetId !== assetId) return `assetId: found ${assetId}, expected ${current.assetId}`;
  if (!isStorable(JSON.stringify([id, assetId, operation.body]))) return 'body: found a character that is none';
  return null;
}

function findNameFault({ id, assetId, ...operation }: Operation): string | null {
  const { kind, body } = operation;
  const expect = (place: string, found: string, expected: string) =>
    found === expected ? null : `${place}: found ${found.slice(0, 100)}, expected ${expected.slice(0, 300)}`;
  if (id.length > 600 || assetId.length > 200) return 'id: found a long text, expected at most 600 characters';
  switch (kind) {
    case 'asset':
      return expect('id', id, body.id) ?? expect('assetId', assetId, id);
    case 'alarm':
      return expect('id', id, `${body.deviceId}:${body.ruleId}`) ?? expect('assetId', assetId, body.assetId);
    case 'comment':
    case 'finding':
      return expect('id', id, body.id) ?? expect('assetId', assetId, body.assetId);
    case 'rule':
      return (
        expect('id', id, body.rule?.id ?? id) ??
        expect('assetId', assetId, body.assetId) ??
        expect('rule.assetId', body.rule?.assetId ?? assetId, assetId) ??
        expect('starting.id', body.starting?.id ?? id, id) ??
        expect('starting.assetId', body.starting?.assetId ?? assetId, assetId)
      );
    case 'promotion':
      return expect('id', id, assetId) ?? expect('assetId', assetId, body.assetId);
  }
}

function refuse(refused: RefusalCode, detail: string): Applied {
  return { refused, detail };
}
