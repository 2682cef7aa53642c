/** Has every change of who is told of alarms taken down in the audit log, as it was and as it is, without secrets: both, or neither. */
import { appendAudit, type AuditKind, type Deed } from '../auth/audit';
import { showRoute } from '../notify/channel-schema';
import { findRoute } from '../notify/routes-store';
import type { Db, Queries } from '../store/db';

type RouteKind = Extract<AuditKind, `route-${string}`>;

/** Does `change` to the route of that id and writes its entry, in one transaction. */
export function changeAudited(
  db: Db,
  deed: Deed,
  kind: RouteKind,
  id: string,
  change: (queries: Queries) => Promise<void>
): Promise<void> {
  return db.tx(async (queries) => {
    await queries.query('SELECT 1 FROM notification_route WHERE id = $1 FOR UPDATE', [id]);
    const show = async () => {
      const route = await findRoute(queries, id);
      return route ? showRoute(route) : null;
    };
    const before = await show();
    await change(queries);
    await appendAudit(queries, deed, kind, `route:${id}`, { before, after: await show() });
  });
}
