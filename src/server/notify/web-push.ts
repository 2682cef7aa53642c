/**
 * Messages to browsers. What passes through a browser maker's push service is encrypted to the browser's own key, and says even so nothing
 * but that there is something, how urgent, how many, and the id under which the browser finds a single alarm.
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

/** All that is sent; `count` alarms, and which one where it is one. */
function makePoke({ kind, notices }: Message) {
  const [first] = [...notices].sort((a, b) => rank(a.priority) - rank(b.priority));
  const alarms = new Set(notices.map(({ alarmId }) => alarmId));
  const [alarmId = null] = alarms;
  return { kind, severity: first?.priority ?? null, count: alarms.size, alarmId: alarms.size === 1 ? alarmId : null };
}
