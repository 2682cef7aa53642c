/** Notifications over an open database, wired: what runs in the background, and what the endpoints need. */
import type { NotificationPlace } from '../api/notification-routes';
import { createNotifications, type NotificationsPlace } from './notifications';
import { openNotifier } from './open-notifier';
import { provideKeyPair } from './vapid';

type Place = Omit<NotificationsPlace, 'openNotifier'>;

/** What a plant sets. */
export interface NotificationSettings {
  /** Whether messages may go to addresses of the plant's own network. */
  allowsPrivate: boolean;
  /** How push services reach who runs this server: `mailto:` or `https:`. */
  contact: string;
}

/** Starts at once. Whoever opens it closes it, before the database. */
export function openNotifications(
  place: Place,
  { allowsPrivate, contact }: NotificationSettings
): { endpoints: NotificationPlace; close(): Promise<void> } {
  const { db, clock, newId } = place;
  const adapters = {
    network: { allowsPrivate },
    nowMs: clock.now,
    provideVapid: async () => ({ subject: contact, ...(await provideKeyPair(db)) })
  };
  const open: NotificationPlace['openNotifier'] = (channel) => openNotifier(channel, adapters);
  const running = createNotifications({ ...place, openNotifier: open });
  const endpoints: NotificationPlace = {
    db,
    nowMs: clock.now,
    newId,
    openNotifier: open,
    providePublicKey: async () => (await provideKeyPair(db)).publicKey,
    wake: () => running.wake()
  };
  return { endpoints, close: () => running.close() };
}

/** Reads the settings from the environment: `NOTIFY_PRIVATE=1`, `NOTIFY_CONTACT`. */
export function readNotificationSettings(env: Record<string, string | undefined>): NotificationSettings {
  const contact = env.NOTIFY_CONTACT ?? '';
  const isContact = /^(mailto:.+@.+|https:\/\/.+)$/.test(contact);
  return { allowsPrivate: env.NOTIFY_PRIVATE === '1', contact: isContact ? contact : 'mailto:nobody@pumpside.invalid' };
}
