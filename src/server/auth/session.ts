/**
 * Sessions: a person signed in on a browser. The browser holds a random token, the database its hash; a session ends when it is ended,
 * was not used for a while, or is old.
 */
import { randomUUID } from 'node:crypto';
import type { Role } from '../../lib/domain/role';
import type { Queries } from '../store/db';
import { hashToken, makeToken } from './secret';

const dayMs = 24 * 3600_000;
/** A week's holiday ends a session, and a month does whatever happens. */
export const sessionIdleMs = 7 * dayMs;
export const sessionLongestMs = 30 * dayMs;
/** Being seen is written down this often at most, so that reading costs no write each time. */
const seenEveryMs = 60_000;
const mostOfOneAccount = 50;

/** Who is signed in by a session. */
export interface SessionOwner {
  sessionId: string;
  userId: string;
  name: string;
  role: Role;
  groups: string[];
}

/** A session as its owner sees it. */
export interface SessionInfo {
  id: string;
  openedMs: number;
  seenMs: number;
  expiresMs: number;
  /** What the browser calls itself, and its address when it signed in. */
  agent: string;
  address: string;
}

/** Opens a session and returns its token, for the cookie alone. */
export async function openSession(
  queries: Queries,
  accountId: string,
  { agent, address, atMs: nowMs }: { agent: string; address: string; atMs: number }
): Promise<string> {
  const token = makeToken();
  await queries.query(
    `INSERT INTO session (token_hash, id, account_id, opened_ms, seen_ms, expires_ms, agent, address)
     VALUES ($1, $2, $3, $4, $4, $5, $6, $7)`,
    [hashToken(token), randomUUID(), accountId, nowMs, nowMs + sessionLongestMs, agent.slice(0, 200), address]
  );
  await queries.query(
    `DELETE FROM session WHERE account_id = $3 AND (expires_ms <= $1 OR seen_ms <= $2
       OR token_hash IN (SELECT token_hash FROM session WHERE account_id = $3 ORDER BY seen_ms DESC, id OFFSET $4))`,
    [nowMs, nowMs - sessionIdleMs, accountId, mostOfOneAccount]
  );
  return token;
}

/** Who a token belongs to; undefined where the session has ended or its account is disabled. */
export async function findSession(queries: Queries, token: string, nowMs: number): Promise<SessionOwner | undefined> {
  const [row] = await queries.query<{
    session_id: string;
    seen_ms: number;
    id: string;
    name: string;
    role: Role;
    groups: string[];
  }>(
    `SELECT s.id AS session_id, s.seen_ms, a.id, a.name, a.role, a.groups FROM session s JOIN account a ON a.id = s.account_id
     WHERE s.token_hash = $1 AND s.expires_ms > $2 AND s.seen_ms > $3 AND NOT a.is_disabled`,
    [hashToken(token), nowMs, nowMs - sessionIdleMs]
  );
  if (!row) return undefined;
  if (nowMs - row.seen_ms >= seenEveryMs) {
    await queries.query('UPDATE session SET seen_ms = $1 WHERE id = $2', [nowMs, row.session_id]);
  }
  const { session_id: sessionId, id: userId, name, role, groups } = row;
  return { sessionId, userId, name, role, groups };
}

/** The account's sessions, the one used last first. */
export async function listSessions(queries: Queries, accountId: string, nowMs: number): Promise<SessionInfo[]> {
  const rows = await queries.query<{
    id: string;
    opened_ms: number;
    seen_ms: number;
    expires_ms: number;
    agent: string;
    address: string;
  }>(
    `SELECT id, opened_ms, seen_ms, expires_ms, agent, address FROM session
     WHERE account_id = $1 AND expires_ms > $2 AND seen_ms > $3 ORDER BY seen_ms DESC, id`,
    [accountId, nowMs, nowMs - sessionIdleMs]
  );
  return rows.map(({ id, opened_ms, seen_ms, expires_ms, agent, address }) => ({
    id,
    openedMs: opened_ms,
    seenMs: seen_ms,
    expiresMs: expires_ms,
    agent,
    address
  }));
}

/** Ends one of the account's sessions; false where it has no such. */
export async function endSession(queries: Queries, accountId: string, sessionId: string): Promise<boolean> {
  const rows = await queries.query('DELETE FROM session WHERE account_id = $1 AND id = $2 RETURNING id', [
    accountId,
    sessionId
  ]);
  return rows.length > 0;
}

/** Ends all of the account's sessions, or all but one. */
export async function endSessions(queries: Queries, accountId: string, exceptId: string | null): Promise<void> {
  await queries.query('DELETE FROM session WHERE account_id = $1 AND id IS DISTINCT FROM $2::uuid', [
    accountId,
    exceptId
  ]);
}
