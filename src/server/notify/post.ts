/** Sends one HTTP request to a place that a person named: to allowed addresses only, following no redirect, reading no answer. */
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { failForGood, failForNow, type Sent } from './notifier';
import { ClosedAddress, resolveHost, type Network } from './reachable';

interface Posted {
  url: string;
  headers: Record<string, string | number>;
  body: string | Uint8Array | null;
}

/** Answers that may be others a moment later. */
const passing = new Set([408, 425, 429]);

/** Posts, and judges by the status: 2xx is sent; 404 and 410 may mean that the place is gone; other 3xx and 4xx stay as they are. */
export async function post(network: Network, posted: Posted, signal: AbortSignal): Promise<Sent> {
  const url = new URL(posted.url);
  if (url.protocol !== 'https:' && !(network.allowsPrivate && url.protocol === 'http:')) {
    return failForGood('the address is not https');
  }
  try {
    const { status, afterS } = await exchange(network, url, posted, signal);
    if (status >= 200 && status < 300) return { ok: true };
    const detail = `answered ${status}`;
    if (status >= 500 || passing.has(status)) return failForNow(detail, afterS * 1000);
    return failForGood(detail, status === 404 || status === 410);
  } catch (error) {
    if (error instanceof ClosedAddress) return failForGood(error.message);
    if (signal.aborted) return failForNow('no answer in time');
    return failForNow((error as NodeJS.ErrnoException).code ?? 'the connection failed');
  }
}

async function exchange(
  network: Network,
  url: URL,
  { headers, body }: Posted,
  signal: AbortSignal
): Promise<{ status: number; afterS: number }> {
  const found = await resolveHost(network, url.hostname);
  signal.throwIfAborted();
  const send = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': body === null ? 0 : Buffer.byteLength(body) },
      agent: false,
      signal,
      // The name was looked up; this is what it meant.
      lookup: (_, options, done) => {
        if (options.all) done(null, [found]);
        else done(null, found.address, found.family);
      }
    });
    request.on('error', reject).on('response', (response) => {
      const afterS = Number(response.headers['retry-after']);
      resolve({ status: response.statusCode ?? 0, afterS: afterS > 0 ? afterS : 0 });
      response.destroy();
    });
    request.end(body ?? undefined);
  });
}
