/**
 * Serves Pumpside: `HOST` (default the loopback address) and `PORT` (default 4173, 0 for any free one). The app is there at once; the
 * interface as soon as the database is open, which takes seconds the first time. Without a database the app is served all the same, and it is
 * tried again. With `PUMPSIDE_BACKUP_DIR` it is backed up there once a day. Stops on SIGTERM and SIGINT after the answers under way; ends with
 * exit code 1 where PGlite has died, so that whoever watches over it starts it again.
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createBackend, type Backend } from './api/backend';
import { createStartingApi } from './api/starting';
import { createApp } from './app';
import { announceFirst } from './auth/sign-in';
import { backUpNightly } from './backup/nightly-backup';
import { createLog } from './observe/log';
import { readNotificationSettings } from './notify/open-notifications';
import { createMetrics } from './observe/metrics';
import { serverClock } from './server-clock';
import { readStaticFiles } from './static-files';
import type { Db } from './store/db';
import { openDb } from './store/open-db';

/** Put in by the build. */
declare const __APP_VERSION__: string;

/** How long answers under way may take when the server stops. */
const patienceMs = 1000;
/** A connection that has become idle since is let go after so long. */
const sweepMs = 50;
/** How soon a database that could not be opened is tried again. */
const againMs = 10_000;
const usualKeepDays = 90;

const hostname = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 4173);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  stopWith(`PORT is "${process.env.PORT}", expected a number from 0 to 65535.`);
}
const keepDays = Number(process.env.RETENTION_DAYS ?? usualKeepDays);
if (!(keepDays >= 1 && keepDays <= 36_500)) {
  stopWith(`RETENTION_DAYS is "${process.env.RETENTION_DAYS}", expected a number from 1 to 36500.`);
}

const log = createLog(process.env.LOG_LEVEL);
const stopping = new AbortController();
let trouble: string | null = null;
let db: Db | null = null;
let backend: Backend | null = null;
let endBackups = async (): Promise<void> => {};
const starting = createStartingApi(() => trouble);

const app = createApp(readStaticFiles(join(import.meta.dirname, '../client')), (request, env) =>
  (backend?.api ?? starting).fetch(request, env)
);
const server = serve({ fetch: app.fetch, hostname, port }, ({ address, family, port }: AddressInfo) => {
  // Listening on every address is not an address one can open.
  const isEvery = address === '0.0.0.0' || address === '::';
  const host = isEvery ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  console.log(`Pumpside is at http://${host}:${port}`);
  opening = openBackend();
});
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') stopWith(`Port ${port} is in use. Choose another: PORT=${port + 1} npm start`);
  stopWith(`Cannot listen on ${hostname}:${port}: ${error.message}`);
});

let opening = Promise.resolve();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());

async function openBackend(): Promise<void> {
  try {
    db = await openDb(process.env, hearFault);
    if (stopping.signal.aborted) return;
    await announceFirst(db, {
      nowMs: Date.now(),
      print: (line) => console.log(line),
      isRecovery: process.env.PUMPSIDE_RECOVER === '1'
    });
    backend = createBackend({
      db,
      clock: serverClock,
      tickMs: () => performance.now(),
      log,
      metrics: createMetrics(),
      models: join(import.meta.dirname, '../../models'),
      version: __APP_VERSION__,
      trustsProxy: process.env.TRUST_PROXY === '1',
      keepDays,
      notifications: readNotificationSettings(process.env),
      stopping: stopping.signal
    });
    const folder = process.env.PUMPSIDE_BACKUP_DIR?.trim();
    if (folder) endBackups = startBackups(db, folder);
    trouble = null;
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
    console.error(`There is no database, so only the app is served: ${trouble}`);
    await db?.close().catch(() => undefined);
    db = null;
    if (!stopping.signal.aborted) serverClock.after(againMs, () => (opening = openBackend()));
  }
}

function startBackups(db: Db, folder: string): () => Promise<void> {
  return backUpNightly({
    db,
    folder,
    clock: serverClock,
    onWritten: (path, rows) => log.info({ path, rows }, 'backed up'),
    onError: (err) => log.error({ err, what: 'backup' }, 'failed')
  });
}

/** A connection to PostgreSQL comes back by itself. PGlite is this process's own thread: no query will ever be answered again. */
function hearFault(err: Error): void {
  log.error({ err }, 'database');
  if (db?.kind !== 'pglite' || stopping.signal.aborted) return;
  stopWith(
    `The database has died, so the server ends; started again, it goes on with all that was stored: ${err.message}`
  );
}

async function stop(): Promise<void> {
  stopping.abort();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A browser keeps spare connections that have never asked for anything; they would hold the process.
  const stopMs = Date.now();
  const sweep = setInterval(() => {
    if (!('closeAllConnections' in server)) return;
    if (Date.now() - stopMs > patienceMs) server.closeAllConnections();
    else server.closeIdleConnections();
  }, sweepMs);
  await closed;
  clearInterval(sweep);
  await opening;
  await endBackups();
  await backend?.close();
  await db?.close();
}

function stopWith(message: string): never {
  console.error(message);
  process.exit(1);
}
