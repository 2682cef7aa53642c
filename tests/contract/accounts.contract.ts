/**
 * Who may, as it must be on every database: accounts through the real router, with a clock of the test's own. Long, for every case
 * wants the same site, signed in to.
 */
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { registrationText, signatureHeaders, signedText } from '$lib/domain/signed-request';
import { accountRoutes } from '../../src/server/api/account-routes';
import { createAddresses } from '../../src/server/api/addresses';
import { defineRoute, type Caller } from '../../src/server/api/route';
import { createApi } from '../../src/server/api/router';
import { hasAdministrator } from '../../src/server/auth/accounts';
import { appendAudit, checkAudit } from '../../src/server/auth/audit';
import { createAuthenticate } from '../../src/server/auth/authenticate';
import { createRateLimit, createTryLimit } from '../../src/server/auth/rate-limit';
import { announceFirst } from '../../src/server/auth/sign-in';
import type { Db } from '../../src/server/store/db';
import { useDatabase, type DatabaseKind } from '../support/databases';

const startMs = 1_790_000_000_000;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const cheap = { n: 2 ** 10, r: 8, p: 1 };
const password = 'correct horse battery';

/** A browser, program or device that talks to the server and keeps the cookie it was given. */
type Client = ReturnType<typeof createClient>;
interface Said {
  status: number;
  // Each test knows what it asked for.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of all endpoints
  body: any;
  headers: Headers;
}

function createServer(db: Db) {
  let nowMs = startMs;
  const clock = () => nowMs;
  const lines: string[] = [];
  const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
  const addresses = createAddresses(true);
  const seen: Caller[] = [];
  const probe = defineRoute({
    method: 'POST',
    path: '/api/v1/probe',
    name: 'probe',
    summary: 'Tells the test who was let in.',
    tag: 'system',
    access: 'signed-in',
    answers: { 204: { describes: 'In.', schema: null } },
    handle({ caller }) {
      seen.push(caller);
      return { status: 204, body: null };
    }
  });
  const place = { db, clock, cost: cheap, tries: createTryLimit(clock), trustsProxy: true };
  const api = createApi({
    routes: [...accountRoutes(place), probe],
    authenticate: createAuthenticate(db, clock, { trustsProxy: true, addressOf: addresses.of }),
    rateLimit: createRateLimit({ capacity: 10_000, perSecond: 1000, clock }),
    addresses,
    log: { debug: write, info: write, error: write },
    metrics: { observeRequest: () => {} },
    nowMs: clock,
    stopping: new AbortController().signal,
    checksAnswers: true
  });
  const said: string[] = [];
  return {
    db,
    api,
    lines,
    said,
    seen,
    clock,
    pass: (ms: number) => void (nowMs += ms),
    async firstCode(isRecovery = false): Promise<string> {
      const printed: string[] = [];
      await announceFirst(db, { nowMs, print: (line) => void printed.push(line), isRecovery });
      return printed.join().match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/)?.[0] ?? '';
    }
  };
}
type Server = ReturnType<typeof createServer>;

function createClient(server: Server, address = '10.0.0.1') {
  let cookie = '';
  const client = {
    get cookie() {
      return cookie;
    },
    set cookie(value: string) {
      cookie = value;
    },
    async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Said> {
      const text = body === undefined ? null : JSON.stringify(body);
      const response = await server.api.request(path, {
        method,
        body: text,
        headers: {
          'X-Forwarded-For': address,
          'Sec-Fetch-Site': 'same-origin',
          ...(text === null ? {} : { 'Content-Type': 'application/json' }),
          ...(cookie ? { Cookie: cookie } : {}),
          ...headers
        }
      });
      const set = response.headers.get('Set-Cookie');
      if (set !== null) cookie = set.split(';')[0]!;
      const answer = await response.text();
      server.said.push(answer);
      return { status: response.status, body: answer ? JSON.parse(answer) : null, headers: response.headers };
    },
    signIn: (name: string, word = password) => client.ask('POST', '/api/v1/account/sign-in', { name, password: word })
  };
  return client;
}

async function createAdministrator(server: Server): Promise<Client> {
  const client = createClient(server);
  const code = await server.firstCode();
  const said = await client.ask('POST', '/api/v1/account/first', { code, name: 'Ada', password });
  expect(said.status).toBe(204);
  return client;
}

/** An account with a password, signed in. */
async function createUser(server: Server, admin: Client, name: string, role: string, groups: string[] = []) {
  const made = await admin.ask('POST', '/api/v1/users', { name, role, groups });
  expect(made.status).toBe(201);
  const client = createClient(server);
  const set = await client.ask('POST', '/api/v1/account/reset', { code: made.body.code, password });
  expect(set.status).toBe(204);
  return { id: made.body.user.id as string, client };
}

interface TestDevice {
  id: string;
  privateKey: KeyObject;
  publicKey: object;
}

function createDevice(): TestDevice {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  return { id: randomUUID(), privateKey, publicKey: { kty, crv, x, y } };
}

function signBy({ privateKey }: TestDevice, text: string): string {
  return sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

function registration(device: TestDevice, code: string, name = 'Tablet 7') {
  const signature = signBy(device, registrationText(device.id, code));
  return { code, deviceId: device.id, name, publicKey: device.publicKey, signature };
}

function signHeaders(device: TestDevice, request: { method: string; path: string; body?: unknown; timeMs: number }) {
  const nonce = randomBytes(16).toString('hex');
  const bodySha256 = createHash('sha256')
    .update(request.body === undefined ? '' : JSON.stringify(request.body))
    .digest('hex');
  const { method, path, timeMs } = request;
  return {
    [signatureHeaders.device]: device.id,
    [signatureHeaders.time]: String(timeMs),
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: signBy(
      device,
      signedText({ deviceId: device.id, method, path, timeMs, nonce, bodySha256 })
    )
  };
}

/** Empties every table but the log, which cannot be. */
async function empty(db: Db): Promise<void> {
  for (const table of ['device_nonce', 'device', 'api_key', 'one_time_code', 'session', 'account']) {
    await db.query(`DELETE FROM ${table}`);
  }
}

export function testAccounts(kind: DatabaseKind): void {
  describe(`accounts on ${kind}`, () => {
    const own = useDatabase(kind);
    let server: Server;

    beforeEach(async () => {
      await empty(own.db);
      server = createServer(own.db);
    });

    const auditKinds = async (admin: Client, limit = 20): Promise<string[]> =>
      (await admin.ask('GET', `/api/v1/audit?limit=${limit}`)).body.entries.map(
        (entry: { kind: string }) => entry.kind
      );

    describe('the first administrator', () => {
      it('comes in by the code on the console, once, and from then on there is none', async () => {
        const nobody = createClient(server);
        expect((await nobody.ask('GET', '/api/v1/account')).body).toMatchObject({ kind: 'nobody', needsFirst: true });
        const admin = await createAdministrator(server);
        expect((await admin.ask('GET', '/api/v1/account')).body).toMatchObject({
          kind: 'user',
          name: 'Ada',
          role: 'administrator',
          needsFirst: false
        });
        expect(await server.firstCode()).toBe('');
        expect(await auditKinds(admin, 1)).toEqual(['administrator-made']);
      });

      it('has a new code at each start; an old one, a wrong one and a used one hold no more', async () => {
        const old = await server.firstCode();
        const code = await server.firstCode();
        const client = createClient(server);
        const first = (with_: string) =>
          client.ask('POST', '/api/v1/account/first', { code: with_, name: 'Ada', password });
        expect(code).not.toBe(old);
        expect((await first(old)).status).toBe(401);
        expect((await first('0000-0000-0000-0000')).status).toBe(401);
        expect((await first(code.toLowerCase().replaceAll('-', ' '))).status).toBe(204);
        expect((await first(code)).status).toBe(401);
      });

      it('is one, when the code is sent many times at once', async () => {
        const code = await server.firstCode();
        const all = await Promise.all(
          [1, 2, 3, 4].map((n) =>
            createClient(server, `10.0.1.${n}`).ask('POST', '/api/v1/account/first', {
              code,
              name: `Ada ${n}`,
              password
            })
          )
        );
        expect(all.map(({ status }) => status).sort()).toEqual([204, 401, 401, 401]);
      });

      it('can come back by a code for recovery, which ends the sessions there were', async () => {
        const admin = await createAdministrator(server);
        const code = await server.firstCode(true);
        const again = createClient(server);
        const body = { code, name: ' ADA ', password: 'another long password' };
        expect((await again.ask('POST', '/api/v1/account/first', body)).status).toBe(204);
        expect((await admin.ask('GET', '/api/v1/users')).status).toBe(401);
        expect((await again.ask('GET', '/api/v1/users')).body.users).toHaveLength(1);
      });

      it('needs a password that is not too easy, and keeps the code where it was', async () => {
        const code = await server.firstCode();
        const client = createClient(server);
        for (const weak of ['short', 'aaaaaaaaaaaaaaaa', 'x'.repeat(900) + 'yzabc'.repeat(100)]) {
          const said = await client.ask('POST', '/api/v1/account/first', { code, name: 'Ada', password: weak });
          expect(said.status).toBe(422);
          expect(said.body.where).toBe('body.password');
        }
        expect((await client.ask('POST', '/api/v1/account/first', { code, name: 'Ada', password })).status).toBe(204);
      });
    });

    describe('signing in', () => {
      it('says the same of a wrong password, an unknown name, and a disabled account', async () => {
        const admin = await createAdministrator(server);
        const { id } = await createUser(server, admin, 'Bo', 'inspector');
        await admin.ask('PATCH', `/api/v1/users/${id}`, { isDisabled: true });
        const answers = [];
        for (const [name, word] of [
          ['Ada', 'wrong wrong wrong'],
          ['Nobody', password],
          ['Bo', password]
        ]) {
          const { status, body } = await createClient(server).signIn(name!, word);
          answers.push({ status, ...body, requestId: '' });
        }
        expect(answers[0]!.status).toBe(401);
        expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
      });

      it('sets a cookie no script reads and no other site sends, Secure behind https', async () => {
        await createAdministrator(server);
        const plain = await createClient(server).signIn('ada');
        expect(plain.headers.get('Set-Cookie')).toMatch(
          /^pumpside_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/
        );
        const body = { name: 'ADA ', password };
        const secure = createClient(server);
        const said = await secure.ask('POST', '/api/v1/account/sign-in', body, { 'X-Forwarded-Proto': 'https' });
        expect(said.headers.get('Set-Cookie')).toMatch(/^__Host-pumpside_session=.*; Secure$/);
        const there = await secure.ask('GET', '/api/v1/account', undefined, { 'X-Forwarded-Proto': 'https' });
        expect(there.body.kind).toBe('user');
      });

      it('ends after a week without use, and after a month with it', async () => {
        const admin = await createAdministrator(server);
        server.pass(7 * dayMs + 1);
        expect((await admin.ask('GET', '/api/v1/users')).status).toBe(401);
        expect((await admin.ask('GET', '/api/v1/account')).body.kind).toBe('nobody');
        expect((await admin.signIn('Ada')).status).toBe(204);
        for (let day = 0; day < 29; day++) {
          server.pass(dayMs);
          expect((await admin.ask('GET', '/api/v1/users')).status).toBe(200);
        }
        server.pass(dayMs);
        expect((await admin.ask('GET', '/api/v1/users')).status).toBe(401);
      });

      it('ends by signing out, by ending the session from another browser, and by a new password', async () => {
        const admin = await createAdministrator(server);
        const tablet = createClient(server);
        await tablet.signIn('Ada');
        const stolen = tablet.cookie;
        expect((await tablet.ask('POST', '/api/v1/account/sign-out')).status).toBe(204);
        tablet.cookie = stolen;
        expect((await tablet.ask('GET', '/api/v1/users')).status).toBe(401);

        await tablet.signIn('Ada');
        const own = (await tablet.ask('GET', '/api/v1/account')).body.sessionId;
        expect((await admin.ask('GET', '/api/v1/account/sessions')).body.sessions).toHaveLength(2);
        expect((await admin.ask('DELETE', `/api/v1/account/sessions/${own}`)).status).toBe(204);
        expect((await tablet.ask('GET', '/api/v1/users')).status).toBe(401);

        await tablet.signIn('Ada');
        const change = { present: password, password: 'entirely new words' };
        expect((await admin.ask('POST', '/api/v1/account/password', { ...change, present: 'not this' })).status).toBe(
          401
        );
        expect((await admin.ask('POST', '/api/v1/account/password', change)).status).toBe(204);
        expect((await tablet.ask('GET', '/api/v1/users')).status).toBe(401);
        expect((await admin.ask('GET', '/api/v1/users')).status).toBe(200);
        expect((await tablet.signIn('Ada')).status).toBe(401);
        expect((await tablet.signIn('Ada', 'entirely new words')).status).toBe(204);
      });

      it('is held after a few wrong tries, says how long, and lets others in meanwhile', async () => {
        const admin = await createAdministrator(server);
        await createUser(server, admin, 'Bo', 'inspector');
        const client = createClient(server, '10.9.9.9');
        for (let n = 0; n < 5; n++) expect((await client.signIn('Ada', `wrong number ${n}`)).status).toBe(401);
        const held = await client.signIn('Ada');
        expect(held.status).toBe(429);
        expect(Number(held.headers.get('Retry-After'))).toBe(30);
        expect((await client.signIn('Bo')).status).toBe(204);
        expect((await createClient(server, '10.9.9.10').signIn('Ada')).status).toBe(204);
        server.pass(30_000);
        expect((await client.signIn('Ada')).status).toBe(204);
      });
    });

    it('takes no change by a cookie from another site, and none that is not JSON', async () => {
      const admin = await createAdministrator(server);
      const body = { name: 'Eve', role: 'administrator', groups: [] };
      const from = (headers: Record<string, string>) => admin.ask('POST', '/api/v1/users', body, headers);
      expect((await from({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
      expect((await from({ 'Sec-Fetch-Site': 'same-site' })).status).toBe(403);
      expect((await from({ Origin: 'https://evil.example' })).status).toBe(403);
      expect((await from({ 'Content-Type': 'text/plain' })).status).toBe(403);
      expect((await admin.ask('GET', '/api/v1/users')).body.users).toHaveLength(1);
      expect((await from({ Origin: 'http://localhost' })).status).toBe(201);
    });

    describe('users', () => {
      it('are made with a code for their password, changed at once, disabled at once, and reset', async () => {
        const admin = await createAdministrator(server);
        const { id, client } = await createUser(server, admin, 'Bo', 'inspector', ['North']);
        expect((await client.ask('GET', '/api/v1/account')).body).toMatchObject({
          role: 'inspector',
          groups: ['North']
        });
        expect((await client.ask('GET', '/api/v1/users')).status).toBe(403);
        expect((await client.ask('GET', '/api/v1/audit')).status).toBe(403);

        expect((await admin.ask('PATCH', `/api/v1/users/${id}`, { role: 'head', groups: [] })).status).toBe(200);
        expect((await client.ask('GET', '/api/v1/audit')).status).toBe(200);

        const reset = await admin.ask('POST', `/api/v1/users/${id}/reset`);
        expect((await client.ask('GET', '/api/v1/audit')).status).toBe(401);
        expect((await client.signIn('Bo')).status).toBe(401);
        const body = { code: reset.body.code, password: 'what Bo says now' };
        expect((await client.ask('POST', '/api/v1/account/reset', body)).status).toBe(204);
        expect((await client.ask('POST', '/api/v1/account/reset', body)).status).toBe(401);

        await admin.ask('PATCH', `/api/v1/users/${id}`, { isDisabled: true });
        expect((await client.ask('GET', '/api/v1/audit')).status).toBe(401);
        await admin.ask('PATCH', `/api/v1/users/${id}`, { isDisabled: false });
        expect((await client.ask('GET', '/api/v1/audit')).status).toBe(401);
        expect((await client.signIn('Bo', 'what Bo says now')).status).toBe(204);
      });

      it('have names that differ by more than their look', async () => {
        const admin = await createAdministrator(server);
        const said = await admin.ask('POST', '/api/v1/users', { name: ' ａda', role: 'inspector', groups: [] });
        expect([said.status, said.body.error]).toEqual([409, 'name-taken']);
      });

      it('lose a code after a day, and where a newer one was made', async () => {
        const admin = await createAdministrator(server);
        const made = await admin.ask('POST', '/api/v1/users', { name: 'Bo', role: 'inspector', groups: [] });
        const newer = await admin.ask('POST', `/api/v1/users/${made.body.user.id}/reset`);
        const client = createClient(server);
        const use = (code: string) => client.ask('POST', '/api/v1/account/reset', { code, password });
        expect((await use(made.body.code)).status).toBe(401);
        server.pass(dayMs);
        expect((await use(newer.body.code)).status).toBe(401);
      });

      it('keep their last administrator', async () => {
        const admin = await createAdministrator(server);
        const { id } = (await admin.ask('GET', '/api/v1/users')).body.users[0];
        const waiting = await admin.ask('POST', '/api/v1/users', { name: 'Cy', role: 'administrator', groups: [] });
        expect(waiting.body.user.hasPassword).toBe(false);
        for (const change of [{ role: 'head' }, { isDisabled: true }]) {
          const said = await admin.ask('PATCH', `/api/v1/users/${id}`, change);
          expect([said.status, said.body.error]).toEqual([409, 'last-administrator']);
        }
        expect((await admin.ask('POST', `/api/v1/users/${id}/reset`)).status).toBe(409);
        const cy = createClient(server);
        await cy.ask('POST', '/api/v1/account/reset', { code: waiting.body.code, password });
        expect((await cy.ask('PATCH', `/api/v1/users/${id}`, { role: 'head' })).status).toBe(200);
      });

      it('keep it when two administrators remove each other at the same moment', async () => {
        const admin = await createAdministrator(server);
        const ada = (await admin.ask('GET', '/api/v1/users')).body.users[0].id;
        const bo = await createUser(server, admin, 'Bo', 'administrator');
        const both = await Promise.all([
          admin.ask('PATCH', `/api/v1/users/${bo.id}`, { isDisabled: true }),
          bo.client.ask('PATCH', `/api/v1/users/${ada}`, { isDisabled: true })
        ]);
        expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
        expect(await hasAdministrator(server.db)).toBe(true);
      });
    });

    describe('devices', () => {
      const path = '/api/v1/probe';
      const send = (client: Client, device: TestDevice, timeMs: number, body?: unknown) =>
        client.ask('POST', path, body, signHeaders(device, { method: 'POST', path, body, timeMs }));

      it('register by a code and sign what they send', async () => {
        const admin = await createAdministrator(server);
        const code = (await admin.ask('POST', '/api/v1/devices/code', { role: 'engineer', groups: ['North'] })).body
          .code;
        const device = createDevice();
        const client = createClient(server);
        expect((await client.ask('POST', '/api/v1/devices', registration(device, code))).status).toBe(201);
        // The answer may have been lost.
        expect((await client.ask('POST', '/api/v1/devices', registration(device, code))).status).toBe(201);
        const other = createDevice();
        expect((await client.ask('POST', '/api/v1/devices', registration(other, code))).status).toBe(401);
        expect((await send(client, device, server.clock(), { a: 1 })).status).toBe(204);
        expect(server.seen).toEqual([{ kind: 'device', deviceId: device.id, role: 'engineer', groups: ['North'] }]);
      });

      it('are refused where body, address, method, key or time is another, and where it was sent before', async () => {
        const admin = await createAdministrator(server);
        const { code } = (await admin.ask('POST', '/api/v1/account/device-code')).body;
        const device = createDevice();
        const client = createClient(server);
        await client.ask('POST', '/api/v1/devices', registration(device, code));
        const body = { a: 1 };
        const timeMs = server.clock();
        const good = signHeaders(device, { method: 'POST', path, body, timeMs });
        const statuses: number[] = [];
        const attempt = async (...[to, what, headers]: [string, unknown, Record<string, string>]) =>
          void statuses.push((await client.ask('POST', to, what, headers)).status);
        await attempt(path, { a: 2 }, good);
        await attempt(`${path}?b=1`, body, good);
        await attempt(path, body, signHeaders(device, { method: 'PUT', path, body, timeMs }));
        await attempt(path, body, {
          ...signHeaders(createDevice(), { method: 'POST', path, body, timeMs }),
          [signatureHeaders.device]: device.id
        });
        await attempt(path, body, { ...good, [signatureHeaders.nonce]: '0'.repeat(32) });
        await attempt(path, body, { ...good, [signatureHeaders.device]: 'not an id' });
        await attempt(path, body, { ...good, [signatureHeaders.signature]: '' });
        expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401]);
        expect((await client.ask('POST', path, body, good)).status).toBe(204);
        const again = await client.ask('POST', path, body, good);
        expect([again.status, again.body.found]).toEqual([401, 'the request was sent before']);
        // The other half of the curve gives a second signature that holds over the same text.
        const twin = mirror(good[signatureHeaders.signature]!);
        expect((await client.ask('POST', path, body, { ...good, [signatureHeaders.signature]: twin })).status).toBe(
          401
        );
      });

      it('may have clocks that are a little off, and are told the time where they are far off', async () => {
        const admin = await createAdministrator(server);
        const { code } = (await admin.ask('POST', '/api/v1/account/device-code')).body;
        const device = createDevice();
        const client = createClient(server);
        await client.ask('POST', '/api/v1/devices', registration(device, code));
        expect((await send(client, device, server.clock() + 4 * minuteMs)).status).toBe(204);
        expect((await admin.ask('GET', '/api/v1/devices')).body.devices[0].skewMs).toBe(4 * minuteMs);
        const late = await send(client, device, server.clock() - 10 * minuteMs);
        expect(late.status).toBe(401);
        expect(late.body.found).toContain('600 s behind');
        expect(late.body.found).toContain(String(server.clock()));
      });

      it('act for whoever is signed in on them, else with the owner’s rights but those of managing', async () => {
        const admin = await createAdministrator(server);
        const { code } = (await admin.ask('POST', '/api/v1/account/device-code')).body;
        const device = createDevice();
        const client = createClient(server);
        await client.ask('POST', '/api/v1/devices', registration(device, code));
        await send(client, device, server.clock());
        await send(admin, device, server.clock());
        expect(server.seen.map((caller) => 'role' in caller && caller.role)).toEqual(['engineer', 'administrator']);
      });

      it('end with their owner’s account, and when they are revoked; a new code lets them back', async () => {
        const admin = await createAdministrator(server);
        const bo = await createUser(server, admin, 'Bo', 'inspector');
        const eve = await createUser(server, admin, 'Eve', 'inspector');
        const newCode = async () => (await bo.client.ask('POST', '/api/v1/account/device-code')).body.code;
        const device = createDevice();
        const client = createClient(server);
        await client.ask('POST', '/api/v1/devices', registration(device, await newCode()));
        const disable = (isDisabled: boolean) => admin.ask('PATCH', `/api/v1/users/${bo.id}`, { isDisabled });
        await disable(true);
        expect((await send(client, device, server.clock())).status).toBe(403);
        await disable(false);
        expect((await send(client, device, server.clock())).status).toBe(204);

        expect((await eve.client.ask('GET', '/api/v1/devices')).body.devices).toEqual([]);
        expect((await eve.client.ask('DELETE', `/api/v1/devices/${device.id}`)).status).toBe(404);
        await bo.client.signIn('Bo');
        const thief = { ...createDevice(), id: device.id };
        expect((await client.ask('POST', '/api/v1/devices', registration(thief, await newCode()))).status).toBe(409);
        expect((await bo.client.ask('DELETE', `/api/v1/devices/${device.id}`)).status).toBe(204);
        expect((await send(client, device, server.clock())).status).toBe(403);
        // Only the device itself is told so.
        expect((await send(client, thief, server.clock())).status).toBe(401);
        expect((await client.ask('POST', '/api/v1/devices', registration(device, await newCode()))).status).toBe(201);
        expect((await send(client, device, server.clock())).status).toBe(204);
      });

      it('get from a person no more than the person has', async () => {
        const admin = await createAdministrator(server);
        const head = (await createUser(server, admin, 'Hal', 'head', ['North'])).client;
        const ask = (role: string, groups: string[]) => head.ask('POST', '/api/v1/devices/code', { role, groups });
        expect((await ask('administrator', [])).status).toBe(403);
        expect((await ask('inspector', ['South'])).status).toBe(403);
        expect((await ask('inspector', ['North'])).status).toBe(201);
      });

      it('are refused with a key that is no point, a private key, or a proof for another code', async () => {
        const admin = await createAdministrator(server);
        const { code } = (await admin.ask('POST', '/api/v1/account/device-code')).body;
        const device = createDevice();
        const good = registration(device, code);
        const client = createClient(server);
        const attempt = async (body: unknown) => (await client.ask('POST', '/api/v1/devices', body)).status;
        expect(await attempt({ ...good, publicKey: { ...device.publicKey, x: 'A'.repeat(43) } })).toBe(422);
        const { d } = device.privateKey.export({ format: 'jwk' });
        expect(await attempt({ ...good, publicKey: { ...device.publicKey, d } })).toBe(422);
        expect(await attempt({ ...good, signature: registration(device, '0000-0000-0000-0000').signature })).toBe(422);
        expect(await attempt(good)).toBe(201);
      });
    });

    describe('API keys', () => {
      it('are shown once, may what they were made for, expire and are revoked', async () => {
        const admin = await createAdministrator(server);
        const expiresMs = server.clock() + dayMs;
        const wish = { name: 'Gateway', permissions: ['readings.ingest'], groups: ['North'], expiresMs };
        const made = (await admin.ask('POST', '/api/v1/keys', wish)).body;
        const key = made.key as string;
        const use = () =>
          createClient(server).ask('POST', '/api/v1/probe', undefined, { Authorization: `Bearer ${key}` });
        expect(key).toMatch(/^pk_[\w-]{43}$/);
        expect((await use()).status).toBe(204);
        expect(server.seen).toEqual([
          { kind: 'key', keyId: made.info.id, name: 'Gateway', permissions: ['readings.ingest'], groups: ['North'] }
        ]);
        const listed = await admin.ask('GET', '/api/v1/keys');
        expect(listed.body.keys).toMatchObject([{ prefix: key.slice(0, 11), usedMs: server.clock(), revokedMs: null }]);
        expect(JSON.stringify(listed.body)).not.toContain(key);

        server.pass(dayMs);
        expect((await use()).status).toBe(401);
        const lasting = (await admin.ask('POST', '/api/v1/keys', { ...wish, expiresMs: null })).body;
        expect((await admin.ask('DELETE', `/api/v1/keys/${lasting.info.id}`)).status).toBe(204);
        const after = await createClient(server).ask('POST', '/api/v1/probe', undefined, {
          Authorization: `Bearer ${lasting.key}`
        });
        expect(after.status).toBe(401);
      });

      it('never manage people, devices or keys, and are not made for the past', async () => {
        const admin = await createAdministrator(server);
        const wish = { name: 'Gateway', permissions: ['detect'], groups: [], expiresMs: null as number | null };
        for (const permission of ['users.manage', 'keys.manage', 'devices.manage', 'audit.read']) {
          expect((await admin.ask('POST', '/api/v1/keys', { ...wish, permissions: [permission] })).status).toBe(422);
        }
        expect((await admin.ask('POST', '/api/v1/keys', { ...wish, expiresMs: startMs })).status).toBe(422);
      });

      it('of nobody are refused, also where the cookie beside them holds', async () => {
        const admin = await createAdministrator(server);
        for (const Authorization of [
          `Bearer pk_${'a'.repeat(43)}`,
          'Bearer',
          'Basic YTpi',
          `Bearer ${'x'.repeat(5000)}`
        ]) {
          expect((await admin.ask('GET', '/api/v1/users', undefined, { Authorization })).status).toBe(401);
        }
      });
    });

    describe('the audit log', () => {
      it('is append-only, chained and whole', async () => {
        const admin = await createAdministrator(server);
        await createClient(server).signIn('Ada', 'hunter2 hunter2');
        expect((await auditKinds(admin, 2))[0]).toBe('sign-in-failed');
        for (const statement of ["UPDATE audit SET actor = ''", 'DELETE FROM audit', 'TRUNCATE audit']) {
          await expect(server.db.query(statement)).rejects.toMatchObject({ code: '23001' });
        }
        expect((await admin.ask('GET', '/api/v1/audit/check')).body).toMatchObject({ brokenAt: null });
        const page = (await admin.ask('GET', '/api/v1/audit?limit=1')).body.entries;
        const before = (await admin.ask('GET', `/api/v1/audit?limit=1&cursor=${page[0].n}~`)).body.entries;
        expect(page[0].prev).toBe(before[0].hash);
        expect((await admin.ask('GET', '/api/v1/audit?kind=sign-in-failed&limit=1')).body.entries).toEqual(page);
        expect((await admin.ask('GET', '/api/v1/audit?limit=0')).status).toBe(422);
      });

      it('has no fork, however many write at once', async () => {
        const deed = { actor: 'nobody', address: '', atMs: server.clock() };
        const before = (await checkAudit(server.db)).entries;
        await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            server.db.tx((queries) => appendAudit(queries, deed, 'key-made', `key:${n}`))
          )
        );
        expect(await checkAudit(server.db)).toMatchObject({ entries: before + 20, brokenAt: null });
      });

      it('shows where an owner of the database has changed it', async () => {
        await createAdministrator(server);
        const deed = { actor: 'nobody', address: '', atMs: server.clock() };
        await server.db.tx((queries) => appendAudit(queries, deed, 'key-made', 'key:1', { limit: 7 }));
        const { entries } = await checkAudit(server.db);
        const change = (detail: string) =>
          server.db.tx(async (queries) => {
            await queries.query('ALTER TABLE audit DISABLE TRIGGER audit_rows_stay');
            await queries.query('UPDATE audit SET detail = $1 WHERE n = $2', [detail, entries]);
            await queries.query('ALTER TABLE audit ENABLE TRIGGER audit_rows_stay');
          });
        await change('{"limit":8}');
        expect((await checkAudit(server.db)).brokenAt).toBe(entries);
        await change('{"limit":7}');
        expect((await checkAudit(server.db)).brokenAt).toBe(null);
      });

      it('takes a refused device down once a minute', async () => {
        const admin = await createAdministrator(server);
        const { code } = (await admin.ask('POST', '/api/v1/account/device-code')).body;
        const device = createDevice();
        await admin.ask('POST', '/api/v1/devices', registration(device, code));
        const before = (await checkAudit(server.db)).entries;
        const nobody = createClient(server);
        for (let n = 0; n < 5; n++) {
          await nobody.ask(
            'POST',
            '/api/v1/probe',
            undefined,
            signHeaders(device, { method: 'GET', path: '/', timeMs: 0 })
          );
        }
        expect((await checkAudit(server.db)).entries).toBe(before + 1);
      });
    });

    it('never keeps, logs or answers a secret but the one time it is shown', async () => {
      const admin = await createAdministrator(server);
      const secrets = [password, admin.cookie.split('=')[1]!];
      const wish = { name: 'Gateway', permissions: ['detect'], groups: [], expiresMs: null };
      secrets.push((await admin.ask('POST', '/api/v1/keys', wish)).body.key);
      secrets.push((await admin.ask('POST', '/api/v1/users', { name: 'Bo', role: 'head', groups: [] })).body.code);
      secrets.push((await admin.ask('POST', '/api/v1/devices/code', { role: 'head', groups: [] })).body.code);
      const [, , key, userCode, deviceCode] = secrets as [string, string, string, string, string];
      // Each was answered once, where it was made; from here on never.
      server.said.length = 0;
      const [first, second] = [createClient(server, '10.3.0.1'), createClient(server, '10.3.0.2')];
      await first.signIn(password, password);
      await first.ask('POST', '/api/v1/account/first', { code: userCode, name: password, password });
      await first.ask('POST', '/api/v1/devices', registration(createDevice(), userCode, 'Tablet'));
      await second.ask('POST', '/api/v1/account/reset', { code: deviceCode, password: 'short' });
      await second.ask('GET', '/api/v1/users', undefined, { Authorization: `Bearer ${key}x` });
      await second.ask('GET', '/api/v1/account', undefined, { Authorization: `Bearer ${key}` });
      for (const list of [
        'users',
        'devices',
        'keys',
        'audit?limit=100',
        'account',
        'account/sessions',
        'audit/check'
      ]) {
        expect((await admin.ask('GET', `/api/v1/${list}`)).status).toBe(200);
      }
      const tables = ['account', 'session', 'one_time_code', 'device', 'api_key', 'audit'];
      const kept = await Promise.all(tables.map((table) => server.db.query(`SELECT t::text AS row FROM ${table} t`)));
      const everything = JSON.stringify([server.said, server.lines, kept]);
      for (const secret of secrets) {
        expect(everything).not.toContain(secret);
        expect(everything).not.toContain(secret.replaceAll('-', ''));
      }
    });

    it('has an administrator after any sequence of changes by anybody', async () => {
      const roles = ['inspector', 'head', 'administrator'] as const;
      // Two administrators, an inspector, and somebody who is not signed in.
      const who = fc.oneof({ weight: 4, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.constantFrom(2, 3) });
      const act = fc.oneof(
        fc.record({ kind: fc.constant('change' as const), by: who, of: who, role: fc.constantFrom(...roles) }),
        fc.record({ kind: fc.constant('disable' as const), by: who, of: who, isDisabled: fc.boolean() }),
        fc.record({ kind: fc.constant('reset' as const), by: who, of: who, isUsed: fc.boolean() }),
        fc.record({ kind: fc.constant('password' as const), by: who })
      );
      let refusals = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 6 }),
          async (rounds) => {
            await empty(server.db);
            server = createServer(own.db);
            const ada = await createAdministrator(server);
            const people = [{ id: (await ada.ask('GET', '/api/v1/users')).body.users[0].id, client: ada }];
            people.push(await createUser(server, ada, 'Bo', 'administrator'));
            people.push(await createUser(server, ada, 'Cy', 'inspector'));
            people.push({ id: randomUUID(), client: createClient(server) });
            for (const round of rounds) {
              const said = await Promise.all(
                round.map(async (each) => {
                  const { client } = people[each.by]!;
                  if (each.kind === 'password') {
                    return client.ask('POST', '/api/v1/account/password', { present: password, password });
                  }
                  const path = `/api/v1/users/${people[each.of]!.id}`;
                  if (each.kind === 'change') return client.ask('PATCH', path, { role: each.role });
                  if (each.kind === 'disable') return client.ask('PATCH', path, { isDisabled: each.isDisabled });
                  const reset = await client.ask('POST', `${path}/reset`);
                  if (reset.status !== 200 || !each.isUsed) return reset;
                  return client.ask('POST', '/api/v1/account/reset', { code: reset.body.code, password });
                })
              );
              expect(Math.max(...said.map(({ status }) => status))).toBeLessThan(500);
              refusals += said.filter(({ body }) => body?.error === 'last-administrator').length;
              expect(await hasAdministrator(server.db)).toBe(true);
            }
            expect((await checkAudit(server.db)).brokenAt).toBe(null);
          }
        ),
        { numRuns: 20, seed: 20_261 }
      );
      // The sequences do come to where somebody must be refused.
      expect(refusals).toBeGreaterThan(0);
    });
  });
}

/** The signature (r, n − s), which holds wherever (r, s) does. */
function mirror(signature: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const bytes = Buffer.from(signature, 'base64url');
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  bytes.write(s.toString(16).padStart(64, '0'), 32, 'hex');
  return bytes.toString('base64url');
}
