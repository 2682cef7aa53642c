/** Findings as one list: those the server made of the readings it was sent, and those that devices have found and synchronised. */
import type { Finding } from '../../lib/domain/finding';
import type { Queries } from '../store/db';

interface FindingQuery {
  /** Null for all. */
  assetId: string | null;
  hidden: string[];
  fromMs: number;
  toMs: number;
  /** Only those that come after this one, in the order newest first. */
  before: { openedMs: number; id: string } | null;
  limit: number;
}

/** A finding, and the device that found it; null where the server did. */
interface FoundFinding {
  finding: Finding;
  deviceId: string | null;
}

/** Findings opened within the range, newest first. */
export function readFindingHistory(
  queries: Queries,
  { assetId, hidden, fromMs, toMs, before, limit }: FindingQuery
): Promise<FoundFinding[]> {
  const own = select('reading_finding', 'NULL::text', 'opened_ms::double precision', 'true');
  const synced = select('sync_entity', 'device_id', 'at_ms', `kind = 'finding' AND body IS NOT NULL`);
  return queries.query<FoundFinding>(
    `SELECT body AS finding, device_id AS "deviceId" FROM ((${own}) UNION ALL (${synced})) found
      ORDER BY opened DESC, id DESC LIMIT $7`,
    [assetId, hidden, fromMs, toMs, before?.openedMs ?? Number.MAX_SAFE_INTEGER, before?.id ?? '', limit]
  );
}

/** The newest of one table; more than a page of either cannot be needed. */
function select(table: string, deviceId: string, opened: string, condition: string): string {
  return `SELECT body, ${deviceId} AS device_id, ${opened} AS opened, id FROM ${table}
    WHERE ${condition} AND ($1::text IS NULL OR asset_id = $1) AND asset_id <> ALL ($2::text[])
      AND ${opened} BETWEEN $3::double precision AND $4::double precision
      AND (${opened}, id) < ($5::double precision, $6::text)
    ORDER BY ${opened} DESC, id DESC LIMIT $7`;
}
