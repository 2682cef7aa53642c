/** Who may exchange what, on both kinds of database: real devices with real ledgers and clients against the real router, without a socket but for pokes. Long, because who may is asked of each kind of caller, of push and of pull. */
import { serve } from '@hono/node-server';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ledger } from '$lib/domain/ledger';
import type { OperationDraft } from '$lib/domain/operation';
import type { Role } from '$lib/domain/role';
import { registrationText, signatureHeaders, signedText, type DevicePublicKey } from '$lib/domain/signed-request';
import { createSyncClient } from '$lib/sync/client';
import { createHttpTransport, type Fetch } from '$lib/sync/http-transport';
import { createPokeStream, pokePath } from '$lib/sync/poke-stream';
import { createAddresses } from '../../src/server/api/addresses';
import { createPokes } from '../../src/server/api/pokes';
import { createApi } from '../../src/server/api/router';
import { syncRoutes } from '../../src/server/api/sync-routes';
import { changeAccount, makeAccount } from '../../src/server/auth/accounts';
import { makeApiKey } from '../../src/server/auth/api-keys';
import { createAuthenticate } from '../../src/server/auth/authenticate';
import { hasDeviceKey, makeDeviceCode, registerDevice, revokeDevice } from '../../src/server/auth/devices';
import { openSession } from '../../src/server/auth/session';
import type { Db } from '../../src/server/store/db';
import { createSqlPullViews } from '../../src/server/store/pull-views';
import { createSqlSyncStore } from '../../src/server/store/sync-store';
import type { SyncStore } from '../../src/server/sync/store';
import { databaseKinds, useDatabase } from '../support/databases';
import { createLedgerDisk, createMemoryLedger } from '../support/memory-ledger';
import { draftCard, draftComment } from '../support/operation-samples';

const hourMs = 3_600_000;
const never = () => () => {};

function createServer(db: Db, store: SyncStore) {
  let nowMs = 1_790_000_000_000;
  const clock = () => nowMs;
  const errors: unknown[] = [];
  const stop = new AbortController();
  const api = createApi({
    routes: syncRoutes({
      store,
      views: createSqlPullViews(db),
      openPokes: createPokes(store, never),
      hasKey: (deviceId) => hasDeviceKey(db, deviceId),
      nowMs: clock,
      onPush: () => {}
    }),
    authenticate: createAuthenticate(db, clock),
    rateLimit: () => 0,
    addresses: createAddresses(false),
    log: { debug: () => {}, info: () => {}, error: (fields) => void errors.push(fields) },
    metrics: { observeRequest: () => {} },
    nowMs: clock,
    stopping: stop.signal,
    checksAnswers: true
  });
  const deed = () => ({ actor: 'test', address: '', atMs: nowMs });
  return {
    db,
    api,
    clock,
    deed,
    errors,
    stop,
    pass: (ms: number) => void (nowMs += ms),
    /** Somebody who is signed in: their id, and the headers their browser sends. */
    async person(name: string, role: Role, groups: string[] = []) {
      const made = await makeAccount(db, { name: `${name} ${randomUUID()}`, role, groups }, deed());
      if (made === 'name-taken') throw new Error(made);
      const token = await openSession(db, made.account.id, { agent: '', address: '', atMs: nowMs });
      return { id: made.account.id, headers: { Cookie: `pumpside_session=${token}`, 'Sec-Fetch-Site': 'same-origin' } };
    }
  };
}
type Server = ReturnType<typeof createServer>;

/** A tablet with a ledger of its own; what its requests carry, and how wrong its clock is, can be changed. */
function createTablet(server: Server, headers: Record<string, string> = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const id = randomUUID();
  const signText = (text: string) =>
    sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  const statuses: number[] = [];
  // The first id asked for is the device's.
  let isFirst = true;
  const newId = () => (isFirst ? ((isFirst = false), id) : randomUUID());
  const ledger: Ledger = createMemoryLedger(createLedgerDisk(), { now, newId });
  const tablet = {
    id,
    headers,
    isSigning: false,
    skewMs: 0,
    statuses,
    register,
    signRequest,
    act,
    sync,
    listen,
    shown,
    ledger
  };

  function now(): number {
    return server.clock() + tablet.skewMs;
  }

  async function register(role: Role = 'engineer', groups: string[] = []): Promise<string> {
    const { code } = await makeDeviceCode(server.db, { accountId: null, grant: { role, groups } }, server.deed());
    const signature = signText(registrationText(id, code));
    const asked = { deviceId: id, name: 'T', code, publicKey: { kty, crv, x, y } as DevicePublicKey, signature };
    tablet.isSigning = true;
    return registerDevice(server.db, asked, server.deed());
  }

  function signRequest(method: string, path: string, bytes: Uint8Array, timeMs: number): Record<string, string> {
    const nonce = randomBytes(16).toString('hex');
    const bodySha256 = createHash('sha256').update(bytes).digest('hex');
    const text = signedText({ deviceId: id, method, path, timeMs, nonce, bodySha256 });
    return {
      [signatureHeaders.device]: id,
      [signatureHeaders.time]: String(timeMs),
      [signatureHeaders.nonce]: nonce,
      [signatureHeaders.signature]: signText(text)
    };
  }

  const fetch: Fetch = async (url, init) => {
    const body = init.body ? { body: init.body } : {};
    const response = await server.api.request(url, {
      method: init.method,
      headers: { ...tablet.headers, ...init.headers },
      ...body
    });
    statuses.push(response.status);
    // As every server of HTTP puts it on.
    response.headers.set('Date', new Date(server.clock()).toUTCString());
    return response;
  };
  const client = createSyncClient({
    ledger,
    lock: (work) => work(),
    clock: { now },
    transport: createHttpTransport({
      fetch,
      clock: { now, after: never },
      sign: async (method, path, bytes, timeMs) => (tablet.isSigning ? signRequest(method, path, bytes, timeMs) : {})
    })
  });

  async function act(...drafts: OperationDraft[]) {
    await ledger.commit(drafts, '');
  }
  async function sync() {
    statuses.length = 0;
    return client.syncOnce();
  }
  /** Listens at that address for as long as the server runs; `statuses` are those of its requests. */
  function listen(origin: string): { pokes: number; statuses: number[] } {
    const heard = { pokes: 0, statuses: [] as number[] };
    createPokeStream({
      async fetch(url, init) {
        const response = await globalThis.fetch(origin + url, init);
        heard.statuses.push(response.status);
        return response;
      },
      clock: { now, after: never },
      sign: async () => signRequest('GET', pokePath, new Uint8Array(), now()),
      onPoke: () => (heard.pokes += 1)
    }).open();
    return heard;
  }
  async function shown(): Promise<string[]> {
    return (await ledger.entities({ kind: 'comment' })).map((comment) => comment.id).sort();
  }
  return tablet;
}

describe.each(databaseKinds)('on %s', (kind) => {
  const own = useDatabase(kind);
  let server: Server;
  beforeEach(async () => {
    const { db } = own;
    await db.query('DELETE FROM sync_entity');
    await db.query('DELETE FROM group_departure');
    server = createServer(db, createSqlSyncStore(db));
  });
  afterEach(() => expect(server.errors).toEqual([]));

  describe('a device that has a key', () => {
    const forbidden = { kind: 'paused', why: 'forbidden' };

    it('alone speaks for itself: nobody else pushes for it, and it keeps what was refused until it signs', async () => {
      const admin = await server.person('Ada', 'administrator');
      const tablet = createTablet(server, admin.headers);
      await tablet.act(draftComment('a'));
      expect(await tablet.sync()).toMatchObject({ kind: 'done', pushed: 1 });

      expect(await tablet.register()).toBe('registered');
      tablet.isSigning = false;
      await tablet.act(draftComment('b'));
      expect(await tablet.sync()).toEqual(forbidden);
      expect(tablet.statuses).toEqual([403, 403]);
      const { key } = await makeApiKey(
        server.db,
        { name: 'k', permissions: ['alarms.read', 'alarms.act'], groups: [], expiresMs: null },
        null,
        server.deed()
      );
      tablet.headers = { Authorization: `Bearer ${key}` };
      expect(await tablet.sync()).toEqual(forbidden);
      expect(await tablet.ledger.pendingCount()).toBe(1);
      expect(await tablet.ledger.device()).toMatchObject({ deviceId: tablet.id, settledSeq: 1 });

      tablet.headers = {};
      tablet.isSigning = true;
      expect(await tablet.sync()).toMatchObject({ kind: 'done', pushed: 1 });
      expect(await tablet.ledger.conflicts()).toEqual([]);
    });

    it('is told where the fault is', async () => {
      const admin = await server.person('Ada', 'administrator');
      const tablet = createTablet(server, admin.headers);
      await tablet.act(draftComment('a'));
      await tablet.register();
      const operations = await tablet.ledger.pending(1);
      const response = await server.api.request('/api/v1/sync/push', {
        method: 'POST',
        headers: { ...admin.headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ deviceId: tablet.id, operations })
      });
      expect([response.status, await response.json()]).toEqual([
        403,
        {
          error: 'unsigned',
          where: 'body.deviceId',
          found: 'user',
          expected: 'the signature of this device',
          requestId: expect.any(String)
        }
      ]);
    });

    it('does not speak for another', async () => {
      const [mine, other] = [createTablet(server), createTablet(server)];
      await mine.register();
      await other.register();
      await mine.act(draftComment('a'));
      const path = '/api/v1/sync/push';
      const asked = { deviceId: mine.id, operations: await mine.ledger.pending(1) };
      const body = new TextEncoder().encode(JSON.stringify(asked));
      const headers = { ...other.signRequest('POST', path, body, server.clock()), 'Content-Type': 'application/json' };
      const response = await server.api.request(path, { method: 'POST', headers, body });
      expect(await response.json()).toMatchObject({ results: [], halted: { code: 'not-your-device' } });
    });

    it('alone is shown what changes under its id: nobody else makes it begin anew, or not', async () => {
      const admin = await server.person('Ada', 'administrator');
      const key = { name: 'k', permissions: ['alarms.read' as const], groups: [], expiresMs: null };
      const program = { Authorization: `Bearer ${(await makeApiKey(server.db, key, null, server.deed())).key}` };
      const [mine, other, open] = [createTablet(server), createTablet(server), createTablet(server)];
      await mine.register('engineer', ['north']);
      await other.register();
      await mine.sync();
      const views = createSqlPullViews(server.db);
      const before = await views.read(mine.id, ['north']);
      const pathOf = (id: string) => `/api/v1/sync/pull?cursor=0&deviceId=${id}`;
      const signed = (id: string) => other.signRequest('GET', pathOf(id), new Uint8Array(), server.clock());
      const ask = (id: string, headers: Record<string, string>) => server.api.request(pathOf(id), { headers });
      for (const [found, headers] of [
        ['user', admin.headers],
        ['key', program],
        ['device', signed(mine.id)]
      ] as const) {
        const response = await ask(mine.id, headers);
        expect([response.status, await response.json()], found).toMatchObject([
          403,
          { error: 'unsigned', where: 'query.deviceId', found, expected: 'the signature of this device' }
        ]);
      }
      expect((await ask(open.id, signed(open.id))).status).toBe(403);
      expect(await views.read(mine.id, ['north'])).toEqual(before);
      // Its own, and that of a device without a key.
      expect((await ask(other.id, signed(other.id))).status).toBe(200);
      for (const headers of [admin.headers, program]) expect((await ask(open.id, headers)).status).toBe(200);
    });

    it('sends nothing once it is revoked, signed or not, and all of it once it is registered anew', async () => {
      const admin = await server.person('Ada', 'administrator');
      const tablet = createTablet(server, admin.headers);
      await tablet.register();
      await tablet.act(draftComment('a'));
      await tablet.sync();
      expect(await revokeDevice(server.db, tablet.id, null, server.deed())).toBe(true);
      await tablet.act(draftComment('b'));
      // Signing in would not help, so that is not what it is asked for.
      expect(await tablet.sync()).toEqual(forbidden);
      expect(tablet.statuses).toEqual([403, 403]);
      tablet.isSigning = false;
      expect(await tablet.sync()).toEqual(forbidden);
      expect(await tablet.ledger.pendingCount()).toBe(1);

      expect(await tablet.register()).toBe('registered');
      expect(await tablet.sync()).toMatchObject({ kind: 'done', pushed: 1 });
    });

    it.each([-3, 3])('signs by the server’s clock where its own is %i h off', async (hours) => {
      const tablet = createTablet(server);
      await tablet.register();
      tablet.skewMs = hours * hourMs;
      await tablet.act(draftComment('a'));
      expect(await tablet.sync()).toMatchObject({ kind: 'done', pushed: 1 });
      expect(tablet.statuses).toEqual([401, 200, 200]);
      expect(await tablet.sync()).toMatchObject({ kind: 'done' });
      expect(tablet.statuses).toEqual([200]);
      // Somebody has set it right.
      tablet.skewMs = 0;
      expect(await tablet.sync()).toMatchObject({ kind: 'done' });
      expect(tablet.statuses).toEqual([401, 200]);
    });

    it('is poked over the network when another has pushed, with nobody signed in; one that is revoked is not', async () => {
      const [mine, gone, other] = [createTablet(server), createTablet(server), createTablet(server)];
      for (const tablet of [mine, gone, other]) await tablet.register();
      await revokeDevice(server.db, gone.id, null, server.deed());
      const http = serve({ fetch: server.api.fetch, hostname: '127.0.0.1', port: 0 });
      await once(http, 'listening');
      try {
        const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
        const heard = mine.listen(origin);
        const refused = gone.listen(origin);
        // The first says where the backend stands.
        await vi.waitFor(() => expect(heard).toEqual({ pokes: 1, statuses: [200] }));
        await vi.waitFor(() => expect(refused.statuses).toEqual([403]));
        for (const [n, name] of ['a', 'b'].entries()) {
          await other.act(draftComment(name));
          expect(await other.sync()).toMatchObject({ kind: 'done', pushed: 1 });
          await vi.waitFor(() => expect(heard.pokes).toBe(n + 2));
          await mine.sync();
          expect(await mine.shown()).toContain(name);
        }
        expect(refused.pokes).toBe(0);
      } finally {
        server.stop.abort();
        const closed = once(http, 'close');
        http.close();
        // Those that `fetch` keeps open for later.
        (http as HttpServer).closeAllConnections();
        await closed;
      }
    });

    it('asks once more at most where it is refused for another reason', async () => {
      const tablet = createTablet(server);
      tablet.isSigning = true;
      expect(await tablet.sync()).toEqual({ kind: 'paused', why: 'signed-out' });
      expect(tablet.statuses).toEqual([401]);
      tablet.skewMs = hourMs;
      expect(await tablet.sync()).toEqual({ kind: 'paused', why: 'signed-out' });
      expect(tablet.statuses).toEqual([401, 401]);
    });
  });

  describe('who may see other pumps than before', () => {
    /** An office that sees all has written about a pump of the north, one of the south, and one of nobody's group. */
    async function fill() {
      const office = createTablet(server, (await server.person('Ada', 'administrator')).headers);
      const pumps = [
        ['n', 'north'],
        ['s', 'south'],
        ['f', '']
      ] as const;
      for (const [name, group] of pumps) {
        await office.act(draftCard(name, group, name), draftComment(`about-${name}`, 'seen', name));
      }
      expect(await office.sync()).toMatchObject({ kind: 'done', pushed: 6 });
      return office;
    }

    it('keeps nothing of a group that was lost, gets all of one that was gained, and is reset once', async () => {
      await fill();
      const bo = await server.person('Bo', 'engineer', ['north']);
      const tablet = createTablet(server, bo.headers);
      await tablet.sync();
      expect(await tablet.shown()).toEqual(['about-f', 'about-n']);
      await changeAccount(server.db, bo.id, { groups: ['south'] }, server.deed());
      await tablet.act(draftComment('own', 'seen', 's'));
      expect(await tablet.sync()).toMatchObject({ kind: 'done', pushed: 1 });
      expect(await tablet.shown()).toEqual(['about-f', 'about-s', 'own']);
      expect(await tablet.ledger.entity('asset', 'n')).toBeUndefined();
      await tablet.sync();
      expect(tablet.statuses).toEqual([200]);
      await changeAccount(server.db, bo.id, { role: 'administrator' }, server.deed());
      await tablet.sync();
      expect(await tablet.shown()).toEqual(['about-f', 'about-n', 'about-s', 'own']);
    });

    it('is asked again where the answer that said so was lost', async () => {
      await fill();
      const bo = await server.person('Bo', 'engineer', ['north']);
      const tablet = createTablet(server, bo.headers);
      await tablet.sync();
      const { cursor } = await tablet.ledger.device();
      await changeAccount(server.db, bo.id, { groups: ['south'] }, server.deed());
      const ask = async (from: number) => {
        const path = `/api/v1/sync/pull?cursor=${from}&deviceId=${tablet.id}`;
        return (await server.api.request(path, { headers: bo.headers })).json();
      };
      for (let n = 0; n < 2; n++) expect(await ask(cursor)).toMatchObject({ resetRequired: true, cursor: 0 });
      expect(await ask(0)).toMatchObject({ resetRequired: false });
      expect(await ask(cursor)).toMatchObject({ resetRequired: false });
    });

    it('has it of a device nobody is signed in on, too, and of whoever signs in on it', async () => {
      await fill();
      const tablet = createTablet(server);
      await tablet.register('engineer', ['north']);
      await tablet.sync();
      expect(await tablet.shown()).toEqual(['about-f', 'about-n']);
      tablet.headers = (await server.person('Sue', 'engineer', ['south'])).headers;
      await tablet.sync();
      expect(await tablet.shown()).toEqual(['about-f', 'about-s']);
    });

    it('keeps nothing of a pump that was moved to a group of others, and gets one that was moved to theirs', async () => {
      const office = await fill();
      const north = createTablet(server, (await server.person('Nat', 'engineer', ['north'])).headers);
      const south = createTablet(server, (await server.person('Sue', 'engineer', ['south'])).headers);
      const none = createTablet(server, (await server.person('Nil', 'engineer')).headers);
      for (const tablet of [north, south, none]) await tablet.sync();
      expect(await none.shown()).toEqual(['about-f']);

      await office.act(draftCard('n', 'south', 'n'), draftCard('f', 'north', 'f'));
      for (const tablet of [office, north, south, none]) await tablet.sync();
      expect(await north.shown()).toEqual(['about-f']);
      expect(await south.shown()).toEqual(['about-n', 'about-s']);
      expect(await none.shown()).toEqual([]);
      for (const tablet of [north, south, none]) {
        await tablet.sync();
        expect(tablet.statuses).toEqual([200]);
      }
    });

    it('is left alone by a pump that is new, renamed, or was only ever seen by others', async () => {
      const office = await fill();
      const south = createTablet(server, (await server.person('Sue', 'engineer', ['south'])).headers);
      await south.sync();
      await office.act(draftCard('x', 'north', 'x'), draftCard('N', 'north', 'n'), draftCard('S', 'south', 's'));
      await office.act(draftCard('N', 'east', 'n'));
      await office.sync();
      await south.sync();
      expect(south.statuses).toEqual([200]);
    });

    it('loses a pump without a card by its first one, where that is of a group of others', async () => {
      const office = await fill();
      await office.act(draftComment('about-u', 'seen', 'u'));
      await office.sync();
      const south = createTablet(server, (await server.person('Sue', 'engineer', ['south'])).headers);
      await south.sync();
      expect(await south.shown()).toContain('about-u');
      await office.act(draftCard('u', 'north', 'u'));
      await office.sync();
      await south.sync();
      expect(await south.shown()).not.toContain('about-u');
    });
  });
});
