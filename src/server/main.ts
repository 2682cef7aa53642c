/**
 * Serves Pumpside: `HOST` (default the loopback address) and `PORT` (default 4173, 0 for any free one). Stops on SIGTERM
 * and SIGINT after the answers under way.
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createApp } from './app';
import { readStaticFiles } from './static-files';

const patienceMs = 2000;

const hostname = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 4173);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  stopWith(`PORT is "${process.env.PORT}", expected a number from 0 to 65535.`);
}

const app = createApp(readStaticFiles(join(import.meta.dirname, '../client')));
const server = serve({ fetch: app.fetch, hostname, port }, ({ address, family, port }: AddressInfo) => {
  // Listening on every address is not an address one can open.
  const isEvery = address === '0.0.0.0' || address === '::';
  const host = isEvery ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  console.log(`Pumpside is at http://${host}:${port}`);
});
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') stopWith(`Port ${port} is in use. Choose another: PORT=${port + 1} npm start`);
  stopWith(`Cannot listen on ${hostname}:${port}: ${error.message}`);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);

function stop(): void {
  server.close();
  // A browser keeps spare connections that have never asked for anything; they would hold the process.
  setTimeout(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
  }, patienceMs).unref();
}

function stopWith(message: string): never {
  console.error(message);
  process.exit(1);
}
