/**
 * Messages to browsers. What passes through a browser maker's push service is encrypted, and says even so nothing but that there is
 * something, how urgent, and how many.
 */
import webPush from 'web-push';
import { rank } from './notice';
import { failForGood, type Message, type Notifier } from './notifier';
import { post } from './post';
import type { Network } from './reachable';
import type { Channel } from './recipient';

/** The server's key pair, and how the push services reach who runs it (`mailto:` or `https:`). */
export interface Vapid {
  subject: string;
  publicKey: string;
  privateKey: string;
}

/** After so long a browser that was off need not be told. */
const keepS = 86_400;

/** Creates the adapter. A subscription that the push service no longer knows is gone. */
export function createWebPush(
  { endpoint, p256dh, secret }: Extract<Channel, { kind: 'web-push' }>,
  network: Network,
  provideVapid: () => Promise<Vapid>
): Notifier {
  return {
    async send(message, signal) {
      const vapidDetails = await provideVapid();
      const poke = makePoke(message);
      const isUrgent = poke.severity === 'critical' || poke.severity === 'high';
      let details;
      try {
        details = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth: secret } }, JSON.stringify(poke), {
          vapidDetails,
          TTL: keepS,
          contentEncoding: 'aes128gcm',
          urgency: isUrgent ? 'high' : 'normal',
          // Of several that wait for a browser the newest says enough.
          topic: `alarms-${poke.severity ?? 'test'}`
        });
      } catch {
        return failForGood('the subscription’s keys are not usable');
      }
      return post(network, { url: endpoint, headers: details.headers, body: details.body }, signal);
    }
  };
}

/** All that is sent. */
function makePoke({ kind, notices }: Message): { kind: Message['kind']; severity: string | null; count: number } {
  const [first] = [...notices].sort((a, b) => rank(a.priority) - rank(b.priority));
  return { kind, severity: first?.priority ?? null, count: notices.length };
}
