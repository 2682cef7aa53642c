/**
 * What the bodies of operations must look like, checked where they enter: on the device before an operation is made of them, on the backend
 * before they take effect. Fields of later versions are kept.
 */
import * as v from 'valibot';
import { checkRule } from '../alarms/check-rule';
import { alarmPriorities, type AlarmRule } from '../domain/alarm';
import type { OperationBodies, OperationKind } from '../domain/operation';

const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const named = (longest: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(longest));
const number = v.pipe(v.number(), v.minValue(-Number.MAX_VALUE), v.maxValue(Number.MAX_VALUE));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A moment, ms UTC: what a `Date` can hold. */
const moment = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));

/** Ids of pumps, rules and devices; an alarm's is made of two. */
export const assetId = named(200);
export const entityId = named(600);
export const deviceId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
/** Id of a person; empty for nobody. */
export const userId = text(200);
const name = text(200);
const reason = text(2000);
const channel = named(200);
const unit = v.optional(text(50));

const priority = v.picklist(alarmPriorities);
const suppressing = v.picklist(['off', 'starting'] as const);
const deadband = v.looseObject({ value: number, of: v.picklist(['unit', 'percent'] as const) });
const machine = v.looseObject({ category: v.picklist(['I', 'II'] as const), powerKw: number });

const simpleConditions = [
  v.looseObject({
    kind: v.literal('limit'),
    channel,
    unit,
    level: v.picklist(['HH', 'H', 'L', 'LL'] as const),
    limit: number,
    setBand: deadband,
    clearBand: deadband,
    range: v.nullable(number)
  }),
  v.looseObject({
    kind: v.literal('rate'),
    channel,
    unit,
    perMinute: number,
    direction: v.picklist(['rising', 'falling', 'either'] as const),
    overMs: number,
    clearShare: number
  }),
  v.looseObject({ kind: v.literal('stuck'), channel }),
  v.looseObject({ kind: v.literal('bad-value'), channel }),
  v.looseObject({ kind: v.literal('no-data'), forMs: number }),
  v.looseObject({ kind: v.literal('score'), enter: number, leave: number, windows: number }),
  v.looseObject({
    kind: v.literal('zone'),
    channel,
    machine,
    zone: v.picklist(['C', 'D'] as const),
    clearBand: deadband
  }),
  v.looseObject({ kind: v.literal('change'), channel, machine, baseline: v.nullable(number), share: number })
] as const;

/** Conditions of conditions, two levels deep: more nobody could read in a table. */
const joined = (of: v.GenericSchema) =>
  v.looseObject({
    kind: v.picklist(['all', 'any'] as const),
    of: v.pipe(v.array(of), v.minLength(1), v.maxLength(20))
  });
const condition = v.variant('kind', [
  ...simpleConditions,
  joined(v.variant('kind', [...simpleConditions, joined(v.variant('kind', simpleConditions))]))
]);

/** Whether its numbers make sense, and how long its texts may be, is `checkRule`'s to say: so a form says the same. */
const rule = v.looseObject({
  id: entityId,
  assetId,
  name: v.string(),
  isEnabled: v.boolean(),
  condition,
  priority,
  onDelayMs: number,
  offDelayMs: number,
  isLatching: v.boolean(),
  suppressedIn: v.pipe(v.array(suppressing), v.maxLength(10)),
  reAlarmMs: v.nullable(number),
  escalation: v.nullable(v.looseObject({ afterMs: number, priority, backAfterMs: number })),
  maxShelveMs: number,
  consequence: v.string(),
  action: v.string(),
  respondWithinMin: v.nullable(number),
  causes: v.array(v.string()),
  owner: v.string(),
  version: count
});

const process = <Kind extends string>(kind: Kind) => ({ kind: v.literal(kind), atMs: moment });
const act = <Kind extends string>(kind: Kind) => ({ kind: v.literal(kind), atMs: moment, by: userId, deviceId });

const event = v.variant('kind', [
  v.looseObject({
    ...process('raise'),
    occurrenceId: named(200),
    value: v.nullable(number),
    limit: v.nullable(number),
    unit,
    priority,
    ruleVersion: count,
    isLatching: v.boolean(),
    name,
    assetName: name
  }),
  v.looseObject({ ...process('return'), value: v.nullable(number) }),
  v.looseObject({ ...process('reprioritise'), priority }),
  v.looseObject(process('re-alarm')),
  v.looseObject({ ...process('suppress'), state: suppressing }),
  v.looseObject(process('unsuppress')),
  v.looseObject(process('expire')),
  v.looseObject({ ...act('acknowledge'), occurrenceId: named(200) }),
  v.looseObject(act('reset')),
  v.looseObject({ ...act('shelve'), untilMs: moment, reason }),
  v.looseObject(act('unshelve')),
  v.looseObject({ ...act('remove-from-service'), reason }),
  v.looseObject(act('return-to-service'))
]);

/** By kind of operation. */
export const bodySchemas: Readonly<Record<OperationKind, v.GenericSchema>> = {
  asset: v.looseObject({ id: assetId, name, group: text(200) }),
  alarm: v.looseObject({ assetId, ruleId: named(500), deviceId, event }),
  comment: v.looseObject({
    id: entityId,
    alarmId: entityId,
    occurrenceId: v.nullable(named(200)),
    assetId,
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(10_000)),
    by: userId,
    deviceId,
    atMs: moment
  }),
  rule: v.looseObject({ rule: v.nullable(rule), assetId, reason, starting: v.optional(rule) }),
  finding: v.looseObject({
    id: entityId,
    assetId,
    modelId: text(200),
    startMs: moment,
    openedMs: moment,
    endMs: v.nullable(moment),
    peakMs: moment,
    peakScore: number,
    threshold: number,
    windows: count,
    windowsAbove: count,
    severity: v.picklist(['low', 'medium', 'high'] as const),
    evidence: v.picklist(['weak', 'clear', 'strong'] as const),
    contributions: v.pipe(
      v.array(v.looseObject({ channel, unit: text(50), share: number, seen: number, expected: number })),
      v.maxLength(1000)
    )
  }),
  promotion: v.looseObject({ assetId, modelId: v.nullable(named(200)), weightsSha256: text(64) })
};

/** What is wrong with a body of that kind: the place, what was found and what was expected; null where nothing is. */
export function findBodyFault(kind: OperationKind, body: unknown): string | null {
  const parsed = v.safeParse(bodySchemas[kind], body);
  if (parsed.success) return kind === 'rule' ? findRuleFault(body as OperationBodies['rule']) : null;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? 'body';
  return `${place}: found ${issue.received.slice(0, 100)}, expected ${issue.expected ?? issue.message}`;
}

function findRuleFault({ rule, starting }: OperationBodies['rule']): string | null {
  const rules: [string, AlarmRule | null | undefined][] = [
    ['rule', rule],
    ['starting', starting]
  ];
  for (const [name, each] of rules) {
    const [fault] = each ? checkRule(each) : [];
    if (fault) return `${name}.${fault.place}: found ${fault.found.slice(0, 100)}, expected ${fault.expected}`;
  }
  return null;
}
