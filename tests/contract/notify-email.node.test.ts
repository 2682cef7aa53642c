/** E-mail against a real SMTP server on the loopback address. */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEmail } from '../../src/server/notify/email';
import type { Notifier } from '../../src/server/notify/notifier';
import type { Channel } from '../../src/server/notify/recipient';
import { describeNotifier, message, plant, refusalWords, type FarSide } from './notify-notifier.contract';

const never = new AbortController().signal;
type Email = Extract<Channel, { kind: 'email' }>;

async function listen(options: SMTPServerOptions): Promise<[SMTPServer, number]> {
  const server = new SMTPServer({ closeTimeout: 1, ...options });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, (server.server.address() as AddressInfo).port];
}
const close = (server: SMTPServer) => new Promise<void>((resolve) => server.close(() => resolve()));

const channelTo = (port: number, change: Partial<Email> = {}): Email => ({
  kind: 'email',
  host: '127.0.0.1',
  port,
  security: 'none',
  user: '',
  secret: '',
  from: 'pumpside@example.org',
  to: ['ada@example.org', 'bob@example.org'],
  ...change
});

async function startSmtp(): Promise<FarSide> {
  const asked: (() => void)[] = [];
  const [server, port] = await listen({
    authOptional: true,
    onData(stream, _, done) {
      for (const tell of asked.splice(0)) tell();
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (far.manner === 'silent') return;
        if (far.manner === 'takes') {
          far.arrived.push(Buffer.concat(chunks).toString());
          done();
        } else done(Object.assign(new Error(refusalWords), { responseCode: far.manner === 'busy' ? 451 : 550 }));
      });
    }
  });
  const far: FarSide = {
    open: (network) => createEmail(channelTo(port), network),
    manner: 'takes',
    arrived: [],
    whenAsked: () => new Promise((resolve) => asked.push(resolve)),
    stop: () => close(server)
  };
  return far;
}

describeNotifier('e-mail', startSmtp);

describe('e-mail', () => {
  let far: FarSide;
  beforeAll(async () => {
    far = await startSmtp();
  });
  afterAll(() => far.stop());

  test('is plain text with a subject, to all, and known again by its id', async () => {
    expect(await far.open(plant).send(message, never)).toEqual({ ok: true });
    const [mail] = far.arrived;
    expect(mail).toContain('Subject: Pumpside critical: Pump 1, Bearing temperature HH raised');
    expect(mail).toContain(`Message-ID: <${message.id}@pumpside>`);
    expect(mail).toContain('To: ada@example.org, bob@example.org');
    expect(mail).toMatch(/value 95 =C2=B0C, limit 90 =C2=B0C|value 95 °C, limit 90 °C/);
  });

  describe('where a server refuses some addresses', () => {
    /** By address, what it answers instead of taking it. */
    let refusals: Record<string, number> = {};
    let taken: string[][] = [];
    let heads: string[] = [];
    let server: SMTPServer;
    let notifier: Notifier;
    beforeAll(async () => {
      let port: number;
      [server, port] = await listen({
        authOptional: true,
        onRcptTo({ address }, _, done) {
          const responseCode = refusals[address];
          done(responseCode ? Object.assign(new Error(refusalWords), { responseCode }) : null);
        },
        onData(stream, { envelope }, done) {
          let text = '';
          stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
          stream.on('end', () => {
            taken.push(envelope.rcptTo.map(({ address }) => address));
            heads.push(/^To: .*$/m.exec(text)![0]);
            done();
          });
        }
      });
      notifier = createEmail(channelTo(port, { to: ['ada@example.org', 'bob@Example.org'] }), plant);
    });
    beforeEach(() => {
      [taken, heads] = [[], []];
    });
    afterAll(() => close(server));

    test('it says which, and sends again only to those who have not got it', async () => {
      refusals = { 'bob@example.org': 450 };
      const first = await notifier.send(message, never);
      expect(first).toMatchObject({ ok: false, final: false, reached: ['ada@example.org'] });
      expect(first).toMatchObject({ detail: 'refused: bob@example.org (450)' });
      refusals = {};
      expect(await notifier.send({ ...message, reached: ['ada@example.org'] }, never)).toEqual({ ok: true });
      expect(taken).toEqual([['ada@example.org'], ['bob@example.org']]);
      // Both see whom it was for.
      expect(heads).toEqual(Array(2).fill('To: ada@example.org, bob@example.org'));
    });
    test('it is final once all who are missing are refused for good', async () => {
      refusals = { 'bob@example.org': 550 };
      expect(await notifier.send(message, never)).toMatchObject({ final: true, reached: ['ada@example.org'] });
      refusals = { 'ada@example.org': 450, 'bob@example.org': 550 };
      expect(await notifier.send(message, never)).toMatchObject({ ok: false, final: false });
      refusals = { 'ada@example.org': 550, 'bob@example.org': 550 };
      const none = await notifier.send(message, never);
      expect(none).toMatchObject({
        ok: false,
        final: true,
        detail: 'refused: ada@example.org (550), bob@example.org (550)'
      });
      expect(JSON.stringify(none)).not.toContain(refusalWords);
    });
    test('nothing is sent where all have got it', async () => {
      const reached = ['ada@example.org', 'bob@Example.org'];
      expect(await notifier.send({ ...message, reached }, never)).toEqual({ ok: true });
      expect(taken).toEqual([]);
    });
  });

  test('a name and password are given, and wrong ones are final', async () => {
    const [server, port] = await listen({
      allowInsecureAuth: true,
      onAuth({ username, password }, _, done) {
        if (username === 'plant' && password === 'word') done(null, { user: username });
        else done(new Error('no'));
      },
      onData: (stream, _, done) => void stream.resume().on('end', () => done())
    });
    const by = (secret: string) => createEmail(channelTo(port, { user: 'plant', secret }), plant);
    expect(await by('word').send(message, never)).toEqual({ ok: true });
    const wrong = await by('guess').send(message, never);
    expect(wrong).toMatchObject({ ok: false, final: true });
    expect(JSON.stringify(wrong)).not.toContain('guess');
    await close(server);
  });

  test('a certificate nobody vouches for, or none where one is asked for, gets no mail', async () => {
    let taken = 0;
    const count: SMTPServerOptions = {
      authOptional: true,
      onData: (stream, _, done) => void stream.resume().on('end', () => (taken++, done()))
    };
    const [secure, securePort] = await listen(count);
    const [plain, plainPort] = await listen({ ...count, hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const starttls = { security: 'starttls' } as const;
    expect((await createEmail(channelTo(securePort, starttls), plant).send(message, never)).ok).toBe(false);
    expect((await createEmail(channelTo(plainPort, starttls), plant).send(message, never)).ok).toBe(false);
    expect(taken).toBe(0);
    await Promise.all([close(secure), close(plain)]);
  });
});
