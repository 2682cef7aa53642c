/**
 * The `Db` port over a pool of connections, the same for PostgreSQL and PGlite: what differs is how a connection is made and who listens.
 * A transaction guards itself: PGlite has one connection, so a query beside it would wait for ever there and pass on PostgreSQL.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from 'pg';
import type { Channels } from './channels';
import type { Db, Queries, SqlValue } from './db';

/** A database over a pool and its channels; `end` runs after both are closed. */
export function createPoolDb(kind: Db['kind'], pool: Pool, channels: Channels, end: () => Promise<void>): Db {
  const inside = new AsyncLocalStorage<{ isOpen: boolean }>();
  let closing: Promise<void> | undefined;

  function refuseInside(): void {
    if (inside.getStore()?.isOpen) throw new Error('Inside a transaction only its own handle may be used.');
  }

  return {
    kind,
    async query<Row extends object>(text: string, params?: SqlValue[]) {
      refuseInside();
      const client = await pool.connect();
      // Not `pool.query`, which gives up the connection where a statement is refused.
      return run<Row>(client, text, params).finally(() => client.release());
    },
    async tx(work) {
      refuseInside();
      const client = await pool.connect();
      const transaction = { isOpen: true };
      const queries: Queries = {
        async query(text, params) {
          if (!transaction.isOpen) throw new Error('The transaction has ended: every query in it must be awaited.');
          return run(client, text, params);
        }
      };
      try {
        await client.query('BEGIN');
        const value = await inside.run(transaction, () => work(queries));
        transaction.isOpen = false;
        // Where a statement has failed and nobody minded, the database answers a commit by rolling back.
        const { command } = await client.query('COMMIT');
        if (command !== 'COMMIT') throw new Error('A statement of the transaction has failed; nothing was stored.');
        client.release();
        return value;
      } catch (error) {
        transaction.isOpen = false;
        await rollBack(client);
        throw error;
      }
    },
    listen: (channel, onPayload) => {
      refuseInside();
      return channels.listen(channel, onPayload);
    },
    close: () =>
      (closing ??= channels
        .close()
        .then(() => pool.end())
        .then(end))
  };
}

/** One statement; the extended protocol refuses a second one in the same text. */
async function run<Row extends object>(client: PoolClient, text: string, values: SqlValue[] = []): Promise<Row[]> {
  const { rows } = await client.query<Row>({ text, values, queryMode: 'extended' } as {
    text: string;
    values: SqlValue[];
  });
  return rows;
}

/** A connection that cannot even roll back is given up. */
async function rollBack(client: PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
}
