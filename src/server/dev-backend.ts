/** What `vite dev` makes of the backend: the same parts as `main`, without its process. Loaded anew with every edit below it. */
import { createBackend, type Backend } from './api/backend';
import { announceFirst } from './auth/sign-in';
import { createLog } from './observe/log';
import { createMetrics } from './observe/metrics';
import { serverClock } from './server-clock';
import type { Db } from './store/db';
import { openDb } from './store/open-db';

/** Opens the database, and prints the code for the first administrator where there is none. */
export async function openDevDb(): Promise<Db> {
  const db = await openDb(process.env, (error) => console.error(error));
  await announceFirst(db, { nowMs: Date.now(), print: (line) => console.log(line), isRecovery: false });
  return db;
}

/** The backend over it. */
export function createDevBackend(db: Db, models: string, stopping: AbortSignal): Backend {
  return createBackend({
    db,
    clock: serverClock,
    tickMs: () => performance.now(),
    log: createLog(process.env.LOG_LEVEL ?? 'warn'),
    metrics: createMetrics(),
    models,
    version: 'dev',
    trustsProxy: false,
    keepDays: 90,
    stopping
  });
}
