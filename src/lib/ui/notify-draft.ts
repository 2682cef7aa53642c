/** What the form of a notification route holds, from and to what the backend takes. It must not know what is valid: the backend says so. */
import type { AlarmPriority } from '../domain/alarm';
import type { MailSecurity, NotificationChannel, NotificationRoute, QuietHours } from '../domain/notification-route';
import type { NotifyChannelKind } from './notify-words';

/** The fields. Lists are text, separated by commas. */
export interface NotifyDraft {
  name: string;
  kind: NotifyChannelKind;
  url: string;
  host: string;
  port: number;
  security: MailSecurity;
  user: string;
  from: string;
  to: string;
  /** Empty: the one that is kept stays, unless `dropsSecret`. */
  secret: string;
  dropsSecret: boolean;
  isForAll: boolean;
  groups: string;
  leastPriority: AlarmPriority;
  bundleBy: NotificationRoute['bundleBy'];
  bundleS: number;
  tellsReturn: boolean;
  tellsAcknowledged: boolean;
  quiet: QuietHours | null;
}

const fresh: NotifyDraft = {
  name: '',
  kind: 'webhook',
  url: '',
  host: '',
  port: 587,
  security: 'starttls',
  user: '',
  from: '',
  to: '',
  secret: '',
  dropsSecret: false,
  isForAll: true,
  groups: '',
  leastPriority: 'high',
  bundleBy: 'asset',
  bundleS: 10,
  tellsReturn: true,
  tellsAcknowledged: false,
  quiet: null
};

/** The fields as the form begins with them: those of the route, or of a new one. */
export function draftRoute(route: NotificationRoute | null): NotifyDraft {
  if (route === null) return { ...fresh };
  const { name, groups, leastPriority, bundleBy, bundleMs, tellsReturn, tellsAcknowledged, quiet, channel } = route;
  const place =
    channel.kind === 'email'
      ? { ...pick(channel), to: channel.to.join(', ') }
      : { kind: channel.kind, url: channel.url };
  const whom = { isForAll: groups === null, groups: (groups ?? []).join(', ') };
  const when = { leastPriority, bundleBy, bundleS: bundleMs / 1000, tellsReturn, tellsAcknowledged, quiet };
  return { ...fresh, name, ...place, ...whom, ...when };
}

/** What the backend is asked for. Without a secret in it, it keeps the one it has. */
export function writeRoute(draft: NotifyDraft): object {
  const { name, kind, url, to, secret, dropsSecret, isForAll, groups, bundleS } = draft;
  const { leastPriority, bundleBy, tellsReturn, tellsAcknowledged, quiet } = draft;
  const { host, user, from, ...mail } = pick({ ...draft, kind: 'email' });
  const place =
    kind === 'email'
      ? { ...mail, host: host.trim(), user: user.trim(), from: from.trim(), to: readList(to) }
      : { kind, url: url.trim() };
  return {
    name: name.trim(),
    groups: isForAll ? null : readList(groups),
    leastPriority,
    tellsReturn,
    tellsAcknowledged,
    bundleBy,
    bundleMs: Math.round(bundleS * 1000),
    quiet,
    channel: { ...place, ...(secret !== '' || dropsSecret ? { secret } : {}) }
  };
}

function pick({ kind, host, port, security, user, from }: Omit<Extract<NotificationChannel, { kind: 'email' }>, 'to'>) {
  return { kind, host, port, security, user, from };
}

function readList(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
