/** Who is told of alarms, how, and when: a route that a person manages, or a browser that its user has subscribed. */
import type { NotificationChannel, NotificationChoice } from '../../lib/domain/notification-route';

/**
 * Where messages go. `secret` never leaves the server but to that place; it may be empty. It signs what a webhook gets, is the
 * password of a mail's `user`, Alertmanager's bearer token, and what authenticates a push to the browser.
 */
export type Channel =
  | (NotificationChannel & { secret: string })
  /** A browser's push service. */
  | { kind: 'web-push'; endpoint: string; p256dh: string; secret: string };

/** True for a place that shows alarms as they stand until it hears otherwise, rather than telling people once. */
export function showsStanding({ kind }: Channel): boolean {
  return kind === 'alertmanager';
}

export interface Recipient extends NotificationChoice {
  id: string;
  channel: Channel;
}
