/** The whole table of endpoints over nothing: for tests of what the rows say, whose handlers are never called. */
import type { Route } from '../../../../src/server/api/route';
import { listRoutes, type RoutesPlace } from '../../../../src/server/api/routes';

/** Gives itself for whatever is asked of it. */
const nothing: unknown = new Proxy({}, { get: () => nothing });

export function allRoutes(): Route[] {
  return listRoutes(nothing as RoutesPlace);
}
