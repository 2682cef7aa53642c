/**
 * PostgreSQL from version 15 on, by `DATABASE_URL`: a pool for queries, and one connection more that listens, comes back after a loss and
 * then pokes everybody once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Pool, type ClientConfig } from 'pg';
import { createRegister, type Channels } from './channels';
import type { Db } from './db';
import { createPoolDb } from './pool-db';
import { sqlTypes } from './sql-values';

const poolSize = 10;
const connectWithinMs = 10_000;
const firstWaitMs = 100;
const longestWaitMs = 5000;

/** Connects; throws where nothing answers, or what answers is too old or not UTF-8. `onFault` hears of connections lost later. */
export async function openPostgres(url: string, onFault: (fault: Error) => void): Promise<Db> {
  const config: ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: connectWithinMs,
    keepAlive: true,
    application_name: 'pumpside',
    types: sqlTypes
  };
  const pool = new Pool({ ...config, max: poolSize });
  pool.on('error', onFault);
  // A connection that is lost while it is lent out tells only itself; unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', onFault));
  const db = createPoolDb('postgres', pool, listenTo(config, onFault), async () => {});
  try {
    await check(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

async function check(db: Db): Promise<void> {
  const [found] = await db.query<{ version: string; number: number; encoding: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
      current_setting('server_encoding') AS encoding`
  );
  if (!found || found.number < 150_000) throw new Error(`PostgreSQL ${found?.version}, expected version 15 or newer.`);
  if (found.encoding !== 'UTF8') throw new Error(`The database is encoded in ${found.encoding}, expected UTF8.`);
}

function listenTo(config: ClientConfig, onFault: (fault: Error) => void): Channels {
  let connected: Promise<Client> | undefined;
  let isClosed = false;
  const register = createRegister(async (statement, channel) => {
    for (;;) {
      const client = await (connected ??= connect());
      try {
        await client.query(`${statement} ${channel}`);
        return;
      } catch (error) {
        if (isClosed) throw error;
        // The connection went away under the statement; the next one listens to all channels again.
        await client.end();
      }
    }
  });

  async function connect(): Promise<Client> {
    for (let waitMs = firstWaitMs; !isClosed; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const client = new Client(config);
      client.on('error', onFault);
      client.on('notification', ({ channel, payload }) => register.deliver(channel, payload ?? ''));
      try {
        await client.connect();
        for (const channel of register.names()) await client.query(`LISTEN ${channel}`);
        client.once('end', comeBack);
        return client;
      } catch (error) {
        onFault(error as Error);
        await client.end();
        await pause(waitMs, undefined, { ref: false });
      }
    }
    throw new Error('The database is closed.');
  }

  function comeBack(): void {
    if (isClosed) return;
    connected = connect();
    connected.then(
      () => register.pokeAll(),
      () => {}
    );
  }

  return {
    listen: (channel, onPayload) => register.listen(channel, onPayload),
    async close() {
      isClosed = true;
      await connected?.then((client) => client.end()).catch(() => {});
    }
  };
}
