/** What recipients have been told of occurrences, in the database: read for those that a page of the journal is about, and saved with it. */
import type { Queries } from '../store/db';
import { hashText } from './hash-text';
import type { Notice, Told } from './notice';
import type { ToldBook } from './plan-notices';

interface Row extends Told {
  routeId: string;
  hash: Uint8Array;
}

const columns = `route_id AS "routeId", occurrence AS hash, priority, raised_ms AS "raisedMs", returned_ms AS "returnedMs",
  hidden_ms AS "hiddenMs", standing`;

/** Opens the book with what is known of these occurrences, and which of the keys were planned before. What is set is kept by `save`. */
export async function openToldBook(
  queries: Queries,
  occurrences: string[],
  keys: string[]
): Promise<ToldBook & { save(nowMs: number): Promise<void> }> {
  const rows = await queries.query<Row>(
    `SELECT ${columns} FROM notification_told WHERE occurrence = ANY ($1::bytea[])`,
    [occurrences.map(hashText)]
  );
  const nameOf = (routeId: string, hash: Uint8Array) => `${routeId} ${Buffer.from(hash).toString('hex')}`;
  const known = new Map(rows.map((row) => [nameOf(row.routeId, row.hash), row]));
  const planned = await queries.query<{ routeId: string; key: Uint8Array }>(
    `SELECT route_id AS "routeId", key FROM notification_notice
      WHERE route_id IN (SELECT id FROM notification_route) AND key = ANY ($1::bytea[])`,
    [keys.map(hashText)]
  );
  const plannedNames = new Set(planned.map(({ routeId, key }) => nameOf(routeId, key)));
  const changed = new Map<string, Row>();
  return {
    has: (routeId, key) => plannedNames.has(nameOf(routeId, hashText(key))),
    get: (routeId, occurrenceId) => known.get(nameOf(routeId, hashText(occurrenceId))),
    set(routeId, occurrenceId, told) {
      const hash = hashText(occurrenceId);
      const row = { ...told, routeId, hash };
      known.set(nameOf(routeId, hash), row);
      changed.set(nameOf(routeId, hash), row);
    },
    async save(nowMs) {
      await saveRows(queries, [...changed.values()], nowMs);
      changed.clear();
    }
  };
}

/** What stands at places that show alarms, or has stood and may again, of these pumps. */
export async function readStanding(queries: Queries, assetIds: string[]): Promise<(Row & { standing: Notice })[]> {
  return queries.query(`SELECT ${columns} FROM notification_told WHERE asset = ANY ($1::bytea[])`, [
    assetIds.map(hashText)
  ]);
}

async function saveRows(queries: Queries, rows: Row[], nowMs: number): Promise<void> {
  if (rows.length === 0) return;
  await queries.query(
    `INSERT INTO notification_told (route_id, occurrence, priority, raised_ms, returned_ms, hidden_ms, standing, asset, told_ms)
      SELECT route_id, occurrence, priority, raised_ms, returned_ms, hidden_ms, standing::json, asset, $9::bigint
        FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::double precision[], $5::double precision[], $6::double precision[],
            $7::text[], $8::bytea[])
          AS g (route_id, occurrence, priority, raised_ms, returned_ms, hidden_ms, standing, asset)
      ON CONFLICT (route_id, occurrence) DO UPDATE SET priority = excluded.priority, returned_ms = excluded.returned_ms,
        hidden_ms = excluded.hidden_ms, standing = excluded.standing, asset = excluded.asset, told_ms = excluded.told_ms`,
    [
      rows.map(({ routeId }) => routeId),
      rows.map(({ hash }) => hash),
      rows.map(({ priority }) => priority),
      rows.map(({ raisedMs }) => raisedMs),
      rows.map(({ returnedMs }) => returnedMs),
      rows.map(({ hiddenMs }) => hiddenMs),
      rows.map(({ standing }) => standing && JSON.stringify(standing)),
      rows.map(({ standing }) => standing && hashText(standing.assetId)),
      nowMs
    ]
  );
}
