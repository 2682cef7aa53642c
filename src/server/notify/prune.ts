/**
 * Deletes what notifications have kept long enough: dead letters and messages of routes that were switched off, the keys by which nothing is
 * told twice, and what was told of occurrences that are over. A message that was delivered is deleted at once; of it the keys are left.
 */
import type { Queries } from '../store/db';

/**
 * As long as readings are kept by default. Nobody sends a dead letter of last season again; and keys are needed only while their entry of the
 * journal may be read again as new, which is a day (`collect`).
 */
const keepMs = 90 * 86_400_000;
const mostAtOnce = 2000;

const olds: readonly [table: string, isOld: string][] = [
  ['notification_delivery', 'coalesce(dead_ms, due_ms) < $1'],
  ['notification_notice', 'planned_ms < $1 AND delivery_id IS NULL'],
  ['notification_told', 'told_ms < $1 AND returned_ms IS NOT NULL']
];

/** Deletes a piece of each; true where there may be more. */
export async function pruneNotifications(queries: Queries, nowMs: number): Promise<boolean> {
  let isMore = false;
  for (const [table, isOld] of olds) {
    const gone = await queries.query(
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${isOld} LIMIT $2)) AND ${isOld}
        RETURNING 1 AS gone`,
      [nowMs - keepMs, mostAtOnce]
    );
    isMore ||= gone.length === mostAtOnce;
  }
  return isMore;
}
