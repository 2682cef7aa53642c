/**
 * Devices: tablets and gateways that sign what they send, so that what was done offline can be traced to where it was done. A device of
 * a person may what the person may, cut as `deviceRole` says; a device of the plant what its code gave it.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { deviceRole, type Role } from '../../lib/domain/role';
import { registrationText, type DevicePublicKey } from '../../lib/domain/signed-request';
import type { Db, Queries } from '../store/db';
import { lockAccounts } from './account-lock';
import { codeHoldsMs, type MadeCode } from './accounts';
import { appendAudit, type Deed } from './audit';
import { makeOneTimeCode, useOneTimeCode, type OneTimeCode } from './one-time-code';

/** A device as it is listed. */
export interface DeviceInfo {
  id: string;
  name: string;
  /** Whose it is; null for one of the plant. */
  accountId: string | null;
  role: Role;
  groups: string[];
  registeredMs: number;
  revokedMs: number | null;
  /** When it was heard last, and by how much its clock was ahead then, ms. */
  seenMs: number | null;
  skewMs: number | null;
}

/** What is needed to judge a device's signature. */
export interface DeviceCredential {
  key: DevicePublicKey;
  role: Role;
  groups: string[];
  /** Its key was revoked, or its owner's account is disabled. */
  isRefused: boolean;
}

export interface Registration {
  /** Id of the device's ledger, a UUID. */
  deviceId: string;
  name: string;
  code: string;
  publicKey: DevicePublicKey;
  /** The device's signature over `registrationText`, base64url. */
  signature: string;
}

const mostListed = 5000;

/** Ids of devices that can be registered. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Makes the code for a device; of the account's own where there is one. */
export function makeDeviceCode(db: Db, { accountId, grant }: OneTimeCode, deed: Deed): Promise<MadeCode> {
  return db.tx(async (queries) => {
    await lockAccounts(queries);
    const expiresMs = deed.atMs + codeHoldsMs;
    const code = await makeOneTimeCode(queries, 'device', { accountId, grant }, deed.atMs, expiresMs);
    await appendAudit(queries, deed, 'device-code-made', accountId ? `user:${accountId}` : '', { ...grant });
    return { code, expiresMs };
  });
}

/**
 * Registers a device. Asked again by the device that is registered already, it is done already: its answer may have been lost.
 * `id-taken` where another key has the id; a revoked device may come back with a new code and key.
 */
export function registerDevice(
  db: Db,
  asked: Registration,
  deed: Deed
): Promise<'registered' | 'bad-key' | 'bad-code' | 'id-taken'> {
  const key = readPublicKey(asked.publicKey);
  const text = registrationText(asked.deviceId, asked.code);
  if (!key || !isSignedBy(key, text, asked.signature)) return Promise.resolve('bad-key');
  return db.tx(async (queries) => {
    await lockAccounts(queries);
    const [known] = await queries.query<{ public_key: string; revoked_ms: number | null }>(
      'SELECT public_key, revoked_ms FROM device WHERE id = $1 FOR UPDATE',
      [asked.deviceId]
    );
    const publicKey = writePublicKey(asked.publicKey);
    if (known && known.revoked_ms === null) return known.public_key === publicKey ? 'registered' : 'id-taken';
    const used = await useOneTimeCode(queries, 'device', asked.code, deed.atMs);
    if (!used?.grant) {
      await appendAudit(queries, deed, 'credential-refused', `device:${asked.deviceId}`, { by: 'device code' });
      return 'bad-code';
    }
    const rows = await queries.query(
      `INSERT INTO device (id, name, public_key, account_id, role, groups, registered_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (id) DO UPDATE SET name = $2, public_key = $3, account_id = $4, role = $5, groups = $6, registered_ms = $7,
         revoked_ms = NULL WHERE device.revoked_ms IS NOT NULL RETURNING id`,
      [asked.deviceId, asked.name, publicKey, used.accountId, used.grant.role, used.grant.groups, deed.atMs]
    );
    // Somebody else came first with the same id: the code is used up all the same.
    if (rows.length === 0) return 'id-taken';
    const detail = { name: asked.name, accountId: used.accountId, ...used.grant };
    await appendAudit(queries, deed, 'device-registered', `device:${asked.deviceId}`, detail);
    return 'registered';
  });
}

/** All devices, or those of one account, by name. */
export async function listDevices(queries: Queries, ofAccountId: string | null): Promise<DeviceInfo[]> {
  const rows = await queries.query<{
    id: string;
    name: string;
    account_id: string | null;
    role: Role;
    groups: string[];
    registered_ms: number;
    revoked_ms: number | null;
    seen_ms: number | null;
    skew_ms: number | null;
  }>(
    `SELECT d.id, d.name, d.account_id, COALESCE(a.role, d.role) AS role, COALESCE(a.groups, d.groups) AS groups,
       d.registered_ms, d.revoked_ms, d.seen_ms, d.skew_ms
     FROM device d LEFT JOIN account a ON a.id = d.account_id
     WHERE $1::uuid IS NULL OR d.account_id = $1 ORDER BY d.name COLLATE "C", d.id LIMIT ${mostListed}`,
    [ofAccountId]
  );
  return rows.map(({ account_id, registered_ms, revoked_ms, seen_ms, skew_ms, role, ...row }) => ({
    ...row,
    accountId: account_id,
    role: deviceRole(role),
    registeredMs: registered_ms,
    revokedMs: revoked_ms,
    seenMs: seen_ms,
    skewMs: skew_ms
  }));
}

/** Takes a device's key out of use, of any account or of one; false where there is no such device in use. */
export function revokeDevice(db: Db, id: string, ofAccountId: string | null, deed: Deed): Promise<boolean> {
  return db.tx(async (queries) => {
    const rows = await queries.query(
      `UPDATE device SET revoked_ms = $2 WHERE id = $1 AND revoked_ms IS NULL AND ($3::uuid IS NULL OR account_id = $3)
       RETURNING id`,
      [id, deed.atMs, ofAccountId]
    );
    if (rows.length === 0) return false;
    await appendAudit(queries, deed, 'device-revoked', `device:${id}`);
    return true;
  });
}

/** Key and rights of a device; undefined where no such device was ever registered. */
export async function findDevice(queries: Queries, id: string): Promise<DeviceCredential | undefined> {
  const [row] = await queries.query<{ public_key: string; role: Role; groups: string[]; is_refused: boolean }>(
    `SELECT d.public_key, COALESCE(a.role, d.role) AS role, COALESCE(a.groups, d.groups) AS groups,
       d.revoked_ms IS NOT NULL OR a.is_disabled IS TRUE AS is_refused
     FROM device d LEFT JOIN account a ON a.id = d.account_id WHERE d.id = $1`,
    [id]
  );
  if (!row) return undefined;
  const key = JSON.parse(row.public_key) as DevicePublicKey;
  return { key, role: deviceRole(row.role), groups: row.groups, isRefused: row.is_refused };
}

/** True where the device has a key, revoked or not: nobody else speaks for it from then on. */
export async function hasDeviceKey(queries: Queries, id: string): Promise<boolean> {
  if (!uuid.test(id)) return false;
  return (await queries.query('SELECT 1 FROM device WHERE id = $1', [id])).length > 0;
}

/** The key as Node uses it; undefined where it is not a point of P-256. */
export function readPublicKey({ kty, crv, x, y }: DevicePublicKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** True where the text was signed with the key's other half. */
export function isSignedBy(key: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}

function writePublicKey({ kty, crv, x, y }: DevicePublicKey): string {
  return JSON.stringify({ kty, crv, x, y });
}
