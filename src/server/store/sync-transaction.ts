/** Reads and writes of one transaction of the `SyncStore`. Whoever makes it holds the site's version row. */
import type { AssetCard, Entity, OperationResult } from '../../lib/domain/operation';
import type { SyncTransaction } from '../sync/store';
import type { Queries } from './db';
import { entityColumns, readProgress } from './sync-reads';

/** `version` is the site's, as locked; the handle's `version()` is what it has become. */
export function createSyncTransaction(queries: Queries, version: number): SyncTransaction & { version(): number } {
  /** Takes the next revisions and returns the last one before them. */
  async function takeRevisions(count: number): Promise<number> {
    const base = version;
    version += count;
    await queries.query('UPDATE site_version SET version = $1 WHERE site = 1', [version]);
    return base;
  }

  return {
    version: () => version,
    progress: (deviceId) => readProgress(queries, deviceId),
    async settled(deviceId, seq) {
      const [row] = await queries.query<{ result: OperationResult }>(
        'SELECT result FROM sync_operation WHERE device_id = $1 AND seq = $2',
        [deviceId, seq]
      );
      return row?.result;
    },
    async append(operation, result) {
      await queries.query(
        'INSERT INTO sync_operation (device_id, seq, hash, operation, result) VALUES ($1, $2, $3, $4::json, $5::json)',
        [operation.deviceId, operation.seq, operation.hash, JSON.stringify(operation), JSON.stringify(result)]
      );
    },
    async entity(kind, id) {
      const [row] = await queries.query<Entity>(
        `SELECT ${entityColumns} FROM sync_entity e WHERE e.kind = $1 AND e.id = $2`,
        [kind, id]
      );
      return row;
    },
    async put(entities) {
      if (entities.length === 0) return [];
      const base = await takeRevisions(entities.length);
      const stored = entities.map((entity, index) => ({ ...entity, rev: base + index + 1 }));
      // A statement may write a row once; of the same entity the last one counts.
      const rows = [...new Map(stored.map((entity) => [JSON.stringify([entity.kind, entity.id]), entity])).values()];
      await queries.query(upsert, [
        rows.map(({ kind }) => kind),
        rows.map(({ id }) => id),
        rows.map(({ assetId }) => assetId),
        rows.map(({ deviceId }) => deviceId),
        rows.map(({ rev }) => rev),
        rows.map(({ atMs }) => atMs),
        rows.map(({ open }) => open),
        rows.map(groupOf),
        rows.map(({ body }) => (body === null ? null : JSON.stringify(body)))
      ]);
      return stored;
    },
    async touch(assetIds) {
      const [row] = await queries.query<{ count: number }>(
        'SELECT count(*) AS count FROM sync_entity WHERE asset_id = ANY ($1::text[])',
        [assetIds]
      );
      if (!row?.count) return;
      const base = await takeRevisions(row.count);
      await queries.query(
        `UPDATE sync_entity SET rev = $2::bigint + touched.place
          FROM (SELECT kind, id, row_number() OVER (ORDER BY rev) AS place FROM sync_entity WHERE asset_id = ANY ($1::text[])) touched
          WHERE sync_entity.kind = touched.kind AND sync_entity.id = touched.id`,
        [assetIds, base]
      );
    }
  };
}

const upsert = `INSERT INTO sync_entity (kind, id, asset_id, device_id, rev, at_ms, open, card_group, body)
  SELECT kind, id, asset_id, device_id, rev, at_ms, open, card_group, body::json
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::double precision[], $7::smallint[], $8::text[], $9::text[])
      AS given (kind, id, asset_id, device_id, rev, at_ms, open, card_group, body)
  ON CONFLICT (kind, id) DO UPDATE SET asset_id = excluded.asset_id, device_id = excluded.device_id, rev = excluded.rev,
    at_ms = excluded.at_ms, open = excluded.open, card_group = excluded.card_group, body = excluded.body`;

/** Kept beside the body, for SQL cannot look into json that holds a NUL. */
function groupOf({ kind, body }: Entity): string | null {
  return kind === 'asset' && body !== null ? (body as AssetCard).group : null;
}
