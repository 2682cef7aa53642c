/**
 * A stream of server-sent events that says up to where there is something to pull. It carries no data, so a poke that is lost loses
 * nothing. A comment now and then keeps proxies from closing it, and it ends after a while, so that credentials are looked at again.
 */
import type { SyncStore } from '../sync/store';

/** Opens a stream; null where there are too many already. It ends with `signal`, and when its reader goes. */
export type OpenPokes = (signal: AbortSignal) => Promise<Response | null>;

const aliveMs = 15_000;
const longestMs = 10 * 60_000;
const mostStreams = 1000;
/** Events that wait for a slow reader; beyond, the next one says all. */
const mostWaiting = 8;

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // A proxy of the kind that gathers answers must not.
  'X-Accel-Buffering': 'no'
};

/** Creates the opener. `after` runs something once after so many ms; the function it returns calls it off. */
export function createPokes(
  store: Pick<SyncStore, 'version' | 'onChange'>,
  after: (milliseconds: number, act: () => void) => () => void
): OpenPokes {
  let streams = 0;

  function stream(newest: number, signal: AbortSignal): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let end = () => {};
    return new ReadableStream(
      {
        start(controller) {
          const send = (text: string) => {
            if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(text));
          };
          const poke = (rev: number) => send(`event: poke\nid: ${rev}\ndata: ${rev}\n\n`);
          const close = () => {
            end();
            controller.close();
          };
          const keepAlive = () => {
            send(': alive\n\n');
            callOff = after(aliveMs, keepAlive);
          };
          streams++;
          const stopTelling = store.onChange(poke);
          const callOffEnd = after(longestMs, close);
          let callOff = after(aliveMs, keepAlive);
          end = () => {
            end = () => {};
            streams--;
            stopTelling();
            callOff();
            callOffEnd();
            signal.removeEventListener('abort', close);
          };
          signal.addEventListener('abort', close);
          send('retry: 2000\n\n');
          poke(newest);
          if (signal.aborted) close();
        },
        cancel: () => end()
      },
      new CountQueuingStrategy({ highWaterMark: mostWaiting })
    );
  }

  return async (signal) => {
    if (streams >= mostStreams) return null;
    const { newest } = await store.version();
    return new Response(stream(newest, signal), { headers });
  };
}
