/** The adapter for a channel. */
import { createAlertmanager } from './alertmanager';
import { createEmail } from './email';
import type { Notifier } from './notifier';
import type { Network } from './reachable';
import type { Channel } from './recipient';
import { createWebPush, type Vapid } from './web-push';
import { createWebhook } from './webhook';

/** What adapters need besides their channel. */
export interface NotifierPlace {
  network: Network;
  nowMs: () => number;
  provideVapid: () => Promise<Vapid>;
}

export function openNotifier(channel: Channel, { network, nowMs, provideVapid }: NotifierPlace): Notifier {
  switch (channel.kind) {
    case 'webhook':
      return createWebhook(channel, network, nowMs);
    case 'email':
      return createEmail(channel, network);
    case 'alertmanager':
      return createAlertmanager(channel, network, nowMs);
    case 'web-push':
      return createWebPush(channel, network, provideVapid);
  }
}
