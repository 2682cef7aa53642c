/** Endpoints of notifications: routes, a test of one, what could not be delivered, and a browser's own web push. Long, because endpoints are rows of one table. */
import * as v from 'valibot';
import { alarmPriorities } from '../../lib/domain/alarm';
import {
  changeRoute,
  completeChannel,
  findFault,
  findQuietFault,
  quietSchema,
  routeChange,
  routeIn,
  routeOut,
  showRoute,
  webAddress,
  type RouteIn
} from '../notify/channel-schema';
import { sendOnce } from '../notify/deliver';
import type { Notifier } from '../notify/notifier';
import { dropDeadLetter, findDeadLetter, listDeadLetters, revive } from '../notify/queue';
import type { Channel } from '../notify/recipient';
import {
  countSubscriptions,
  dropRoute,
  dropSubscription,
  findRoute,
  listRoutes,
  putRoute,
  putSubscription,
  type NotificationRoute
} from '../notify/routes-store';
import type { Db } from '../store/db';
import { callerId, groupsOf } from './access';
import { idSchema, refusals, refused, timeSchema } from './account-place';
import { changeAudited } from './audited-notifications';
import { pageLimit } from './fields';
import { defineRoute, type Asked, type Caller, type Route } from './route';

export interface NotificationPlace {
  db: Db;
  nowMs: () => number;
  newId: () => string;
  openNotifier: (channel: Channel) => Notifier;
  providePublicKey: () => Promise<string>;
  /** Has the queue looked at. */
  wake: () => void;
}

const mostRoutes = 200;
const mostBrowsers = 20;
const subscriptionBundleMs = 5000;

const byId = v.object({ id: idSchema });
const withRoute = v.strictObject({ route: routeOut });
const deadLetter = v.strictObject({
  id: v.string(),
  routeId: v.string(),
  routeName: v.string(),
  size: v.number(),
  tries: v.number(),
  lastError: v.string(),
  deadMs: timeSchema
});
const key = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[\\w-]{${Math.ceil((bytes * 4) / 3)}}=*$`)));

/** Whether all that the route tells is what the caller may see. */
function mayManage(caller: Caller, { groups }: Pick<NotificationRoute, 'groups'>): boolean {
  const seen = groupsOf(caller);
  return seen === null || (groups !== null && groups.every((group) => seen.includes(group)));
}

export function notificationRoutes(place: NotificationPlace): Route[] {
  return [...routeRoutes(place), ...deadLetterRoutes(place), ...pushRoutes(place)];
}

function routeRoutes({ db, nowMs, newId, openNotifier, wake }: NotificationPlace): Route[] {
  const path = '/api/v1/notifications/routes';
  const shared = { tag: 'notifications', access: 'notifications.manage' } as const;

  /** The route if there is one that the caller may manage. */
  async function find({ caller, params }: Asked<{ id: string }, unknown, unknown>) {
    const route = await findRoute(db, params.id);
    return route && mayManage(caller, route) ? route : undefined;
  }
  const deedOf = ({ caller, address }: Asked<unknown, unknown, unknown>) => ({
    actor: callerId(caller),
    address,
    atMs: nowMs()
  });
  const missing = (asked: Asked<{ id: string }, unknown, unknown>) =>
    refused(asked, 404, 'not-found', ['path.id', asked.params.id, 'a route of the caller’s groups']);

  async function keep(asked: Asked<unknown, unknown, unknown>, body: RouteIn, before: NotificationRoute | undefined) {
    const { caller } = asked;
    const fault = findFault(body);
    if (fault) return refused(asked, 422, 'bad-input', fault);
    if (!mayManage(caller, body)) {
      return refused(asked, 403, 'forbidden', ['body.groups', 'more than the caller sees', 'the caller’s groups']);
    }
    const channel = completeChannel(body.channel, before?.channel);
    if (!channel) {
      return refused(asked, 422, 'bad-input', [
        'body.channel.secret',
        'missing',
        'the secret, for the place is another'
      ]);
    }
    // There an alert lasts until its end is told.
    const tellsReturn = body.tellsReturn || channel.kind === 'alertmanager';
    const route: NotificationRoute = { ...body, id: before?.id ?? newId(), tellsReturn, channel };
    const kind = before ? 'route-changed' : 'route-made';
    await changeAudited(db, deedOf(asked), kind, route.id, (queries) => putRoute(queries, route, nowMs()));
    wake();
    return { status: before ? 200 : 201, body: { route: showRoute(route) } };
  }

  return [
    defineRoute({
      method: 'GET',
      path,
      name: 'listNotificationRoutes',
      summary: 'Who is told of alarms. Secrets are not shown.',
      ...shared,
      answers: { 200: { describes: 'Routes, by name.', schema: v.strictObject({ routes: v.array(routeOut) }) } },
      async handle({ caller }) {
        const routes = (await listRoutes(db)).filter((route) => mayManage(caller, route));
        return { status: 200, body: { routes: routes.map(showRoute) } };
      }
    }),
    defineRoute({
      method: 'POST',
      path,
      name: 'addNotificationRoute',
      summary: 'Adds a route by webhook, e-mail or Alertmanager.',
      ...shared,
      body: routeIn,
      answers: { 201: { describes: 'Added.', schema: withRoute }, ...refusals(403, 409, 422) },
      async handle(asked) {
        if ((await listRoutes(db)).length < mostRoutes) return keep(asked, asked.body, undefined);
        return refused(asked, 409, 'too-many', ['body', `${mostRoutes} routes`, 'fewer']);
      }
    }),
    defineRoute({
      method: 'PATCH',
      path: `${path}/:id`,
      name: 'changeNotificationRoute',
      summary: 'Changes parts of a route. A secret that is left out stays, as long as the place is the same.',
      ...shared,
      params: byId,
      body: routeChange,
      answers: { 200: { describes: 'Changed.', schema: withRoute }, ...refusals(403, 404, 422) },
      async handle(asked) {
        const before = await find(asked);
        return before ? keep(asked, changeRoute(before, asked.body), before) : missing(asked);
      }
    }),
    defineRoute({
      method: 'DELETE',
      path: `${path}/:id`,
      name: 'dropNotificationRoute',
      summary: 'Deletes a route with all that waits for it.',
      ...shared,
      params: byId,
      answers: { 204: { describes: 'Deleted.', schema: null }, ...refusals(404) },
      async handle(asked) {
        if (!(await find(asked))) return missing(asked);
        const { id } = asked.params;
        await changeAudited(db, deedOf(asked), 'route-dropped', id, (queries) => dropRoute(queries, id));
        return { status: 204, body: null };
      }
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/test`,
      name: 'testNotificationRoute',
      summary: 'Sends a test message at once, and says what became of it.',
      ...shared,
      params: byId,
      cost: 10,
      answers: {
        200: {
          describes: 'Tried. `detail` says why it was not sent; it is empty where it was.',
          schema: v.strictObject({ isSent: v.boolean(), detail: v.string() })
        },
        ...refusals(404)
      },
      async handle(asked) {
        const route = await find(asked);
        if (!route) return missing(asked);
        const message = { id: newId(), kind: 'test' as const, notices: [], standing: [], reached: [] };
        const sent = await sendOnce(openNotifier(route.channel), message, asked.signal);
        return { status: 200, body: { isSent: sent.ok, detail: sent.ok ? '' : sent.detail } };
      }
    })
  ];
}

function deadLetterRoutes({ db, nowMs, wake }: NotificationPlace): Route[] {
  const path = '/api/v1/notifications/dead-letters';
  const shared = { tag: 'notifications', access: 'notifications.manage' } as const;

  async function find({ caller, params }: Asked<{ id: string }, unknown, unknown>): Promise<boolean> {
    const routeId = await findDeadLetter(db, params.id);
    const route = routeId && (await findRoute(db, routeId));
    return Boolean(route && mayManage(caller, route));
  }
  const missing = (asked: Asked<{ id: string }, unknown, unknown>) =>
    refused(asked, 404, 'not-found', ['path.id', asked.params.id, 'a message that was given up']);

  return [
    defineRoute({
      method: 'GET',
      path,
      name: 'listDeadLetters',
      summary: 'Messages that could not be delivered, the newest first.',
      ...shared,
      query: v.strictObject({ limit: pageLimit(100, 1000) }),
      answers: {
        200: {
          describes: 'What was given up, and why.',
          schema: v.strictObject({ deadLetters: v.array(deadLetter) })
        }
      },
      async handle({ caller, query }) {
        const routes = (await listRoutes(db)).filter((route) => mayManage(caller, route));
        const names = new Map(routes.map(({ id, name }) => [id, name]));
        const letters = await listDeadLetters(db, [...names.keys()], query.limit);
        const deadLetters = letters.map((letter) => ({ ...letter, routeName: names.get(letter.routeId) ?? '' }));
        return { status: 200, body: { deadLetters } };
      }
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/retry`,
      name: 'retryDeadLetter',
      summary: 'Has a message sent again.',
      ...shared,
      params: byId,
      answers: { 204: { describes: 'It waits to be sent.', schema: null }, ...refusals(404) },
      async handle(asked) {
        if (!(await find(asked))) return missing(asked);
        await revive(db, asked.params.id, nowMs());
        wake();
        return { status: 204, body: null };
      }
    }),
    defineRoute({
      method: 'DELETE',
      path: `${path}/:id`,
      name: 'dropDeadLetter',
      summary: 'Deletes a message that could not be delivered.',
      ...shared,
      params: byId,
      answers: { 204: { describes: 'Deleted.', schema: null }, ...refusals(404) },
      async handle(asked) {
        if (!(await find(asked))) return missing(asked);
        await dropDeadLetter(db, asked.params.id);
        return { status: 204, body: null };
      }
    })
  ];
}

function pushRoutes({ db, nowMs, newId, providePublicKey, wake }: NotificationPlace): Route[] {
  const path = '/api/v1/notifications/push';
  const shared = { tag: 'notifications', access: 'signed-in' } as const;
  const stranger = (asked: Asked<unknown, unknown, unknown>) =>
    refused(asked, 403, 'forbidden', ['caller', asked.caller.kind, 'a person who is signed in']);

  return [
    defineRoute({
      method: 'GET',
      path: `${path}/key`,
      name: 'readPushKey',
      summary: 'The key (VAPID) with which a browser subscribes to this server’s web push.',
      ...shared,
      answers: { 200: { describes: 'The public key.', schema: v.strictObject({ publicKey: v.string() }) } },
      handle: async () => ({ status: 200, body: { publicKey: await providePublicKey() } })
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/subscribe`,
      name: 'subscribeBrowser',
      summary:
        'Has the caller’s browser told of alarms on pumps that the caller sees. The same endpoint again changes it.',
      ...shared,
      body: v.strictObject({
        endpoint: webAddress,
        keys: v.strictObject({ p256dh: key(65), auth: key(16) }),
        leastPriority: v.picklist(alarmPriorities),
        quiet: quietSchema
      }),
      answers: { 204: { describes: 'Subscribed.', schema: null }, ...refusals(403, 409, 422) },
      async handle(asked) {
        const { caller, body } = asked;
        if (caller.kind !== 'user') return stranger(asked);
        const { endpoint, keys, leastPriority, quiet } = body;
        const fault: [string, string, string] | null = URL.canParse(endpoint)
          ? findQuietFault(quiet)
          : ['body.endpoint', endpoint, 'an address'];
        if (fault) return refused(asked, 422, 'bad-input', fault);
        if ((await countSubscriptions(db, caller.userId, endpoint)) >= mostBrowsers) {
          return refused(asked, 409, 'too-many', ['body', `${mostBrowsers} browsers`, 'fewer']);
        }
        const route = {
          id: newId(),
          name: 'browser',
          isEnabled: true,
          channel: { kind: 'web-push', endpoint, p256dh: keys.p256dh, secret: keys.auth },
          // Followed from the account.
          groups: [],
          leastPriority,
          tellsReturn: false,
          tellsAcknowledged: false,
          bundleBy: 'group',
          bundleMs: subscriptionBundleMs,
          quiet
        } as const;
        await db.tx((queries) => putSubscription(queries, { ...route, groups: [] }, caller.userId, nowMs()));
        wake();
        return { status: 204, body: null };
      }
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/unsubscribe`,
      name: 'unsubscribeBrowser',
      summary: 'Ends the web push of one of the caller’s browsers.',
      ...shared,
      body: v.strictObject({ endpoint: webAddress }),
      answers: { 204: { describes: 'It is told no more.', schema: null }, ...refusals(403, 404) },
      async handle(asked) {
        const { caller, body } = asked;
        if (caller.kind !== 'user') return stranger(asked);
        if (await dropSubscription(db, caller.userId, body.endpoint)) return { status: 204, body: null };
        return refused(asked, 404, 'not-found', ['body.endpoint', body.endpoint, 'one of the caller’s browsers']);
      }
    })
  ];
}
