/** Whom the backend tells of alarms, and how, as it shows this to people who manage it. */
import type { AlarmPriority } from './alarm';

/** Every day from `from` to `to` (`HH:MM`, over midnight where it is earlier), by the clocks of an IANA time zone. */
export interface QuietHours {
  from: string;
  to: string;
  timeZone: string;
}

/** How an SMTP server is spoken to: encrypted from the start, from `STARTTLS` on, or not. */
export type MailSecurity = 'tls' | 'starttls' | 'none';

/** Where messages go. */
export type NotificationChannel =
  /** HTTP POST of JSON. */
  | { kind: 'webhook'; url: string }
  /** The address before `/api/v2/alerts`. */
  | { kind: 'alertmanager'; url: string }
  /** SMTP. */
  | { kind: 'email'; host: string; port: number; security: MailSecurity; user: string; from: string; to: string[] };

/** What somebody is told of, and in what portions. */
export interface NotificationChoice {
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

/** A route as the backend shows it: whether it has a secret, and never which. */
export interface NotificationRoute extends NotificationChoice {
  id: string;
  name: string;
  isEnabled: boolean;
  channel: NotificationChannel & { hasSecret: boolean };
}
