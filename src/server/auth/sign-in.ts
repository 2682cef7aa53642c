/**
 * Coming in: the first administrator by the code on the console, everybody by name and password, a new password by a code. Who gets it
 * wrong learns nothing of which part was wrong, neither from the answer nor from its time. Each function opens a session and returns its
 * token, in the transaction that judges; undefined is a refusal.
 */
import { randomUUID } from 'node:crypto';
import type { Db, Queries } from '../store/db';
import { lockAccounts } from './account-lock';
import { hasAdministrator, nameKey } from './accounts';
import { appendAudit, type AuditKind, type Deed } from './audit';
import { makeOneTimeCode, useOneTimeCode } from './one-time-code';
import { checkPassword, hashPassword, type ScryptCost } from './password';
import { endSessions, openSession } from './session';

/** Who comes in: what the audit log keeps, and what the browser calls itself. */
export interface Comer extends Deed {
  agent: string;
}

/**
 * Makes the code for the first administrator, where none can sign in, and prints it; the code of the start before holds no more. With
 * `isRecovery` a code is made anyhow, for a plant whose administrator has lost the password.
 */
export async function announceFirst(
  db: Db,
  { nowMs, print, isRecovery }: { nowMs: number; print: (line: string) => void; isRecovery: boolean }
): Promise<void> {
  const code = await db.tx(async (queries) => {
    await lockAccounts(queries);
    await queries.query(`DELETE FROM one_time_code WHERE purpose = 'first'`);
    if (!isRecovery && (await hasAdministrator(queries))) return undefined;
    return makeOneTimeCode(queries, 'first', { accountId: null, grant: null }, nowMs, Number.MAX_SAFE_INTEGER);
  });
  if (code !== undefined) print(`To make the administrator, open Pumpside and enter this code: ${code}`);
}

/** Makes the administrator, or makes the account of that name one. */
export async function makeFirst(
  db: Db,
  asked: { code: string; name: string; password: string },
  cost: ScryptCost,
  comer: Comer
): Promise<string | undefined> {
  const hash = await hashPassword(asked.password, cost);
  return db.tx(async (queries) => {
    await lockAccounts(queries);
    if (!(await useOneTimeCode(queries, 'first', asked.code, comer.atMs)))
      return refuse(queries, comer, '', 'first code');
    const [row] = await queries.query<{ id: string }>(
      `INSERT INTO account (id, name, name_key, password, role, groups, created_ms)
       VALUES ($1, $2, $3, $4, 'administrator', '{}', $5)
       ON CONFLICT (name_key) DO UPDATE SET password = $4, role = 'administrator', is_disabled = false RETURNING id`,
      [randomUUID(), asked.name.trim(), nameKey(asked.name), hash, comer.atMs]
    );
    await endSessions(queries, row!.id, null);
    return letIn(queries, comer, 'administrator-made', row!.id);
  });
}

/** By name and password. */
export async function signIn(
  db: Db,
  asked: { name: string; password: string },
  cost: ScryptCost,
  comer: Comer
): Promise<string | undefined> {
  const [row] = await db.query<{ id: string; password: string | null }>(
    'SELECT id, password FROM account WHERE name_key = $1',
    [nameKey(asked.name)]
  );
  const { isRight, isOutdated } = await checkPassword(asked.password, row?.password ?? null, cost);
  const hash = isRight && isOutdated ? await hashPassword(asked.password, cost) : null;
  return db.tx(async (queries) => {
    // Only where the password is still the one that was checked: it may have been taken away meanwhile.
    const isIn = row && isRight && (await keepPassword(queries, row.id, row.password, hash));
    return isIn
      ? letIn(queries, comer, 'signed-in', row.id)
      : refuse(queries, comer, row ? `user:${row.id}` : '', 'password');
  });
}

/** By the code that was made for a new password. */
export async function setPasswordByCode(
  db: Db,
  asked: { code: string; password: string },
  cost: ScryptCost,
  comer: Comer
): Promise<string | undefined> {
  const hash = await hashPassword(asked.password, cost);
  return db.tx(async (queries) => {
    await lockAccounts(queries);
    const used = await useOneTimeCode(queries, 'password', asked.code, comer.atMs);
    const [row] = await queries.query<{ id: string }>(
      'UPDATE account SET password = $2 WHERE id = $1 AND NOT is_disabled RETURNING id',
      [used?.accountId ?? null, hash]
    );
    if (!row) return refuse(queries, comer, used?.accountId ? `user:${used.accountId}` : '', 'password code');
    return letIn(queries, comer, 'password-changed', row.id);
  });
}

/** Changes the password of somebody who is signed in and knows the present one; ends all their other sessions. */
export async function changePassword(
  db: Db,
  asked: { userId: string; sessionId: string; present: string; password: string },
  cost: ScryptCost,
  deed: Deed
): Promise<boolean> {
  const { userId, sessionId, present, password } = asked;
  const [row] = await db.query<{ password: string | null }>('SELECT password FROM account WHERE id = $1', [userId]);
  const { isRight } = await checkPassword(present, row?.password ?? null, cost);
  const hash = isRight ? await hashPassword(password, cost) : null;
  return db.tx(async (queries) => {
    const isChanged = row && isRight && (await keepPassword(queries, userId, row.password, hash));
    if (isChanged) await endSessions(queries, userId, sessionId);
    const by = isChanged ? {} : { by: 'present password' };
    await appendAudit(queries, deed, isChanged ? 'password-changed' : 'sign-in-failed', `user:${userId}`, by);
    return isChanged === true;
  });
}

/** Puts a new hash, or for null leaves the one there is; false where the kept one is no more, or the account is disabled. */
async function keepPassword(queries: Queries, id: string, kept: string | null, hash: string | null): Promise<boolean> {
  const rows = await queries.query(
    'UPDATE account SET password = COALESCE($3, password) WHERE id = $1 AND password = $2 AND NOT is_disabled RETURNING id',
    [id, kept, hash]
  );
  return rows.length > 0;
}

async function letIn(queries: Queries, comer: Comer, kind: AuditKind, accountId: string): Promise<string> {
  const token = await openSession(queries, accountId, comer);
  await appendAudit(queries, { ...comer, actor: `user:${accountId}` }, kind, `user:${accountId}`);
  return token;
}

async function refuse(queries: Queries, comer: Comer, subject: string, by: string): Promise<undefined> {
  await appendAudit(queries, comer, 'sign-in-failed', subject, { by });
  return undefined;
}
