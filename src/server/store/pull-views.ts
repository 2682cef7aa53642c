/** The `PullViews` port in SQL. */
import type { PullViews } from '../sync/pull-view';
import type { Db } from './db';

/** Creates it over an open database. */
export function createSqlPullViews(db: Db): PullViews {
  return {
    async read(deviceId, groups) {
      const [row] = await db.query<{ departed: number | null; view: string | null; current_ms: number | null }>(
        `SELECT (SELECT max(rev) FROM group_departure WHERE card_group = ANY ($2::text[] || ''::text)) AS departed, v.view, v.current_ms
          FROM (SELECT) one LEFT JOIN pull_view v ON v.device_id = $1`,
        [deviceId, groups]
      );
      const { departed, view, current_ms: currentMs } = row!;
      const sees = groups === null ? 'all' : JSON.stringify([[...new Set(groups)].sort(), departed]);
      return view === null || currentMs === null ? { sees } : { sees, seen: { view, currentMs } };
    },
    async write(deviceId, view, currentMs) {
      await db.query(
        `INSERT INTO pull_view (device_id, view, current_ms) VALUES ($1, $2, $3)
          ON CONFLICT (device_id) DO UPDATE SET view = excluded.view, current_ms = excluded.current_ms`,
        [deviceId, view, currentMs]
      );
    }
  };
}
