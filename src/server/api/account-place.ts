/** What the endpoints about accounts, devices and keys share: what they work on, who does it, and what they answer when they refuse. */
import * as v from 'valibot';
import { permissionsOf, type Permission } from '../../lib/domain/role';
import type { Deed } from '../auth/audit';
import type { ScryptCost } from '../auth/password';
import type { TryLimit } from '../auth/rate-limit';
import type { Db } from '../store/db';
import { callerId } from './access';
import { refusalSchema } from './openapi';
import type { Answer, Asked, Caller, Route } from './route';

export interface AccountPlace {
  db: Db;
  /** ms UTC. */
  clock: () => number;
  /** Cost of a new password's hash. */
  cost: ScryptCost;
  /** Of passwords and codes. */
  tries: TryLimit;
  /** Whether `X-Forwarded-*` come from a proxy of the plant and can be believed. */
  trustsProxy: boolean;
}

type AnyAsked = Asked<unknown, unknown, unknown>;

const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80), v.regex(/^\P{C}+$/u));
/** A name that people read, of a person, device or key. */
export const nameSchema = name;
export const groupsSchema = v.pipe(v.array(name), v.maxLength(200));
/** Checked where it is used, so that no answer repeats what is wrong with it. */
export const secretSchema = v.pipe(v.string(), v.maxLength(2000));
export const idSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID in small letters')
);
export const timeSchema = v.pipe(v.number(), v.safeInteger());
export const codeSchema = v.strictObject({ code: v.string(), expiresMs: timeSchema });

/** Rows of the table of answers for refusals that a handler gives itself. */
export function refusals(...statuses: number[]): Route['answers'] {
  const entries = statuses.map((status) => [status, { describes: 'Refused.', schema: refusalSchema }]);
  return Object.fromEntries(entries) as Route['answers'];
}

/** A refusal by a handler. `found` holds nothing that opens a door. */
export function refused(
  asked: AnyAsked,
  status: number,
  error: string,
  [where, found, expected]: [where: string, found: string, expected: string],
  headers: Record<string, string> = {}
): Answer {
  return { status, body: { error, where, found, expected, requestId: asked.requestId }, headers };
}

/** What the audit log keeps of a call. */
export function deedOf(place: AccountPlace, asked: AnyAsked): Deed {
  return { actor: callerId(asked.caller), address: asked.address, atMs: place.clock() };
}

/** All that a caller may do. */
export function permissionsOfCaller(caller: Caller): readonly Permission[] {
  if (caller.kind === 'nobody') return [];
  return caller.kind === 'key' ? caller.permissions : permissionsOf(caller.role);
}
