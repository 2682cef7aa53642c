/** Codes that work once: for the first administrator, for a password to be set, for a device to be registered. */
import type { Role } from '../../lib/domain/role';
import { readCode } from '../../lib/domain/signed-request';
import type { Queries } from '../store/db';
import { hashToken, makeCode } from './secret';

export type CodePurpose = 'first' | 'password' | 'device';

/** What a device's code gives to the device that uses it. An owner's role and groups go before these. */
export interface DeviceGrant {
  role: Role;
  groups: string[];
}

export interface OneTimeCode {
  accountId: string | null;
  grant: DeviceGrant | null;
}

/** Makes a code that holds until `expiresMs`; earlier ones for the same password, or for the first administrator, hold no more. */
export async function makeOneTimeCode(
  queries: Queries,
  purpose: CodePurpose,
  { accountId, grant }: OneTimeCode,
  nowMs: number,
  expiresMs: number
): Promise<string> {
  await queries.query(
    `DELETE FROM one_time_code
     WHERE expires_ms <= $1 OR ($2 <> 'device' AND purpose = $2 AND account_id IS NOT DISTINCT FROM $3::uuid)`,
    [nowMs, purpose, accountId]
  );
  const code = makeCode();
  await queries.query(
    'INSERT INTO one_time_code (code_hash, purpose, account_id, grants, expires_ms) VALUES ($1, $2, $3, $4, $5)',
    [hashToken(readCode(code)), purpose, accountId, JSON.stringify(grant), expiresMs]
  );
  return code;
}

/** Uses a code up. Undefined where there is none such, for this purpose, that still holds. */
export async function useOneTimeCode(
  queries: Queries,
  purpose: CodePurpose,
  typed: string,
  nowMs: number
): Promise<OneTimeCode | undefined> {
  const [row] = await queries.query<{ account_id: string | null; grants: string }>(
    'DELETE FROM one_time_code WHERE code_hash = $1 AND purpose = $2 AND expires_ms > $3 RETURNING account_id, grants',
    [hashToken(readCode(typed)), purpose, nowMs]
  );
  return row && { accountId: row.account_id, grant: JSON.parse(row.grants) as DeviceGrant | null };
}
