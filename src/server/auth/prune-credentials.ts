/** Deletes what opens no door any more: sessions that have ended by themselves, codes that were not used, nonces of old requests. */
import type { Db } from '../store/db';
import { mostSkewMs } from './device-signature';
import { sessionIdleMs } from './session';

/** Returns how many went. */
export async function pruneCredentials(db: Db, nowMs: number): Promise<number> {
  const sessions = await db.query('DELETE FROM session WHERE expires_ms <= $1 OR seen_ms <= $2 RETURNING 1', [
    nowMs,
    nowMs - sessionIdleMs
  ]);
  const codes = await db.query('DELETE FROM one_time_code WHERE expires_ms <= $1 RETURNING 1', [nowMs]);
  const nonces = await db.query('DELETE FROM device_nonce WHERE time_ms < $1 RETURNING 1', [nowMs - mostSkewMs]);
  return sessions.length + codes.length + nonces.length;
}
