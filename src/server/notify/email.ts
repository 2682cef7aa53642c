/**
 * Messages by SMTP, as plain text. A message sent again has the same `Message-ID`, by which mailboxes know it, and goes only to those who
 * have not got it.
 */
import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { writeSubject, writeText } from './message-text';
import { failForGood, failForNow, type Notifier, type Sent } from './notifier';
import { ClosedAddress, resolveHost, type Network } from './reachable';
import type { Channel } from './recipient';

type Email = Extract<Channel, { kind: 'email' }>;

const stepMs = 8000;

/** Creates the adapter. Without TLS it sends only inside the plant. */
export function createEmail(channel: Email, network: Network): Notifier {
  return {
    async send(message, signal) {
      const missing = channel.to.filter((address) => !message.reached.includes(address));
      if (missing.length === 0) return { ok: true };
      if (channel.security === 'none' && !network.allowsPrivate) return failForGood('SMTP without TLS is not allowed');
      try {
        const { address } = await resolveHost(network, channel.host);
        const transport = openTransport(channel, address);
        const sending = transport.sendMail({
          from: channel.from,
          to: channel.to,
          envelope: { from: channel.from, to: missing },
          subject: writeSubject(message),
          text: writeText(message),
          messageId: `<${message.id}@pumpside>`,
          headers: { 'Auto-Submitted': 'auto-generated' }
        });
        // Its own limits end it when nobody waits any more.
        const sent = await Promise.race([sending, whenEnded(signal)]);
        if (sent === null) return failForNow('no answer in time');
        return settle(missing, message.reached, (sent.rejectedErrors ?? []) as Refusal[]);
      } catch (error) {
        const { rejectedErrors = [] } = error as { rejectedErrors?: Refusal[] };
        return rejectedErrors.length > 0 ? settle(missing, message.reached, rejectedErrors) : judge(error);
      }
    }
  };
}

/** What a server says of one address. */
interface Refusal {
  recipient: string;
  responseCode?: number;
}

/** It is final once everybody who is still missing was refused for good. */
function settle(missing: string[], before: string[], refusals: Refusal[]): Sent {
  if (refusals.length === 0) return { ok: true };
  // The library writes hosts in small letters.
  const refused = new Set(refusals.map(({ recipient }) => recipient.toLowerCase()));
  const reached = [...before, ...missing.filter((address) => !refused.has(address.toLowerCase()))];
  const detail = `refused: ${refusals.map(({ recipient, responseCode = 0 }) => `${recipient} (${responseCode})`).join(', ')}`;
  const final = refusals.every(({ responseCode = 0 }) => responseCode >= 500);
  return { ok: false, final, gone: false, detail, reached };
}

function openTransport({ host, port, security, user, secret }: Email, address: string) {
  return createTransport({
    host: address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(isIP(host) ? {} : { tls: { servername: host } }),
    ...(user === '' ? {} : { auth: { user, pass: secret } }),
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
    disableFileAccess: true,
    disableUrlAccess: true
  });
}

function whenEnded(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** Answers of 500 and above stay; a server that cannot be reached, or says "later", may be there again. */
function judge(error: unknown): Sent {
  if (error instanceof ClosedAddress) return failForGood(error.message);
  const { code = 'the connection failed', responseCode } = error as { code?: string; responseCode?: number };
  if (responseCode === undefined) return failForNow(code);
  return responseCode >= 500 ? failForGood(`answered ${responseCode}`) : failForNow(`answered ${responseCode}`);
}
