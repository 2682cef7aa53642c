/**
 * Accounts of people: made, changed, disabled, never deleted, since the audit log names them. However accounts are changed, one
 * administrator who can sign in is left.
 */
import { randomUUID } from 'node:crypto';
import type { Role } from '../../lib/domain/role';
import type { Db, Queries } from '../store/db';
import { lockAccounts } from './account-lock';
import { appendAudit, type Deed } from './audit';
import { makeOneTimeCode } from './one-time-code';
import { endSessions } from './session';

/** How long a code for a password or a device holds: long enough to be carried to a pump the next morning. */
export const codeHoldsMs = 24 * 3600_000;

export interface Account {
  id: string;
  name: string;
  role: Role;
  groups: string[];
  isDisabled: boolean;
  /** False until a password was set with the code, or after a reset. */
  hasPassword: boolean;
  createdMs: number;
}

/** What can be changed of an account. */
export type AccountChange = Partial<Pick<Account, 'role' | 'groups' | 'isDisabled'>>;

/** A code shown once, and until when it holds, ms UTC. */
export interface MadeCode {
  code: string;
  expiresMs: number;
}

const columns = `id, name, role, groups, is_disabled, password IS NOT NULL AS has_password, created_ms`;
const mostListed = 5000;

interface AccountRow {
  id: string;
  name: string;
  role: Role;
  groups: string[];
  is_disabled: boolean;
  has_password: boolean;
  created_ms: number;
}

/** A name as it is compared: two that look the same are the same. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** All accounts, by name. */
export async function listAccounts(queries: Queries): Promise<Account[]> {
  const rows = await queries.query<AccountRow>(
    `SELECT ${columns} FROM account ORDER BY name_key COLLATE "C" LIMIT ${mostListed}`
  );
  return rows.map(toAccount);
}

/** True where some administrator can sign in. */
export async function hasAdministrator(queries: Queries): Promise<boolean> {
  return (await countAdministrators(queries, null)) > 0;
}

/** Makes an account without a password, and the code by which its owner sets one. */
export function makeAccount(
  db: Db,
  { name, role, groups }: Pick<Account, 'name' | 'role' | 'groups'>,
  deed: Deed
): Promise<{ account: Account; code: MadeCode } | 'name-taken'> {
  return db.tx(async (queries) => {
    await lockAccounts(queries);
    const [row] = await queries.query<AccountRow>(
      `INSERT INTO account (id, name, name_key, role, groups, created_ms) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (name_key) DO NOTHING RETURNING ${columns}`,
      [randomUUID(), name.trim(), nameKey(name), role, groups, deed.atMs]
    );
    if (!row) return 'name-taken';
    const code = await makePasswordCode(queries, row.id, deed.atMs);
    await appendAudit(queries, deed, 'account-made', `user:${row.id}`, { name: row.name, role, groups });
    return { account: toAccount(row), code };
  });
}

/** Changes an account; what is changed counts from its owner's next request on. Disabling ends all sessions. */
export function changeAccount(
  db: Db,
  id: string,
  change: AccountChange,
  deed: Deed
): Promise<Account | 'not-found' | 'last-administrator'> {
  return db.tx(async (queries) => {
    await lockAccounts(queries);
    const before = await findAccount(queries, id);
    if (!before) return 'not-found';
    const after = { ...before, ...change };
    const isLosingOne = isAdministrator(before) && !isAdministrator(after);
    if (isLosingOne && (await countAdministrators(queries, id)) === 0) return 'last-administrator';
    await queries.query('UPDATE account SET role = $2, groups = $3, is_disabled = $4 WHERE id = $1', [
      id,
      after.role,
      after.groups,
      after.isDisabled
    ]);
    if (after.isDisabled) await endSessions(queries, id, null);
    const changed = Object.keys(change) as (keyof AccountChange)[];
    const was = Object.fromEntries(changed.map((name) => [name, before[name]]));
    await appendAudit(queries, deed, 'account-changed', `user:${id}`, { before: was, after: change });
    return after;
  });
}

/** Takes the account's password and sessions away, and makes the code by which its owner sets a new one. */
export function resetPassword(db: Db, id: string, deed: Deed): Promise<MadeCode | 'not-found' | 'last-administrator'> {
  return db.tx(async (queries) => {
    await lockAccounts(queries);
    const account = await findAccount(queries, id);
    if (!account) return 'not-found';
    const isLast = isAdministrator(account) && (await countAdministrators(queries, id)) === 0;
    if (isLast) return 'last-administrator';
    await queries.query('UPDATE account SET password = NULL WHERE id = $1', [id]);
    await endSessions(queries, id, null);
    const code = await makePasswordCode(queries, id, deed.atMs);
    await appendAudit(queries, deed, 'password-reset', `user:${id}`);
    return code;
  });
}

async function makePasswordCode(queries: Queries, accountId: string, nowMs: number): Promise<MadeCode> {
  const expiresMs = nowMs + codeHoldsMs;
  return { code: await makeOneTimeCode(queries, 'password', { accountId, grant: null }, nowMs, expiresMs), expiresMs };
}

async function findAccount(queries: Queries, id: string): Promise<Account | undefined> {
  const [row] = await queries.query<AccountRow>(`SELECT ${columns} FROM account WHERE id = $1`, [id]);
  return row && toAccount(row);
}

function isAdministrator({ role, isDisabled, hasPassword }: Account): boolean {
  return role === 'administrator' && !isDisabled && hasPassword;
}

async function countAdministrators(queries: Queries, exceptId: string | null): Promise<number> {
  const [row] = await queries.query<{ count: number }>(
    `SELECT count(*) AS count FROM account
     WHERE role = 'administrator' AND NOT is_disabled AND password IS NOT NULL AND id IS DISTINCT FROM $1::uuid`,
    [exceptId]
  );
  return row!.count;
}

function toAccount(row: AccountRow): Account {
  const { id, name, role, groups, is_disabled: isDisabled, has_password: hasPassword, created_ms: createdMs } = row;
  return { id, name, role, groups, isDisabled, hasPassword, createdMs };
}
