/**
 * Reads and writes of one transaction of the `SyncStore`. Whoever makes it holds the site's version row, so nobody else changes what it has
 * read. What is written is kept in memory until `flush`: hundreds of operations become a few statements.
 */
import type { AssetCard, Entity, EntityKind, Operation, OperationResult } from '../../lib/domain/operation';
import type { DeviceProgress, SyncTransaction } from '../sync/store';
import type { Queries } from './db';
import { entityColumns, readProgress } from './sync-reads';

interface BufferedTransaction extends SyncTransaction {
  /** The site's version as it has become. */
  version(): number;
  /** Stores what was written; to be called before the commit. */
  flush(): Promise<void>;
}

/** `start` is the site's version, as locked. */
export function createSyncTransaction(queries: Queries, start: number): BufferedTransaction {
  let version = start;
  let storedVersion = start;
  const known = new Map<string, Entity | undefined>();
  const changed = new Map<string, Entity>();
  const progresses = new Map<string, DeviceProgress | undefined>();
  const appended: { operation: Operation; result: OperationResult }[] = [];

  async function load(subjects: readonly { kind: EntityKind; id: string }[]): Promise<void> {
    const missing = new Map<string, { kind: EntityKind; id: string }>();
    for (const subject of subjects) {
      const key = keyOf(subject);
      if (!known.has(key)) missing.set(key, subject);
    }
    if (missing.size === 0) return;
    const asked = [...missing.values()];
    const rows = await queries.query<Entity>(
      `SELECT ${entityColumns} FROM sync_entity e
        JOIN unnest($1::text[], $2::text[]) AS asked (kind, id) ON e.kind = asked.kind AND e.id = asked.id`,
      [asked.map(({ kind }) => kind), asked.map(({ id }) => id)]
    );
    for (const key of missing.keys()) known.set(key, undefined);
    for (const row of rows) known.set(keyOf(row), row);
  }

  async function flush(): Promise<void> {
    const operations = appended.splice(0);
    const entities = [...changed.values()];
    changed.clear();
    if (operations.length > 0) await insertOperations(queries, operations);
    if (entities.length > 0) await upsertEntities(queries, entities);
    if (version !== storedVersion) {
      await queries.query('UPDATE site_version SET version = $1 WHERE site = 1', [version]);
      storedVersion = version;
    }
  }

  return {
    version: () => version,
    flush,
    load,
    async progress(deviceId) {
      if (!progresses.has(deviceId)) progresses.set(deviceId, await readProgress(queries, deviceId));
      return progresses.get(deviceId);
    },
    async settled(deviceId, seq) {
      await flush();
      const [row] = await queries.query<{ result: OperationResult }>(
        'SELECT result FROM sync_operation WHERE device_id = $1 AND seq = $2',
        [deviceId, seq]
      );
      return row?.result;
    },
    async append(operation, result) {
      const { deviceId, seq, hash } = operation;
      appended.push({ operation, result });
      progresses.set(deviceId, { lastSeq: seq, lastHash: hash });
    },
    async entity(kind, id) {
      await load([{ kind, id }]);
      return known.get(keyOf({ kind, id }));
    },
    async put(entities) {
      const raised = entities.map((entity) => ({ ...entity, rev: ++version }));
      for (const entity of raised) {
        const key = keyOf(entity);
        known.set(key, entity);
        changed.set(key, entity);
      }
      return raised;
    },
    async touch(assetIds) {
      await flush();
      const { length: count } = await queries.query(
        `UPDATE sync_entity SET rev = $2::bigint + touched.place
          FROM (SELECT kind, id, row_number() OVER (ORDER BY rev) AS place FROM sync_entity WHERE asset_id = ANY ($1::text[])) touched
          WHERE sync_entity.kind = touched.kind AND sync_entity.id = touched.id
          RETURNING 1 AS touched`,
        [assetIds, version]
      );
      version += count;
      known.clear();
    }
  };
}

/** Kinds come from devices and ids may hold anything: no text between the two would keep them apart. */
function keyOf({ kind, id }: { kind: EntityKind; id: string }): string {
  return JSON.stringify([kind, id]);
}

async function insertOperations(
  queries: Queries,
  rows: { operation: Operation; result: OperationResult }[]
): Promise<void> {
  await queries.query(
    `INSERT INTO sync_operation (device_id, seq, hash, operation, result)
      SELECT device_id, seq, hash, operation::json, result::json
        FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]) AS given (device_id, seq, hash, operation, result)`,
    [
      rows.map(({ operation }) => operation.deviceId),
      rows.map(({ operation }) => operation.seq),
      rows.map(({ operation }) => operation.hash),
      rows.map(({ operation }) => JSON.stringify(operation)),
      rows.map(({ result }) => JSON.stringify(result))
    ]
  );
}

async function upsertEntities(queries: Queries, rows: Entity[]): Promise<void> {
  await queries.query(
    `INSERT INTO sync_entity (kind, id, asset_id, device_id, rev, at_ms, open, card_group, body)
      SELECT kind, id, asset_id, device_id, rev, at_ms, open, card_group, body::json
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::double precision[], $7::smallint[], $8::text[], $9::text[])
          AS given (kind, id, asset_id, device_id, rev, at_ms, open, card_group, body)
      ON CONFLICT (kind, id) DO UPDATE SET asset_id = excluded.asset_id, device_id = excluded.device_id, rev = excluded.rev,
        at_ms = excluded.at_ms, open = excluded.open, card_group = excluded.card_group, body = excluded.body`,
    [
      rows.map(({ kind }) => kind),
      rows.map(({ id }) => id),
      rows.map(({ assetId }) => assetId),
      rows.map(({ deviceId }) => deviceId),
      rows.map(({ rev }) => rev),
      rows.map(({ atMs }) => atMs),
      rows.map(({ open }) => open),
      rows.map(groupOf),
      rows.map(({ body }) => (body === null ? null : JSON.stringify(body)))
    ]
  );
}

/** Kept beside the body, for SQL cannot look into json that holds a NUL. */
function groupOf({ kind, body }: Entity): string | null {
  return kind === 'asset' && body !== null ? (body as AssetCard).group : null;
}
