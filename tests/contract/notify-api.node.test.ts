/** Notifications as a person sets them up, over a real database: from the endpoints through the queue to a server on the loopback address. */
import fc from 'fast-check';
import { createECDH, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JournalEntry } from '$lib/domain/alarm';
import type { Caller, Route } from '../../src/server/api/route';
import { notificationRoutes } from '../../src/server/api/notification-routes';
import { openNotifications } from '../../src/server/notify/open-notifications';
import { serverClock } from '../../src/server/server-clock';
import type { Db } from '../../src/server/store/db';
import { statusesOf } from '../../src/server/api/statuses';
import { createSqlSyncStore } from '../../src/server/store/sync-store';
import type { SyncStore } from '../../src/server/sync/store';
import { databaseKinds, useDatabase } from '../support/databases';
import { arbitraryOf } from '../support/arbitrary-of';
import { createSmallApi } from '../unit/server/api/small-api';

const ada = '00000000-0000-4000-8000-00000000000a';
const bob = '00000000-0000-4000-8000-00000000000b';
const user = (userId: string, more: Partial<Extract<Caller, { kind: 'user' }>> = {}): Caller => ({
  kind: 'user',
  userId,
  name: 'x',
  role: 'administrator',
  groups: [],
  sessionId: 's',
  ...more
});
const callers: Record<string, Caller> = {
  ada: user(ada),
  bob: user(bob, { role: 'inspector', groups: ['north'] }),
  north: user(ada, { role: 'head', groups: ['north'] }),
  key: { kind: 'key', keyId: 'k', name: 'k', permissions: ['notifications.manage'], groups: [] }
};

describe.each(databaseKinds)('notifications over %s', (kind) => {
  const own = useDatabase(kind);
  let db: Db;
  let store: SyncStore;
  let far: Server;
  let url: string;
  let status = 200;
  let got: { path: string; body: string }[] = [];
  beforeAll(async () => {
    db = own.db;
    store = createSqlSyncStore(db);
    for (const [id, role] of [
      [ada, 'administrator'],
      [bob, 'inspector']
    ] as const) {
      await db.query(
        'INSERT INTO account (id, name, name_key, role, groups, created_ms) VALUES ($1::uuid, $1::text, $1::text, $2, $3, 0)',
        [id, role, role === 'inspector' ? ['north'] : []]
      );
    }
    far = createServer((request, response) => {
      let body = '';
      request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        got.push({ path: request.url ?? '', body });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => far.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(far.address() as AddressInfo).port}`;
  }, 60_000);
  afterAll(async () => {
    far.closeAllConnections();
    await new Promise((resolve) => far.close(resolve));
  }, 60_000);

  let api: Hono;
  let running: ReturnType<typeof openNotifications>;
  const start = () => {
    const place = { db, store, clock: serverClock, random: () => 0, newId: randomUUID };
    const onError = (error: unknown) => expect(error).toBeUndefined();
    running = openNotifications({ ...place, onError }, { allowsPrivate: true, contact: 'mailto:plant@example.org' });
    ({ api } = createSmallApi(notificationRoutes(running.endpoints), callers));
  };
  beforeEach(async () => {
    await db.query('DELETE FROM notification_route');
    status = 200;
    got = [];
    start();
  });
  afterEach(() => running.close());

  async function ask(who: string, method: string, path: string, json?: unknown) {
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const headers = { Authorization: who, 'Content-Type': 'application/json' };
    const response = await api.request(`/api/v1/notifications${path}`, { method, headers, ...body });
    const text = await response.text();
    return { status: response.status, text, json: text === '' ? null : JSON.parse(text) };
  }

  const webhook = (change: object = {}) => ({
    name: 'Shift office',
    isEnabled: true,
    groups: null,
    leastPriority: 'low',
    tellsReturn: true,
    tellsAcknowledged: true,
    bundleBy: 'asset',
    bundleMs: 0,
    quiet: null,
    channel: { kind: 'webhook', url: `${url}/hook`, secret: 'a-word' },
    ...change
  });

  /** An alarm is raised on a pump. */
  async function raise(assetId = 'p1', priority: JournalEntry['priority'] = 'high'): Promise<JournalEntry> {
    const eventMs = Date.now();
    const states = { event: 'raise', from: 'NORM', to: 'UNACK', priority } as const;
    const what = { ruleId: `${assetId}:hh`, ruleVersion: 0, name: 'Hot', assetName: assetId, value: 1, limit: 0 };
    const when = { eventMs, recordedMs: eventMs, by: '', reason: '', deviceId: 'd' };
    const ids = { id: randomUUID(), alarmId: `d:${assetId}:hh`, occurrenceId: randomUUID(), assetId };
    const body: JournalEntry = { ...ids, ...states, ...what, ...when };
    const entity = {
      kind: 'journal',
      id: body.id,
      assetId,
      deviceId: 'd',
      rev: 0,
      atMs: eventMs,
      open: 0,
      body
    } as const;
    await store.tx((transaction) => transaction.put([entity]));
    return body;
  }
  const arrived = (path: string) => got.filter((each) => each.path === path);

  describe('routes', () => {
    test('are made, shown without their secret, changed and deleted', async () => {
      const made = await ask('ada', 'POST', '/routes', webhook());
      expect(made.status).toBe(201);
      const { id } = made.json.route;
      const changed = await ask(
        'ada',
        'PATCH',
        `/routes/${id}`,
        webhook({ name: 'Night', channel: { kind: 'webhook', url: `${url}/hook` } })
      );
      expect(changed.json.route).toMatchObject({ id, name: 'Night', channel: { hasSecret: true } });
      const off = await ask('ada', 'PATCH', `/routes/${id}`, { isEnabled: false });
      expect(off.json.route).toMatchObject({ name: 'Night', isEnabled: false, channel: { hasSecret: true } });
      const listed = await ask('ada', 'GET', '/routes');
      expect(listed.json.routes).toHaveLength(1);
      expect(made.text + changed.text + listed.text).not.toContain('a-word');
      expect((await ask('ada', 'DELETE', `/routes/${id}`)).status).toBe(204);
      expect((await ask('ada', 'DELETE', `/routes/${id}`)).status).toBe(404);
    });

    test('a kept secret does not move to another place', async () => {
      const { json } = await ask('ada', 'POST', '/routes', webhook());
      const elsewhere = webhook({ channel: { kind: 'webhook', url: 'https://elsewhere.example/' } });
      const refused = await ask('ada', 'PATCH', `/routes/${json.route.id}`, elsewhere);
      expect(refused).toMatchObject({ status: 422, json: { where: 'body.channel.secret' } });
    });

    test.each([
      [
        'a time zone that is none',
        { quiet: { from: '22:00', to: '06:00', timeZone: 'Mars/Base' } },
        'body.quiet.timeZone'
      ],
      ['a priority that is none', { leastPriority: 'urgent' }, 'body.leastPriority'],
      ['an address that is none', { channel: { kind: 'webhook', url: 'file:///etc/passwd' } }, 'body.channel.url'],
      [
        'a browser, which subscribes itself',
        { channel: { kind: 'web-push', endpoint: 'https://x.example/' } },
        'body.channel'
      ]
    ])('%s is refused with its place', async (_, change, where) => {
      const refused = await ask('ada', 'POST', '/routes', webhook(change));
      expect(refused.status).toBe(422);
      expect(refused.json.where).toContain(where);
    });

    test('who sees some groups manages what is told of them alone', async () => {
      expect((await ask('north', 'POST', '/routes', webhook())).status).toBe(403);
      const all = await ask('ada', 'POST', '/routes', webhook());
      const own = await ask('north', 'POST', '/routes', webhook({ groups: ['north'] }));
      expect(own.status).toBe(201);
      expect((await ask('north', 'GET', '/routes')).json.routes).toHaveLength(1);
      expect((await ask('north', 'PATCH', `/routes/${all.json.route.id}`, webhook({ groups: ['north'] }))).status).toBe(
        404
      );
      expect((await ask('north', 'PATCH', `/routes/${own.json.route.id}`, webhook())).status).toBe(403);
      expect((await ask('bob', 'GET', '/routes')).status).toBe(403);
    });

    test('a test is sent at once, and says what became of it', async () => {
      const { json } = await ask('ada', 'POST', '/routes', webhook());
      const path = `/routes/${json.route.id}/test`;
      expect((await ask('ada', 'POST', path)).json).toEqual({ isSent: true, detail: '' });
      expect(JSON.parse(arrived('/hook')[0]!.body)).toMatchObject({ kind: 'test', notices: [] });
      status = 500;
      expect((await ask('ada', 'POST', path)).json).toEqual({ isSent: false, detail: 'answered 500' });
    });
  });

  test('an alarm is told once, also after a start', async () => {
    await ask('ada', 'POST', '/routes', webhook());
    const entry = await raise();
    await vi.waitFor(() => expect(arrived('/hook')).toHaveLength(1));
    const { notices } = JSON.parse(arrived('/hook')[0]!.body);
    expect(notices).toMatchObject([{ kind: 'announced', occurrenceId: entry.occurrenceId, priority: 'high' }]);
    await running.close();
    // Who may see the pump has changed: everything about it comes again.
    await store.tx((transaction) => transaction.touch(['p1']));
    start();
    const next = await raise('p2');
    await vi.waitFor(() => expect(arrived('/hook')).toHaveLength(2));
    expect(JSON.parse(arrived('/hook')[1]!.body).notices).toMatchObject([{ occurrenceId: next.occurrenceId }]);
  });

  test('what happened while no server ran is told at the next start', async () => {
    await ask('ada', 'POST', '/routes', webhook());
    await running.close();
    await raise();
    expect(got).toEqual([]);
    start();
    await vi.waitFor(() => expect(arrived('/hook')).toHaveLength(1));
  });

  test('alarms of a pump become one message', async () => {
    await ask('ada', 'POST', '/routes', webhook({ bundleMs: 400 }));
    const all = [await raise('p1'), await raise('p1'), await raise('p1')];
    await vi.waitFor(() => expect(arrived('/hook')).toHaveLength(1), 5000);
    const { notices } = JSON.parse(arrived('/hook')[0]!.body) as { notices: { occurrenceId: string }[] };
    expect(notices.map(({ occurrenceId }) => occurrenceId)).toEqual(all.map(({ occurrenceId }) => occurrenceId));
  });

  test('what is refused for good becomes a dead letter, to be sent again or dropped', async () => {
    status = 400;
    await ask('ada', 'POST', '/routes', webhook());
    await raise();
    const list = async () => (await ask('ada', 'GET', '/dead-letters')).json.deadLetters as { id: string }[];
    await vi.waitFor(async () => expect(await list()).toHaveLength(1));
    const [letter] = await list();
    expect(letter).toMatchObject({ routeName: 'Shift office', size: 1, tries: 1, lastError: 'answered 400' });
    expect((await ask('north', 'GET', '/dead-letters')).json.deadLetters).toEqual([]);
    expect((await ask('north', 'DELETE', `/dead-letters/${letter!.id}`)).status).toBe(404);

    status = 200;
    expect((await ask('ada', 'POST', `/dead-letters/${letter!.id}/retry`)).status).toBe(204);
    await vi.waitFor(() => expect(arrived('/hook')).toHaveLength(2));
    const [first, second] = arrived('/hook').map(({ body }) => JSON.parse(body).id as string);
    expect(second).toBe(first);
    await vi.waitFor(async () =>
      expect((await ask('ada', 'POST', `/dead-letters/${letter!.id}/retry`)).status).toBe(404)
    );

    status = 400;
    await raise();
    await vi.waitFor(async () => expect(await list()).toHaveLength(1));
    const [other] = await list();
    expect((await ask('ada', 'DELETE', `/dead-letters/${other!.id}`)).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  describe('a browser', () => {
    const browser = createECDH('prime256v1');
    browser.generateKeys();
    const keys = { p256dh: browser.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
    const subscription = (path: string) => ({ endpoint: `${url}${path}`, keys, leastPriority: 'high', quiet: null });

    test('is told of what its account sees, until it no longer exists', async () => {
      const groupCard = { id: 'p-south', name: 'South', group: 'south' };
      await store.tx((transaction) =>
        transaction.put([
          { kind: 'asset', id: 'p-south', assetId: 'p-south', deviceId: 'd', rev: 0, atMs: 0, open: 0, body: groupCard }
        ])
      );
      expect((await ask('bob', 'POST', '/push/subscribe', subscription('/bob'))).status).toBe(204);
      expect((await ask('ada', 'POST', '/push/subscribe', subscription('/ada'))).status).toBe(204);
      // It is not the gathering that is waited for here.
      await db.query('UPDATE notification_route SET bundle_ms = 0');
      await raise('p-south');
      await vi.waitFor(() => expect(arrived('/ada')).toHaveLength(1), 15_000);
      expect(arrived('/bob')).toEqual([]);
      // Not among what is managed.
      expect((await ask('ada', 'GET', '/routes')).json.routes).toEqual([]);
      status = 410;
      await raise('p-south', 'critical');
      const left = () => db.query('SELECT id FROM notification_route WHERE account_id = $1', [ada]);
      await vi.waitFor(async () => expect(await left()).toEqual([]), 15_000);
    }, 40_000);

    test('subscribes with a key that stays, and ends it itself alone', async () => {
      const first = await ask('bob', 'GET', '/push/key');
      expect(first.json.publicKey).toMatch(/^[\w-]{87}$/);
      expect((await ask('ada', 'GET', '/push/key')).json).toEqual(first.json);
      expect(first.text).not.toContain('private');
      await ask('bob', 'POST', '/push/subscribe', subscription('/one'));
      await ask('bob', 'POST', '/push/subscribe', subscription('/one'));
      const end = (who: string) => ask(who, 'POST', '/push/unsubscribe', { endpoint: `${url}/one` });
      expect((await end('ada')).status).toBe(404);
      expect((await end('bob')).status).toBe(204);
      expect((await end('bob')).status).toBe(404);
      expect((await ask('key', 'POST', '/push/subscribe', subscription('/one'))).status).toBe(403);
    });
  });

  test('whatever comes in is taken or refused, and what is answered is as documented', async () => {
    const rows = notificationRoutes(running.endpoints).filter(({ name }) => name !== 'testNotificationRoute');
    const { json } = await ask('ada', 'POST', '/routes', webhook());
    const known = [json.route.id as string, `${url}/one`];
    // Mostly a route with a few parts of it made from the schema: wholly made ones hardly ever fit.
    const bodyOf = ({ body, path }: Route) => {
      if (!body) return fc.constant(undefined);
      const made = arbitraryOf(body, known);
      if (!path.includes('/routes')) return made;
      const parts = made.chain((all) => fc.subarray(Object.entries(all as object), { maxLength: 2 }));
      return fc.oneof(made, { arbitrary: parts.map((some) => webhook(Object.fromEntries(some))), weight: 4 });
    };
    const wish = fc.constantFrom(...rows).chain((row) =>
      fc.record({
        row: fc.constant(row),
        who: fc.constantFrom('ada', 'bob', 'north', 'key'),
        body: row.body ? fc.oneof({ arbitrary: bodyOf(row), weight: 9 }, fc.jsonValue()) : fc.constant(undefined),
        id: fc.oneof(fc.constant(known[0]!), fc.uuid(), fc.constant('x'))
      })
    );
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(wish, async ({ row, who, body, id }) => {
        const path = row.path.replace('/api/v1/notifications', '').replace(':id', id);
        const { status: answered } = await ask(who, row.method, path, body);
        statuses.add(answered);
        expect(statusesOf(row)).toContain(answered);
        expect(answered).toBeLessThan(500);
      }),
      { numRuns: 600, seed: Number(process.env.PUMPSIDE_SEED ?? 1) }
    );
    for (const each of [200, 201, 204, 403, 404, 422]) expect(statuses).toContain(each);
  }, 60_000);
});
