/** The backend over HTTP, by whatever `fetch` is given. Every way in which a request can fail becomes a `Trouble`. */
import type { Clock } from '../domain/clock';
import { parsePullPage, parsePushAnswer, schemaHeader } from './protocol';
import type { Reply, SyncTransport, Trouble } from './transport';
import { schemaVersion } from './version';

/** What is used of `fetch`. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: Uint8Array<ArrayBuffer>;
    signal: AbortSignal;
    credentials: 'same-origin';
  }
) => Promise<{ status: number; headers: { get(name: string): string | null }; json(): Promise<unknown> }>;

export interface HttpTransportOptions {
  fetch: Fetch;
  clock: Clock;
  /**
   * Headers by which the backend knows the device; absent where a session's cookie is enough. The path has its query; `timeMs` is the
   * backend's time as well as it is known.
   */
  sign?: (
    method: string,
    path: string,
    body: Uint8Array<ArrayBuffer>,
    timeMs: number
  ) => Promise<Record<string, string>>;
  /** Before all paths, without a slash at its end; empty for the page's own origin. */
  origin?: string;
  /** How long an answer may take. */
  timeoutMs?: number;
}

const noBytes = new Uint8Array();
/** Off by less, a clock is no reason for a refusal: the backend lets minutes pass. */
const leastSkewMs = 60_000;

/** Creates the transport. */
export function createHttpTransport(options: HttpTransportOptions): SyncTransport {
  const { fetch, clock, sign, origin = '', timeoutMs = 30_000 } = options;

  /** By how much the backend's clock is ahead of the device's, as far as it had to be found out. */
  let aheadMs = 0;

  async function send(method: 'GET' | 'POST', path: string, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal) {
    const hasBody = bytes.length > 0;
    const headers: Record<string, string> = {
      [schemaHeader]: String(schemaVersion),
      ...(await sign?.(method, path, bytes, Math.round(clock.now() + aheadMs)))
    };
    if (hasBody) headers['content-type'] = 'application/json';
    const url = origin + path;
    return fetch(url, { method, headers, signal, credentials: 'same-origin', ...(hasBody ? { body: bytes } : {}) });
  }

  /** Takes the backend's time from its answer; true where the device's is so far off that a signature by it does not hold. */
  function learnTime(date: string | null): boolean {
    const found = Date.parse(date ?? '') - clock.now();
    if (!(Math.abs(found - aheadMs) >= leastSkewMs)) return false;
    aheadMs = found;
    return true;
  }

  async function ask<T>(method: 'GET' | 'POST', path: string, body: string, parse: (json: unknown) => T | null) {
    const stop = new AbortController();
    const callOff = clock.after(timeoutMs, () => stop.abort());
    try {
      const bytes = body === '' ? noBytes : new TextEncoder().encode(body);
      let response = await send(method, path, bytes, stop.signal);
      const isByClock = sign && response.status === 401 && learnTime(response.headers.get('date'));
      if (isByClock) response = await send(method, path, bytes, stop.signal);
      const trouble = troubleOf(response.status, response.headers.get('retry-after'));
      if (trouble) return { ok: false, trouble } satisfies Reply<T>;
      const value = parse(await response.json());
      return value === null ? failed<T>({ kind: 'bad-answer' }) : ({ ok: true, value } satisfies Reply<T>);
    } catch (error) {
      return failed<T>({ kind: error instanceof SyntaxError ? 'bad-answer' : 'unreachable' });
    } finally {
      callOff();
    }
  }

  return {
    push: (request) => ask('POST', '/api/v1/sync/push', JSON.stringify(request), parsePushAnswer),
    pull: (deviceId, cursor) =>
      ask('GET', `/api/v1/sync/pull?cursor=${cursor}&deviceId=${encodeURIComponent(deviceId)}`, '', parsePullPage)
  };
}

function failed<T>(trouble: Trouble): Reply<T> {
  return { ok: false, trouble };
}

/** What a status means; null where the answer is one to work with. */
function troubleOf(status: number, retryAfter: string | null): Trouble | null {
  if (status === 200) return null;
  if (status === 401) return { kind: 'signed-out' };
  if (status === 403) return { kind: 'forbidden' };
  if (status === 413) return { kind: 'too-large' };
  if (status === 426) return { kind: 'outdated' };
  if (status === 429 || status >= 500) {
    const seconds = Number(retryAfter ?? NaN);
    return seconds > 0 ? { kind: 'unreachable', afterMs: seconds * 1000 } : { kind: 'unreachable' };
  }
  // Another 200 or a redirect comes from what stands between, such as a sign-in page of the network.
  return status >= 400 && status !== 404 ? { kind: 'unacceptable' } : { kind: 'unreachable' };
}
