/** The WebSocket source against a real server. */
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { Socket } from '$lib/ingest/websocket/socket';
import { createWebSocketSource } from '$lib/ingest/websocket/source';
import { describeReadingSource, timeOf } from './reading-source.contract';
import type { SourcePlace } from './reading-source.contract';

function createPlace(): SourcePlace {
  let server: WebSocketServer | null = null;
  // Nothing listens there until the first start: port 1 is nobody's.
  let port = 0;

  return {
    async start() {
      const started = (server = new WebSocketServer({ host: '127.0.0.1', port }));
      await new Promise<void>((resolve, reject) => started.once('listening', resolve).once('error', reject));
      port = (started.address() as AddressInfo).port;
    },
    async kill() {
      const killed = server;
      server = null;
      for (const client of killed?.clients ?? []) client.terminate();
      await new Promise<void>((resolve) => (killed ? killed.close(() => resolve()) : resolve()));
    },
    send(n) {
      const text = JSON.stringify({ ts: timeOf(n), asset: 'P-101A', v: { n } });
      for (const client of server?.clients ?? []) client.send(n % 2 === 0 ? text : new TextEncoder().encode(text));
    },
    createSource(listener, clock) {
      const openSocket = (): Socket => new WebSocket(`ws://127.0.0.1:${port || 1}`) as unknown as Socket;
      const setup = {
        kind: 'websocket',
        id: '1',
        name: 'test',
        asset: 'own',
        url: 'ws://test',
        format: 'auto'
      } as const;
      return createWebSocketSource(setup, listener, { clock, openSocket });
    }
  };
}

describeReadingSource('WebSocket', createPlace);
