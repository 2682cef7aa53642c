/**
 * Messages by HTTP POST of JSON. `X-Pumpside-Signature` is `sha256=` and the HMAC-SHA-256, hex, of the time in `X-Pumpside-Timestamp`
 * (seconds), a point, and the body; `Idempotency-Key` is the same whenever the message is sent again.
 */
import { createHmac } from 'node:crypto';
import type { Notifier } from './notifier';
import { post } from './post';
import type { Network } from './reachable';
import type { Channel } from './recipient';

/** Creates the adapter. `nowMs` is the wall clock, for the signature. */
export function createWebhook(
  { url, secret }: Extract<Channel, { kind: 'webhook' }>,
  network: Network,
  nowMs: () => number
): Notifier {
  return {
    async send({ id, kind, notices }, signal) {
      const body = JSON.stringify({ id, kind, notices });
      const seconds = Math.floor(nowMs() / 1000);
      const headers: Record<string, string> = {
        'Content-Type': 'application/json',
        'User-Agent': 'Pumpside',
        'Idempotency-Key': id,
        'X-Pumpside-Timestamp': String(seconds)
      };
      if (secret !== '') headers['X-Pumpside-Signature'] = signBody(secret, seconds, body);
      const sent = await post(network, { url, headers, body }, signal);
      // An address that a person typed is not gone, but wrong.
      return sent.ok ? sent : { ...sent, gone: false };
    }
  };
}

/** The signature as it stands in the header. */
function signBody(secret: string, seconds: number, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
