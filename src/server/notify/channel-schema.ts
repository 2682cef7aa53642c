/** Routes as they come in and go out over HTTP: secrets come in and never go out. */
import * as v from 'valibot';
import { alarmPriorities } from '../../lib/domain/alarm';
import type { NotificationRoute as ShownRoute } from '../../lib/domain/notification-route';
import { groupsSchema, nameSchema } from '../api/account-place';
import { isTimeZone } from './due';
import type { Channel } from './recipient';
import type { NotificationRoute } from './routes-store';

/** An address of the web without a user or a fragment. */
export const webAddress = v.pipe(
  v.string(),
  v.maxLength(2000),
  v.regex(/^https?:\/\/[\w.:[\]-]+(?:[/?][!-"$-~]*)?$/, 'an address that begins with https://')
);
const mailAddress = v.pipe(v.string(), v.maxLength(254), v.regex(/^[\w.+-]{1,64}@[\w.-]{1,180}$/, 'name@host'));
const host = v.pipe(v.string(), v.maxLength(253), v.regex(/^[\w.:-]+$/, 'a name or an address'));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
/** Left out of a change, the one that is kept stays. */
const secret = v.optional(v.pipe(v.string(), v.maxLength(500), v.regex(/^\P{C}*$/u)));
const line = v.pipe(v.string(), v.maxLength(200), v.regex(/^\P{C}*$/u));

const email = {
  kind: v.literal('email'),
  host,
  port,
  security: v.picklist(['tls', 'starttls', 'none']),
  /** Empty where the server asks for none. */
  user: line,
  from: mailAddress,
  to: v.pipe(v.array(mailAddress), v.minLength(1), v.maxLength(20))
};
const webhook = { kind: v.literal('webhook'), url: webAddress };
const alertmanager = { kind: v.literal('alertmanager'), url: webAddress };
const hasSecret = v.boolean();

const clock = v.pipe(v.string(), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'HH:MM'));
export const quietSchema = v.nullable(
  v.strictObject({
    from: clock,
    to: clock,
    timeZone: v.pipe(v.string(), v.maxLength(60), v.regex(/^[\w+/-]+$/, 'a time zone, e.g. Europe/Berlin'))
  })
);

const settings = {
  name: nameSchema,
  isEnabled: v.boolean(),
  /** Null for all pumps. */
  groups: v.nullable(groupsSchema),
  leastPriority: v.picklist(alarmPriorities),
  tellsReturn: v.boolean(),
  tellsAcknowledged: v.boolean(),
  bundleBy: v.picklist(['asset', 'group', 'nothing']),
  bundleMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_600_000)),
  quiet: quietSchema
};

export const routeIn = v.strictObject({
  ...settings,
  channel: v.variant('kind', [
    v.strictObject({ ...webhook, secret }),
    v.strictObject({ ...email, secret }),
    v.strictObject({ ...alertmanager, secret })
  ])
});
export type RouteIn = v.InferOutput<typeof routeIn>;

/** Any of its parts; the channel is changed as a whole. */
export const routeChange = v.partial(routeIn);

export const routeOut = v.strictObject({
  id: v.string(),
  ...settings,
  channel: v.variant('kind', [
    v.strictObject({ ...webhook, hasSecret }),
    v.strictObject({ ...email, hasSecret }),
    v.strictObject({ ...alertmanager, hasSecret })
  ])
}) satisfies v.GenericSchema<unknown, ShownRoute>;

/** A route without its secret. */
export function showRoute({ channel, ...route }: NotificationRoute): Record<string, unknown> {
  const { secret, ...rest } = channel;
  return { ...route, channel: { ...rest, hasSecret: secret !== '' } };
}

/** The route as it would be after the change, as it would have come in. */
export function changeRoute(route: NotificationRoute, change: v.InferOutput<typeof routeChange>): RouteIn {
  const { channel, ...rest } = route;
  const place: Partial<Channel> = { ...channel };
  delete place.secret;
  const whole: Partial<NotificationRoute> = rest;
  delete whole.id;
  return { ...whole, channel: place, ...change } as RouteIn;
}

/** What the schemas cannot say: where, found, expected; null where all is well. */
export function findFault({ channel, quiet }: Pick<RouteIn, 'quiet' | 'channel'>): [string, string, string] | null {
  if (channel.kind !== 'email' && !URL.canParse(channel.url)) return ['body.channel.url', channel.url, 'an address'];
  return findQuietFault(quiet);
}

/** The same of quiet hours alone. */
export function findQuietFault(quiet: RouteIn['quiet']): [string, string, string] | null {
  if (quiet === null || isTimeZone(quiet.timeZone)) return null;
  return ['body.quiet.timeZone', quiet.timeZone, 'a time zone, e.g. Europe/Berlin'];
}

/**
 * The channel with its secret; null where the secret is missing because the place is another one than that which the kept secret was given
 * for: it must not go to whoever a person names later.
 */
export function completeChannel({ secret, ...rest }: RouteIn['channel'], kept: Channel | undefined): Channel | null {
  if (secret !== undefined) return { ...rest, secret } as Channel;
  if (!kept || kept.secret === '') return { ...rest, secret: '' } as Channel;
  return placeOf(rest) === placeOf(kept) ? ({ ...rest, secret: kept.secret } as Channel) : null;
}

/** What a secret is given for. */
function placeOf(channel: Omit<RouteIn['channel'], 'secret'> | Channel): string {
  const { kind, url, host, port, user, security } = channel as Partial<Record<string, string | number>>;
  return JSON.stringify([kind, url, host, port, user, security]);
}
