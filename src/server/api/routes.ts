/** Every endpoint there is: the one table from which router, document and tests are made. */
import { accountRoutes } from './account-routes';
import type { AccountPlace } from './account-place';
import { detectRoutes, type DetectPlace } from './detect-routes';
import { maintenanceRoutes, type MaintenancePlace } from './maintenance-routes';
import { notificationRoutes, type NotificationPlace } from './notification-routes';
import { openApiRoute } from './openapi';
import { readingsRoutes, type ReadingsPlace } from './readings-routes';
import type { Route } from './route';
import { simulationRoutes } from './simulation-routes';
import { syncRoutes, type SyncPlace } from './sync-routes';
import { systemRoutes, type SystemPlace } from './system-routes';

/** What the endpoints work on. */
export interface RoutesPlace {
  sync: SyncPlace;
  readings: ReadingsPlace;
  detect: DetectPlace;
  maintenance: MaintenancePlace;
  system: SystemPlace;
  account: AccountPlace;
  notifications: NotificationPlace;
}

/** The table, in the order in which the router looks. */
export function listRoutes(place: RoutesPlace): Route[] {
  const routes = [
    ...syncRoutes(place.sync),
    ...readingsRoutes(place.readings),
    ...detectRoutes(place.detect),
    ...maintenanceRoutes(place.maintenance),
    ...simulationRoutes(place.system.simulation),
    ...systemRoutes(place.system),
    ...accountRoutes(place.account),
    ...notificationRoutes(place.notifications)
  ];
  return [...routes, openApiRoute(routes)];
}
