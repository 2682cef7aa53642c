/**
 * API keys: for gateways and programs that send readings or read alarms. A key is shown once, when it is made; afterwards only its
 * beginning is known, by which a person tells it from others.
 */
import { randomUUID } from 'node:crypto';
import type { Permission } from '../../lib/domain/role';
import type { Db, Queries } from '../store/db';
import { appendAudit, type Deed } from './audit';
import { hashToken, makeToken } from './secret';

const opening = 'pk_';
const shownCharacters = 11;
const usedEveryMs = 60_000;
const mostListed = 5000;

/** A key as it is listed. */
export interface ApiKeyInfo {
  id: string;
  name: string;
  /** The key's first characters. */
  prefix: string;
  permissions: Permission[];
  groups: string[];
  madeMs: number;
  /** Null for one that holds until it is revoked. */
  expiresMs: number | null;
  usedMs: number | null;
  revokedMs: number | null;
}

export type ApiKeyWish = Pick<ApiKeyInfo, 'name' | 'permissions' | 'groups' | 'expiresMs'>;

/** Whose a key is and what it may; `isRefused` where it holds no more. */
export interface FoundKey extends Pick<ApiKeyInfo, 'id' | 'name' | 'permissions' | 'groups'> {
  isRefused: boolean;
}

interface KeyRow {
  id: string;
  name: string;
  prefix: string;
  permissions: Permission[];
  groups: string[];
  made_ms: number;
  expires_ms: number | null;
  used_ms: number | null;
  revoked_ms: number | null;
}

const columns = 'id, name, prefix, permissions, groups, made_ms, expires_ms, used_ms, revoked_ms';

/** Makes a key; `key` is the only time it is seen. */
export function makeApiKey(
  db: Db,
  { name, permissions, groups, expiresMs }: ApiKeyWish,
  accountId: string | null,
  deed: Deed
): Promise<{ key: string; info: ApiKeyInfo }> {
  const key = `${opening}${makeToken()}`;
  return db.tx(async (queries) => {
    const [row] = await queries.query<KeyRow>(
      `INSERT INTO api_key (id, name, prefix, key_hash, permissions, groups, made_by, made_ms, expires_ms)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${columns}`,
      [
        randomUUID(),
        name,
        key.slice(0, shownCharacters),
        hashToken(key),
        permissions,
        groups,
        accountId,
        deed.atMs,
        expiresMs
      ]
    );
    const info = toInfo(row!);
    await appendAudit(queries, deed, 'key-made', `key:${info.id}`, { name, permissions, groups, expiresMs });
    return { key, info };
  });
}

/** All keys, the newest first. */
export async function listApiKeys(queries: Queries): Promise<ApiKeyInfo[]> {
  const rows = await queries.query<KeyRow>(
    `SELECT ${columns} FROM api_key ORDER BY made_ms DESC, id LIMIT ${mostListed}`
  );
  return rows.map(toInfo);
}

/** Takes a key out of use; false where there is no such key in use. */
export function revokeApiKey(db: Db, id: string, deed: Deed): Promise<boolean> {
  return db.tx(async (queries) => {
    const rows = await queries.query(
      'UPDATE api_key SET revoked_ms = $2 WHERE id = $1 AND revoked_ms IS NULL RETURNING id',
      [id, deed.atMs]
    );
    if (rows.length === 0) return false;
    await appendAudit(queries, deed, 'key-revoked', `key:${id}`);
    return true;
  });
}

/** Looks a key up; undefined where there never was one such. */
export async function findApiKey(queries: Queries, key: string, nowMs: number): Promise<FoundKey | undefined> {
  if (!key.startsWith(opening)) return undefined;
  const [row] = await queries.query<KeyRow>(`SELECT ${columns} FROM api_key WHERE key_hash = $1`, [hashToken(key)]);
  if (!row) return undefined;
  const isRefused = row.revoked_ms !== null || (row.expires_ms !== null && row.expires_ms <= nowMs);
  if (!isRefused && nowMs - (row.used_ms ?? -Infinity) >= usedEveryMs) {
    await queries.query('UPDATE api_key SET used_ms = $1 WHERE id = $2', [nowMs, row.id]);
  }
  return { id: row.id, name: row.name, permissions: row.permissions, groups: row.groups, isRefused };
}

function toInfo({ made_ms, expires_ms, used_ms, revoked_ms, ...row }: KeyRow): ApiKeyInfo {
  return { ...row, madeMs: made_ms, expiresMs: expires_ms, usedMs: used_ms, revokedMs: revoked_ms };
}
