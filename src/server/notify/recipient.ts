/** Who is told of alarms, how, and when: a route that a person manages, or a browser that its user has subscribed. */
import type { AlarmPriority } from '../../lib/domain/alarm';
import type { MailSecurity, QuietHours } from '../../lib/domain/notification-route';

/** Where messages go. `secret` never leaves the server but to that place; it may be empty. */
export type Channel =
  /** HTTP POST of JSON; the secret signs it. */
  | { kind: 'webhook'; url: string; secret: string }
  /** SMTP; the secret is the password of `user`. */
  | {
      kind: 'email';
      host: string;
      port: number;
      security: MailSecurity;
      user: string;
      secret: string;
      from: string;
      to: string[];
    }
  /** The address before `/api/v2/alerts`; the secret is a bearer token. */
  | { kind: 'alertmanager'; url: string; secret: string }
  /** A browser's push service; the secret authenticates what is sent to the browser. */
  | { kind: 'web-push'; endpoint: string; p256dh: string; secret: string };

/** True for a place that shows alarms as they stand until it hears otherwise, rather than telling people once. */
export function showsStanding({ kind }: Channel): boolean {
  return kind === 'alertmanager';
}

export interface Recipient {
  id: string;
  channel: Channel;
  /** Equipment groups; null for all. Pumps of no group are everybody's. */
  groups: string[] | null;
  /** Alarms less urgent than this are not told. */
  leastPriority: AlarmPriority;
  tellsReturn: boolean;
  tellsAcknowledged: boolean;
  /** Alarms of one pump, or of one group, within `bundleMs` become one message. */
  bundleBy: 'asset' | 'group' | 'nothing';
  bundleMs: number;
  /** Only critical alarms are told then; the others wait. Null for none. */
  quiet: QuietHours | null;
}
