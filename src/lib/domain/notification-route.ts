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
  | { kind: 'webhook' | 'alertmanager'; url: string }
  | { kind: 'email'; host: string; port: number; security: MailSecurity; user: string; from: string; to: string[] };

/** A route as the backend shows it: whether it has a secret, and never which. */
export interface NotificationRoute {
  id: string;
  name: string;
  isEnabled: boolean;
  /** Null for all pumps; those of no group are always among them. */
  groups: string[] | null;
  leastPriority: AlarmPriority;
  tellsReturn: boolean;
  tellsAcknowledged: boolean;
  bundleBy: 'asset' | 'group' | 'nothing';
  bundleMs: number;
  quiet: QuietHours | null;
  channel: NotificationChannel & { hasSecret: boolean };
}
