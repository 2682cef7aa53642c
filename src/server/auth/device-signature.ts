/**
 * Checks the signature of a device over a request: whose it is, that it is over these bytes and this address, that it is of now, and
 * that it was not used before.
 */
import { createHash } from 'node:crypto';
import { signatureHeaders, signedText } from '../../lib/domain/signed-request';
import type { Db } from '../store/db';
import { findDevice, isSignedBy, readPublicKey, uuid, type DeviceCredential } from './devices';

/** How far the time of a signature may be from ours, either way. */
export const mostSkewMs = 5 * 60_000;
const sweepEveryMs = 60_000;

export type SignedBy =
  | { deviceId: string; credential: DeviceCredential }
  /** `deviceId` where a registered device is meant; `isKnown` where it is that device, which may no more. */
  | { refused: string; deviceId?: string; isKnown?: true };

/** Creates the check; undefined is a request that no device has signed. */
export function createSignatureCheck(
  db: Db,
  clock: () => number
): (request: Request, body: Uint8Array) => Promise<SignedBy | undefined> {
  let sweptMs = -Infinity;

  async function sweep(nowMs: number): Promise<void> {
    if (nowMs - sweptMs < sweepEveryMs) return;
    sweptMs = nowMs;
    // What another process sweeps at this moment is left to it.
    await db.query(
      `DELETE FROM device_nonce WHERE (device_id, nonce) IN
         (SELECT device_id, nonce FROM device_nonce WHERE time_ms < $1 FOR UPDATE SKIP LOCKED)`,
      [nowMs - mostSkewMs]
    );
  }

  return async (request, body) => {
    const [deviceId, time, nonce, signature] = Object.values(signatureHeaders).map((each) => request.headers.get(each));
    if (!deviceId && !signature) return undefined;
    if (!deviceId || !uuid.test(deviceId))
      return { refused: `${signatureHeaders.device} is not a UUID in small letters` };
    if (!time || !/^\d{1,15}$/.test(time)) return { refused: `${signatureHeaders.time} is not a time in ms` };
    if (!nonce || !/^[0-9a-f]{32}$/.test(nonce)) return { refused: `${signatureHeaders.nonce} is not 32 hex digits` };
    const credential = await findDevice(db, deviceId);
    const key = credential && readPublicKey(credential.key);
    if (!credential || !key) return { refused: 'the device is not registered' };

    const { pathname, search } = new URL(request.url);
    const timeMs = Number(time);
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    const text = signedText({ deviceId, method: request.method, path: pathname + search, timeMs, nonce, bodySha256 });
    if (!isSignedBy(key, text, signature ?? '')) return { refused: 'the signature is not over this request', deviceId };

    // What is said from here on, only the device itself learns.
    if (credential.isRefused) {
      const refused = 'the device’s key was revoked, or its owner’s account is disabled';
      return { refused, deviceId, isKnown: true };
    }
    const nowMs = clock();
    const skewMs = timeMs - nowMs;
    if (Math.abs(skewMs) > mostSkewMs) {
      const off = `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead' : 'behind'}`;
      return { refused: `the signature's time is ${off}; the server's is ${nowMs} ms, sign again by it`, deviceId };
    }
    await sweep(nowMs);
    const rows = await db.query(
      `WITH fresh AS (INSERT INTO device_nonce (device_id, nonce, time_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1)
       UPDATE device SET seen_ms = $4, skew_ms = $5 WHERE id = $1 AND EXISTS (SELECT 1 FROM fresh) RETURNING id`,
      [deviceId, nonce, timeMs, nowMs, skewMs]
    );
    return rows.length === 0 ? { refused: 'the request was sent before', deviceId } : { deviceId, credential };
  };
}
