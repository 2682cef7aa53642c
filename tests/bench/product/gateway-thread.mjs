/**
 * A WebSocket gateway in a thread of its own: sends one reading after the other at a steady pace, each stamped with the moment it is
 * sent. `workerData`: the asset, its channels, the rows to send over and over, and the pace.
 */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocketServer } from 'ws';

/** @type {{ asset: string, channels: string[], rows: number[][], everyMs: number }} */
const { asset, channels, rows, everyMs } = workerData;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
parentPort?.postMessage({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });

let sent = 0;
const startMs = performance.now();
send();

function send() {
  const row = rows[sent % rows.length] ?? [];
  const v = Object.fromEntries(channels.map((name, c) => [name, row[c]]));
  for (const client of server.clients) client.send(JSON.stringify({ ts: Date.now(), asset, v }));
  sent += 1;
  setTimeout(send, startMs + sent * everyMs - performance.now());
}
