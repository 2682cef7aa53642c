/** Webhook, Alertmanager and web push against HTTP servers on the loopback address. */
import { createDecipheriv, createECDH, createHmac, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAlertmanager, type Alert } from '../../src/server/notify/alertmanager';
import type { Notifier } from '../../src/server/notify/notifier';
import type { Network } from '../../src/server/notify/reachable';
import { createWebhook } from '../../src/server/notify/webhook';
import { createWebPush } from '../../src/server/notify/web-push';
import webPush from 'web-push';
import { describeNotifier, message, plant, refusalWords, type FarSide } from './notify-notifier.contract';

const never = new AbortController().signal;
const nowMs = Date.UTC(2026, 0, 5, 12, 1);

interface Got {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<[Server, string]> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function startHttp(open: (url: string, network: Network) => Notifier): Promise<FarSide & { got: Got[] }> {
  const asked: (() => void)[] = [];
  const [server, url] = await listen((request, response) => {
    for (const tell of asked.splice(0)) tell();
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (far.manner === 'silent') return;
      const body = Buffer.concat(chunks);
      if (far.manner === 'takes') {
        far.arrived.push(body.toString('latin1'));
        far.got.push({ path: request.url ?? '', headers: request.headers, body });
      }
      const status = { takes: 201, busy: 503, refuses: 400 }[far.manner];
      response.writeHead(status, far.manner === 'busy' ? { 'Retry-After': '7' } : {}).end(refusalWords);
    });
  });
  const far: FarSide & { got: Got[] } = {
    open: (network) => open(url, network),
    manner: 'takes',
    arrived: [],
    got: [],
    whenAsked: () => new Promise((resolve) => asked.push(resolve)),
    stop: () => close(server)
  };
  return far;
}

const webhookTo = (url: string, network: Network) =>
  createWebhook({ kind: 'webhook', url: `${url}/alarms`, secret: 'word' }, network, () => nowMs);
const alertmanagerAt = (url: string, network: Network) =>
  createAlertmanager({ kind: 'alertmanager', url: `${url}/prefix/`, secret: 'token' }, network, () => nowMs);

const browser = createECDH('prime256v1');
browser.generateKeys();
const p256dh = browser.getPublicKey('base64url');
const secret = randomBytes(16).toString('base64url');
const vapid = { subject: 'mailto:plant@example.org', ...webPush.generateVAPIDKeys() };
const pushTo = (url: string, network: Network) =>
  createWebPush({ kind: 'web-push', endpoint: `${url}/push/1`, p256dh, secret }, network, () => Promise.resolve(vapid));

/** What the browser reads of a push: RFC 8291 over RFC 8188, by its private key and the secret it shares with the sender. */
function decrypt(body: Buffer): string {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body[20]!);
  const sealed = body.subarray(21 + body[20]!);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), sender]);
  const shared = hkdfSync('sha256', browser.computeSecret(sender), Buffer.from(secret, 'base64url'), info, 32);
  const derive = (name: string, length: number) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(shared), salt, `Content-Encoding: ${name}\0`, length));
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString();
}

/** The claims of a token (RFC 8292) that this key has signed; throws where it has not. */
function readToken(token: string, publicKey: string): { aud: string; exp: number; sub: string } {
  const [head, claims, signature] = token.split('.');
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((each) => each.toString('base64url'));
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' });
  const how = { key, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${head}.${claims}`), how, Buffer.from(signature!, 'base64url'))) {
    throw new Error('The signature is another key’s.');
  }
  return JSON.parse(Buffer.from(claims!, 'base64url').toString());
}

describeNotifier('webhook', () => startHttp(webhookTo));
describeNotifier('Alertmanager', () => startHttp(alertmanagerAt));
describeNotifier('web push', () => startHttp(pushTo));

describe('what each says', () => {
  let far: FarSide & { got: Got[] };
  let url = '';
  beforeAll(async () => {
    far = await startHttp((at) => {
      url = at;
      return webhookTo(at, plant);
    });
    far.open(plant);
  });
  afterAll(async () => {
    await far.stop();
  });
  const sendBy = async (notifier: Notifier): Promise<Got> => {
    far.got.length = 0;
    expect(await notifier.send(message, never)).toEqual({ ok: true });
    return far.got[0]!;
  };

  test('a webhook is signed, and the same each time', async () => {
    const first = await sendBy(webhookTo(url, plant));
    const again = await sendBy(webhookTo(url, plant));
    const seconds = String(nowMs / 1000);
    const signature = createHmac('sha256', 'word').update(`${seconds}.`).update(first.body).digest('hex');
    expect(first.path).toBe('/alarms');
    expect(first.headers).toMatchObject({
      'idempotency-key': message.id,
      'x-pumpside-timestamp': seconds,
      'x-pumpside-signature': `sha256=${signature}`
    });
    const { id, kind, notices } = message;
    expect(JSON.parse(first.body.toString())).toEqual({ id, kind, notices });
    expect(again.body).toEqual(first.body);
    expect(first.body.toString()).not.toContain('word');
  });
  test('Alertmanager gets alerts at its address, below whatever stands before it', async () => {
    const { path, headers, body } = await sendBy(alertmanagerAt(url, plant));
    expect(path).toBe('/prefix/api/v2/alerts');
    expect(headers.authorization).toBe('Bearer token');
    const [alert] = JSON.parse(body.toString()) as Alert[];
    expect(alert?.labels.severity).toBe('critical');
  });
  test('a push is encrypted, signed by the server’s key, urgent and short-lived', async () => {
    const { headers, body } = await sendBy(pushTo(url, plant));
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high', ttl: '86400' });
    const [, token, key] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization!)!;
    expect(key).toBe(vapid.publicKey);
    const claims = readToken(token!, key!);
    expect(claims).toMatchObject({ aud: url, sub: vapid.subject });
    expect(claims.exp - Date.now() / 1000).toBeLessThanOrEqual(86_400);
    expect(body.toString('latin1')).not.toMatch(/Pump|tablet/);
    // All that it says: no name, no pump, no value.
    expect(JSON.parse(decrypt(body))).toEqual({
      kind: 'alarms',
      severity: 'critical',
      count: 1,
      alarmId: 'tablet:p1:hh'
    });
  });
  test('a push of several alarms says how many, and names none', async () => {
    const [notice] = message.notices;
    const other = { ...notice!, alarmId: 'tablet:p1:h', priority: 'low' as const };
    far.got.length = 0;
    await pushTo(url, plant).send({ ...message, notices: [other, notice!, other] }, never);
    const said = JSON.parse(decrypt(far.got[0]!.body)) as object;
    expect(said).toEqual({ kind: 'alarms', severity: 'critical', count: 2, alarmId: null });
  });
  test('keys that are none are refused for good', async () => {
    const broken = createWebPush(
      { kind: 'web-push', endpoint: `${url}/push/1`, p256dh: 'A'.repeat(87), secret },
      plant,
      () => Promise.resolve(vapid)
    );
    expect(await broken.send(message, never)).toMatchObject({ ok: false, final: true });
  });
  test('patience is as long as was asked for', async () => {
    far.manner = 'busy';
    expect(await webhookTo(url, plant).send(message, never)).toMatchObject({ ok: false, afterMs: 7000 });
    far.manner = 'takes';
  });
});

describe('answers that lead elsewhere', () => {
  let status = 0;
  let asked = 0;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    [server, url] = await listen((_, response) => {
      asked++;
      response.writeHead(status, { Location: `${url}/elsewhere` }).end();
    });
  });
  afterAll(() => close(server));

  test.each([301, 302, 307, 308])('a redirect (%i) is not followed', async (redirect) => {
    status = redirect;
    asked = 0;
    expect(await webhookTo(url, plant).send(message, never)).toMatchObject({ ok: false, final: true });
    expect(asked).toBe(1);
  });
  test.each([404, 410])('a browser whose push service answers %i is gone, a webhook is not', async (gone) => {
    status = gone;
    expect(await pushTo(url, plant).send(message, never)).toMatchObject({ ok: false, gone: true });
    expect(await webhookTo(url, plant).send(message, never)).toMatchObject({ ok: false, final: true, gone: false });
  });
  test('nobody there: perhaps later', async () => {
    const [gone, address] = await listen(() => {});
    await close(gone);
    expect(await webhookTo(address, plant).send(message, never)).toMatchObject({ ok: false, final: false });
  });
});
