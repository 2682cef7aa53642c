/**
 * The `SyncStore` port in SQL. A transaction holds the site's version row from its first moment, so writers wait for each other, revisions
 * follow the order of commits, and a reader who has seen one revision has seen all before it.
 */
import type { Operation } from '../../lib/domain/operation';
import type { SyncStore } from '../sync/store';
import type { Db, Queries } from './db';
import { readEntities, readProgress, readVersion } from './sync-reads';
import { createSyncTransaction } from './sync-transaction';

const channel = 'site_version';

/** Notifications are listened to from the start; `close` of the database ends it. */
export function createSqlSyncStore(db: Db): SyncStore {
  const tells = new Set<(rev: number) => void>();
  /** The newest revision that this store has committed. */
  let committed = 0;
  // Awaited by every transaction: what it commits is heard here.
  const listening = db.listen(channel, (payload) => {
    if (payload !== '') tellAll(Number(payload));
    // After a lost connection nobody knows what was missed.
    else void readVersion(db).then(({ newest }) => tellAll(newest), ignore);
  });
  listening.catch(ignore);

  function tellAll(rev: number): void {
    for (const tell of [...tells]) tell(rev);
  }

  return {
    async tx(work) {
      await listening;
      const { value, newest } = await db.tx(async (queries) => {
        const before = await lockSite(queries);
        const transaction = createSyncTransaction(queries, before);
        const value = await work(transaction);
        await transaction.flush();
        const newest = transaction.version();
        if (newest > before) await queries.query('SELECT pg_notify($1, $2)', [channel, String(newest)]);
        return { value, newest };
      });
      committed = Math.max(committed, newest);
      return value;
    },
    progress: (deviceId) => readProgress(db, deviceId),
    async changesSince(rev, limit, groups) {
      return readEntities(db, 'e.rev > $3 ORDER BY e.rev', [limit, groups, rev]);
    },
    version: () => readVersion(db),
    onChange(tell) {
      // What was committed before may still be on its way here.
      const known = committed;
      const own = (rev: number): void => {
        if (rev > known) tell(rev);
      };
      tells.add(own);
      return () => void tells.delete(own);
    },
    async entitiesOf(kind, limit, groups) {
      const newest = 'e.kind = $3 AND e.body IS NOT NULL ORDER BY e.at_ms DESC, e.id';
      return readEntities(db, newest, [limit, groups, kind]);
    },
    async operations(deviceId, fromSeq, limit) {
      const rows = await db.query<{ operation: Operation }>(
        'SELECT operation FROM sync_operation WHERE device_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3',
        [deviceId, fromSeq, limit]
      );
      return rows.map(({ operation }) => operation);
    }
  };
}

async function lockSite(queries: Queries): Promise<number> {
  const [row] = await queries.query<{ version: number }>('SELECT version FROM site_version WHERE site = 1 FOR UPDATE');
  return row!.version;
}

function ignore(): void {}
