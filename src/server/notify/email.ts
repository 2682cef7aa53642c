/** Messages by SMTP, as plain text. A message sent again has the same `Message-ID`, by which mailboxes know it. */
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
      if (channel.security === 'none' && !network.allowsPrivate) return failForGood('SMTP without TLS is not allowed');
      try {
        const { address } = await resolveHost(network, channel.host);
        const transport = openTransport(channel, address);
        const sending = transport.sendMail({
          from: channel.from,
          to: channel.to,
          subject: writeSubject(message),
          text: writeText(message),
          messageId: `<${message.id}@pumpside>`,
          headers: { 'Auto-Submitted': 'auto-generated' }
        });
        // Its own limits end it when nobody waits any more.
        const sent = await Promise.race([sending, whenEnded(signal)]);
        if (sent === null) return failForNow('no answer in time');
        const { length } = sent.rejected;
        return length === 0 ? { ok: true } : failForGood(`${length} of the addresses were refused`);
      } catch (error) {
        return judge(error);
      }
    }
  };
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
