import { expect, test } from 'vitest';
import { notificationRoutes, type NotificationPlace } from '../../../../src/server/api/notification-routes';
import { describeApi } from '../../../../src/server/api/openapi';

/** Gives itself for whatever is asked of it: the handlers are not called. */
const nothing: unknown = new Proxy({}, { get: () => nothing });
const routes = notificationRoutes(nothing as NotificationPlace);

test('every endpoint stands in the document, and none shows a secret', () => {
  const { paths } = describeApi(routes) as { paths: Record<string, Record<string, { responses: object }>> };
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  expect(operations).toHaveLength(routes.length);
  for (const { responses } of operations) expect(JSON.stringify(responses)).not.toMatch(/"(secret|auth|password)"/);
});

test('only a browser’s own subscription asks for less than the permission to manage', () => {
  const rows = routes.map(
    ({ method, path, access }) => `${method} ${path.replace('/api/v1/notifications', '')}: ${access}`
  );
  expect(rows).toEqual([
    'GET /routes: notifications.manage',
    'POST /routes: notifications.manage',
    'PATCH /routes/:id: notifications.manage',
    'DELETE /routes/:id: notifications.manage',
    'POST /routes/:id/test: notifications.manage',
    'GET /dead-letters: notifications.manage',
    'POST /dead-letters/:id/retry: notifications.manage',
    'DELETE /dead-letters/:id: notifications.manage',
    'GET /push/key: signed-in',
    'POST /push/subscribe: signed-in',
    'POST /push/unsubscribe: signed-in'
  ]);
});
