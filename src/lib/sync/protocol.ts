/**
 * What travels between a device and the backend, checked where it enters. Strict in what it knows; kinds and fields of later versions are
 * kept and passed on. It must not know how it travels.
 */
import * as v from 'valibot';
import type { PullPage } from '../domain/ledger';
import type { Operation, OperationResult } from '../domain/operation';
import { assetId, deviceId, entityId, userId } from './bodies';
import { canonical, isStorable } from './canonical';
import { hlcPattern } from './clock';

/** Operations in one push, and entities in one page of a pull, at most. */
export const pushLimit = 500;
export const pullLimit = 1000;

/** Says in every request which version the device writes (`schemaVersion`); a backend that no longer takes it answers 426. */
export const schemaHeader = 'pumpside-schema';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const kind = v.pipe(v.string(), v.minLength(1), v.maxLength(50));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const moment = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const opId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));

/** An operation but for its body, which is checked when it is applied: a bad one is refused alone, not with its whole batch. */
const operationSchema = v.looseObject({
  kind,
  id: entityId,
  assetId,
  body: v.unknown(),
  opId,
  deviceId,
  seq: v.pipe(count, v.minValue(1)),
  hlc: v.pipe(v.string(), v.maxLength(100), v.regex(hlcPattern)),
  atMs: moment,
  userId,
  baseRev: count,
  schema: count,
  prev: v.union([v.literal(''), hash]),
  hash
});

export interface PushRequest {
  deviceId: string;
  /** By their numbers, without a gap. */
  operations: Operation[];
}

const storable = 'no NUL and no half of a surrogate pair, nested at most 64 levels deep';

export const pushRequestSchema = v.pipe(
  v.looseObject({
    deviceId,
    operations: v.pipe(v.array(operationSchema), v.minLength(1), v.maxLength(pushLimit))
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.typed && !canStore(dataset.value.operations)) addIssue({ expected: storable, message: storable });
  })
);

/** Why a push stopped short. What comes before `seq` was settled; from there on nothing was. */
export const haltSchema = v.looseObject({
  code: v.picklist([
    /** `seq` is the number that the backend expects next. */
    'gap',
    /** The backend has another operation of that number: two stores go by one device id. */
    'forked',
    /** Its hash is not that of its content, or it does not follow from the one before. */
    'broken-chain',
    /** Who asks may not speak for this device. */
    'not-your-device',
    /** `seq` is of a later version than the backend, which cannot tell what it means: it stays with the device until the backend is updated. */
    'newer'
  ]),
  seq: count
});
export type Halt = v.InferOutput<typeof haltSchema>;

export interface PushAnswer {
  /** In the order of the request, up to where it stopped. */
  results: OperationResult[];
  /** Up to which operation of this device the backend has settled all. */
  lastSeq: number;
  halted: Halt | null;
  /** By how much the device's clock is ahead of what the backend believes, ms; 0 where it is not. */
  aheadMs: number;
}

const settled = { seq: count, opId };
const operationResultSchema = v.variant('outcome', [
  v.looseObject({ ...settled, outcome: v.picklist(['applied', 'duplicate']) }),
  v.looseObject({
    ...settled,
    outcome: v.literal('refused'),
    code: v.picklist(['conflict', 'bad-body', 'unknown-kind', 'forbidden', 'not-yours']),
    detail: v.string()
  })
]);

export const pushAnswerSchema = v.looseObject({
  results: v.array(operationResultSchema),
  lastSeq: count,
  halted: v.nullable(haltSchema),
  aheadMs: v.pipe(v.number(), v.minValue(0))
});

const envelope = { id: entityId, assetId, deviceId, rev: count, atMs: moment, open: v.picklist([0, 1]) };

/** An entity of any kind: a device that does not know the kind keeps it for the version that will. */
const entitySchema = v.looseObject({ kind, ...envelope, body: v.nullable(v.looseObject({})) });

export const pullPageSchema = v.looseObject({
  changes: v.array(entitySchema),
  cursor: count,
  lastSeq: count,
  more: v.boolean(),
  resetRequired: v.boolean()
});

/** What a pull asks with: the query of its address. */
export const pullQuerySchema = v.looseObject({ deviceId, cursor: v.pipe(v.string(), v.regex(/^\d{1,15}$/)) });

/** The request as checked; kinds may be unknown, bodies are not checked yet. */
export function parsePushRequest(input: unknown): PushRequest | null {
  const parsed = v.safeParse(pushRequestSchema, input);
  // The types name the kinds of today; `applyOperation` answers for all others.
  return parsed.success ? (parsed.output as unknown as PushRequest) : null;
}

/** The answer as checked, or null. */
export function parsePushAnswer(input: unknown): PushAnswer | null {
  const parsed = v.safeParse(pushAnswerSchema, input);
  return parsed.success ? (parsed.output as PushAnswer) : null;
}

/** The page as checked, or null. */
export function parsePullPage(input: unknown): PullPage | null {
  const parsed = v.safeParse(pullPageSchema, input);
  return parsed.success ? (parsed.output as unknown as PullPage) : null;
}

function canStore(operations: unknown[]): boolean {
  try {
    return operations.every((operation) => isStorable(canonical(operation)));
  } catch {
    return false;
  }
}
