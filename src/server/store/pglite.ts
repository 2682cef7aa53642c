/**
 * PGlite in a folder: PostgreSQL inside the process, for a site that sets nothing up. It runs in a thread of its own and has one connection;
 * the pool's queue is what makes everybody wait their turn.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Pool } from 'pg';
import { createRegister } from './channels';
import type { Db } from './db';
import { lockFolder } from './folder-lock';
import { createPoolDb } from './pool-db';
import { awaitReady } from './worker-ready';
import { sqlTypes } from './sql-values';
import { createWorkerSocket } from './worker-socket';

/** Opens the folder, making it where there is none; throws where another process has it. `onFault` hears that the thread has died. */
export async function openPglite(folder: string, onFault: (fault: Error) => void): Promise<Db> {
  mkdirSync(dirname(folder), { recursive: true });
  const unlock = lockFolder(folder);
  try {
    if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(folder);
    return await serve(folder, unlock, onFault);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** In a thread that ends: whoever has made a database keeps half a gigabyte more. A folder that is there is whole. */
async function initialise(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  const worker = startWorker(draft, 'initialise');
  // A thread may tell that it is done and end at the same moment.
  await Promise.all([awaitReady(worker), once(worker, 'exit')]);
  renameSync(draft, folder);
  if (process.platform === 'win32') return;
  const parent = openSync(dirname(folder), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

async function serve(folder: string, unlock: () => void, onFault: (fault: Error) => void): Promise<Db> {
  const worker = startWorker(folder, 'serve');
  let isRunning = true;
  worker.once('exit', () => (isRunning = false));
  await awaitReady(worker);
  worker.on('error', onFault);

  const stream = () => createWorkerSocket(worker, () => isRunning);
  const pool = new Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    stream,
    types: sqlTypes
  });
  const register = createRegister(async (statement, channel) => void (await pool.query(`${statement} ${channel}`)));
  pool.on('error', onFault);
  pool.on('connect', (client) => {
    client.on('error', onFault);
    client.on('notification', ({ channel, payload }) => register.deliver(channel, payload ?? ''));
  });
  return createPoolDb('pglite', pool, { ...register, close: async () => {} }, async () => {
    if (isRunning) {
      worker.postMessage(null);
      await once(worker, 'exit');
    }
    unlock();
  });
}

function startWorker(folder: string, task: 'initialise' | 'serve'): Worker {
  return new Worker(new URL('./pglite.worker.mjs', import.meta.url), { workerData: { folder, task } });
}
