/** Has every change of who is told of alarms taken down in the audit log, as it was and as it is, without secrets. */
import type { AuditKind } from '../auth/audit';
import { appendAudit } from '../auth/audit';
import { showRoute } from '../notify/channel-schema';
import { findRoute } from '../notify/routes-store';
import type { Db } from '../store/db';
import { callerId } from './access';
import type { Route } from './route';

/** The endpoints that change a route, by name. */
const kinds: Readonly<Record<string, AuditKind>> = {
  addNotificationRoute: 'route-made',
  changeNotificationRoute: 'route-changed',
  dropNotificationRoute: 'route-dropped'
};

/** The same rows; those that change a route write an entry after they have. */
export function auditNotifications(routes: Route[], { db, nowMs }: { db: Db; nowMs: () => number }): Route[] {
  const show = async (id: string) => {
    const route = await findRoute(db, id);
    return route ? showRoute(route) : null;
  };
  return routes.map((route) => {
    const kind = kinds[route.name];
    if (!kind) return route;
    return {
      ...route,
      async handle(asked) {
        const known = (asked.params as { id?: string } | undefined)?.id;
        const before = known === undefined ? null : await show(known);
        const answer = await route.handle(asked);
        if (answer instanceof Response || answer.status >= 300) return answer;
        const id = known ?? (answer.body as { route: { id: string } }).route.id;
        const deed = { actor: callerId(asked.caller), address: asked.address, atMs: nowMs() };
        const after = await show(id);
        await db.tx((queries) => appendAudit(queries, deed, kind, `route:${id}`, { before, after }));
        return answer;
      }
    };
  });
}
