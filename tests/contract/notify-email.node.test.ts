/** E-mail against a real SMTP server on the loopback address. */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmail } from '../../src/server/notify/email';
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
    expect(mail).toMatch(/value 95, limit 90/);
  });

  test('an address that is refused is said, for the others have got it', async () => {
    const [server, port] = await listen({
      authOptional: true,
      onRcptTo({ address }, _, done) {
        done(address.startsWith('bob') ? Object.assign(new Error('no such person'), { responseCode: 550 }) : null);
      },
      onData: (stream, _, done) => void stream.resume().on('end', () => done())
    });
    expect(await createEmail(channelTo(port), plant).send(message, never)).toMatchObject({
      ok: false,
      final: true,
      detail: '1 of the addresses were refused'
    });
    await close(server);
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
