/** What is read of the `SyncStore` both inside its transactions and beside them. */
import type { Entity } from '../../lib/domain/operation';
import type { DeviceProgress } from '../sync/store';
import type { Queries } from './db';

/** Where the newest operation of a device stands; undefined before its first. */
export async function readProgress(queries: Queries, deviceId: string): Promise<DeviceProgress | undefined> {
  const [row] = await queries.query<DeviceProgress>(
    `SELECT seq AS "lastSeq", hash AS "lastHash" FROM sync_operation WHERE device_id = $1 ORDER BY seq DESC LIMIT 1`,
    [deviceId]
  );
  return row;
}

/** The newest revision, and the one below which changes are no longer kept in full. */
export async function readVersion(queries: Queries): Promise<{ newest: number; floor: number }> {
  const [row] = await queries.query<{ newest: number; floor: number }>(
    'SELECT version AS newest, floor FROM site_version WHERE site = 1'
  );
  return row!;
}

/** At most $1 entities that these groups ($2) may see, by a condition and an order over `e`. A pump without a card is everybody's. */
export function readEntities(
  queries: Queries,
  condition: string,
  [limit, groups, ...more]: [limit: number, groups: string[] | null, ...more: (string | number)[]]
): Promise<Entity[]> {
  return queries.query<Entity>(
    `SELECT ${entityColumns} FROM sync_entity e
      WHERE ($2::text[] IS NULL OR coalesce(
          (SELECT card.card_group FROM sync_entity card WHERE card.kind = 'asset' AND card.id = e.asset_id), ''
        ) = ANY ($2::text[] || ''::text))
        AND ${condition} LIMIT $1`,
    [limit, groups, ...more]
  );
}

/** The columns of `e` as an `Entity`. */
export const entityColumns =
  'e.kind, e.id, e.asset_id AS "assetId", e.device_id AS "deviceId", e.rev, e.at_ms AS "atMs", e.open, e.body';
