/**
 * Lets deleted entities go once no device can need to hear of them: a device that had everything longer ago than they are kept is forgotten
 * first, and begins anew when it comes back. Moving the floor instead would give all that is kept new revisions, for every device to read
 * again. Operations and their results are never let go: they are the record, and what a device put back to an earlier day is answered by.
 */
import type { Db } from './db';

const dayMs = 86_400_000;
/** How long a device may be away without having to begin anew. */
const awayMs = 90 * dayMs;
/** Deleted entities outlast by this the devices that might need them, so that no pull under way misses one. */
const lagMs = 2 * dayMs;
const mostAtOnce = 5000;

/** Returns how many devices were forgotten, and how many deleted entities are gone. To be called about once a day, `nowMs` by one clock. */
export async function pruneSync(db: Db, nowMs: number): Promise<{ devices: number; deleted: number }> {
  const devices = await db.query('DELETE FROM pull_view WHERE current_ms < $1 RETURNING 1', [nowMs - awayMs]);
  await db.query(
    `INSERT INTO revision_mark (at_ms, rev) SELECT $1, version FROM site_version ON CONFLICT (at_ms) DO NOTHING`,
    [nowMs]
  );
  const [mark] = await db.query<{ atMs: number; rev: number }>(
    'SELECT at_ms AS "atMs", rev FROM revision_mark WHERE at_ms <= $1 ORDER BY at_ms DESC LIMIT 1',
    [nowMs - awayMs - lagMs]
  );
  if (!mark) return { devices: devices.length, deleted: 0 };
  await db.query('DELETE FROM revision_mark WHERE at_ms < $1', [mark.atMs]);
  let deleted = 0;
  for (let count = mostAtOnce; count === mostAtOnce; deleted += count) count = await deleteSome(db, mark.rev);
  return { devices: devices.length, deleted };
}

/** Under the lock of all who write, so that none of them has read what goes. */
function deleteSome(db: Db, rev: number): Promise<number> {
  return db.tx(async (queries) => {
    await queries.query('SELECT 1 FROM site_version WHERE site = 1 FOR UPDATE');
    const rows = await queries.query(
      `DELETE FROM sync_entity WHERE (kind, id) IN
        (SELECT kind, id FROM sync_entity WHERE body IS NULL AND rev <= $1 ORDER BY rev LIMIT $2) RETURNING 1`,
      [rev, mostAtOnce]
    );
    return rows.length;
  });
}
