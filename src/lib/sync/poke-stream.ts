/**
 * Hears of pokes: each says that the backend has something new, and nothing else. Read by `fetch`, because an `EventSource` cannot carry the
 * device's signature. It must not know what is done about a poke: one that is lost, or told twice, only moves the next run.
 */
import type { Clock } from '../domain/clock';

/** Where the stream is. */
export const pokePath = '/api/v1/sync/poke';

/** What is used of `fetch`. */
export type FetchStream = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal; cache: 'no-store'; credentials: 'same-origin' }
) => Promise<Pick<Response, 'status' | 'headers' | 'body'>>;

export interface PokeStreamParts {
  fetch: FetchStream;
  clock: Clock;
  /** Headers by which the backend knows the device, anew for each request; none where a session's cookie is enough. */
  sign: () => Promise<Record<string, string>>;
  onPoke: () => void;
}

/** After the end of a stream, which the backend brings about from time to time; twice as long after each failure. */
const firstPauseMs = 2000;
/** After an answer that is no stream, such as 401: only a person, or the backend's keeper, can change that. */
const longestPauseMs = 30_000;
/** The backend sends something every 15 s; a connection that is silent for so long is dead. */
const silentMs = 45_000;
/** No line of the backend's is as long; what is behind is not kept. */
const longestLine = 1000;

/** Creates the listener. `open` listens, from now on and again and again; it ends a stream that is open, to ask with what holds now. */
export function createPokeStream({ fetch, clock, sign, onPoke }: PokeStreamParts): { open: () => void } {
  let current = new AbortController();
  let callOff = () => {};
  let pauseMs = firstPauseMs;

  async function listen(own: AbortController): Promise<void> {
    const waitForBytes = () => {
      callOff();
      callOff = clock.after(silentMs, () => own.abort());
    };
    const headers = { Accept: 'text/event-stream', ...(await sign()) };
    if (own.signal.aborted) return;
    waitForBytes();
    const answer = await fetch(pokePath, {
      headers,
      signal: own.signal,
      cache: 'no-store',
      credentials: 'same-origin'
    });
    const isStream = answer.status === 200 && answer.headers.get('content-type')?.startsWith('text/event-stream');
    if (!isStream || !answer.body) {
      pauseMs = longestPauseMs;
      return;
    }
    const reader = answer.body.getReader();
    const takeText = createPokeReader(onPoke);
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || own.signal.aborted) return;
      pauseMs = firstPauseMs;
      waitForBytes();
      takeText(decoder.decode(value, { stream: true }));
    }
  }

  function open(): void {
    current.abort();
    callOff();
    const own = new AbortController();
    current = own;
    void listen(own)
      // Unreachable, cut off, or silent: all the same from here.
      .catch(() => undefined)
      .then(() => {
        if (own !== current) return;
        // Lets go of an answer that was not read.
        own.abort();
        callOff();
        callOff = clock.after(pauseMs, open);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      });
  }

  return { open };
}

/** Reads `text/event-stream` as it comes, in pieces of any size; calls back at each line that names a poke. */
export function createPokeReader(onPoke: () => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/[\r\n]/);
    rest = lines.pop()!.slice(0, longestLine);
    for (const line of lines) if (/^event: ?poke$/.test(line)) onPoke();
  };
}
