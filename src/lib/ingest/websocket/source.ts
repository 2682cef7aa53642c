/**
 * A WebSocket that sends readings, of one asset or many. What a silent socket means is left to whoever watches the sample times:
 * a connection says nothing about a sensor. Knows frames as text; what they say is `wire`.
 */
import type { Clock } from '../../domain/clock';
import { fail } from '../../domain/result';
import type { Fault } from '../../domain/result';
import type { ReadingSource, SourceListener, WebSocketSetup } from '../../domain/source';
import { createConnection } from '../connection';
import type { Try } from '../connection';
import { createTextDecoder } from '../wire/text-decoder';
import { createWireReader } from '../wire/wire-reader';
import { openBrowserSocket } from './socket';
import type { OpenSocket, Socket } from './socket';

/** What a host gives. Without `openSocket` it is the browser's. */
export interface WebSocketParts {
  clock: Clock;
  random?: () => number;
  openSocket?: OpenSocket;
}

/** A source that can also be spoken to. */
export interface WebSocketSource extends ReadingSource {
  /** Sends a text; false where the socket is not open, and then nothing is kept for later. */
  send(text: string): boolean;
}

/** Close codes by which a server says that it will not have us: policy (RFC 6455), and HTTP's 401 and 403 as many write them. */
const refusals = new Set([1008, 4401, 4403]);

/** Creates the source at rest. Its messages are text or UTF-8 in binary; one that cannot be read is told as a loss. */
export function createWebSocketSource(
  setup: WebSocketSetup,
  listener: SourceListener,
  { clock, random = Math.random, openSocket = openBrowserSocket }: WebSocketParts
): WebSocketSource {
  const reader = createWireReader(setup.format, (loss) => listener.loss(loss));
  const decoder = createTextDecoder((fault) => listener.loss({ kind: 'unreadable', count: 1, example: fault }));
  let openSocketNow: Socket | null = null;

  function connect(attempt: Try): () => void {
    let socket: Socket;
    try {
      socket = openSocket(setup.url);
    } catch (error) {
      attempt.refused(unreachable(setup.url, String(error), 'an address that may be opened'));
      return () => {};
    }
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      openSocketNow = socket;
      reader.restart();
      decoder.restart();
      attempt.opened();
    };
    socket.onmessage = ({ data }) => {
      if (!attempt.isOver) receive(data);
    };
    socket.onclose = ({ code, reason }) => {
      const fault = unreachable(
        setup.url,
        reason ? `closed with ${code}: ${reason}` : `closed with ${code}`,
        'a connection'
      );
      if (refusals.has(code)) attempt.refused(fault);
      else attempt.lost(fault);
    };
    // Its end follows, and only that says why. A handler must be there all the same: without one, Node's socket throws.
    socket.onerror = () => {};
    return () => {
      if (openSocketNow === socket) openSocketNow = null;
      socket.close();
    };
  }

  function receive(data: unknown): void {
    const text = typeof data === 'string' ? data : decoder.decode(data);
    if (text === '') return;
    const readings = reader.read(text, clock.now(), setup.asset);
    if (readings.length > 0) listener.readings(readings);
  }

  const connection = createConnection({ clock, random, connect, tell: (state) => listener.state(state) });
  return {
    open: connection.open,
    retryNow: connection.retryNow,
    close() {
      connection.close();
      return Promise.resolve();
    },
    send(text) {
      openSocketNow?.send(text);
      return openSocketNow !== null;
    }
  };
}

function unreachable(url: string, found: string, expected: string): Fault {
  return fail('unexpected', url, found, expected).fault;
}
