/** Recipients in the database: routes that are managed, and browsers, each its account's own. */
import type { Role } from '../../lib/domain/role';
import type { Queries } from '../store/db';
import type { Channel, Recipient } from './recipient';

/** A route as it is managed. */
export interface NotificationRoute extends Recipient {
  name: string;
  isEnabled: boolean;
}

const columns = `r.id, r.name, r.is_enabled AS "isEnabled", r.channel, r.groups, r.least_priority AS "leastPriority",
  r.tells_return AS "tellsReturn", r.tells_acknowledged AS "tellsAcknowledged", r.bundle_by AS "bundleBy",
  r.bundle_ms AS "bundleMs", r.quiet`;

interface PersonalRow extends NotificationRoute {
  role: Role | null;
  accountGroups: string[] | null;
}

/** Everybody who is to be told now. A browser sees what its account sees, as long as that may sign in. */
export async function readRecipients(queries: Queries): Promise<Recipient[]> {
  const rows = await queries.query<PersonalRow>(
    `SELECT ${columns}, a.role, a.groups AS "accountGroups" FROM notification_route r LEFT JOIN account a ON a.id = r.account_id
      WHERE r.is_enabled AND (r.account_id IS NULL OR NOT a.is_disabled) ORDER BY r.id`
  );
  return rows.map(({ role, accountGroups, ...route }) => {
    if (role === null) return route;
    return { ...route, groups: role === 'administrator' ? null : accountGroups };
  });
}

/** Managed routes, by name. */
export function listRoutes(queries: Queries): Promise<NotificationRoute[]> {
  return queries.query(
    `SELECT ${columns} FROM notification_route r WHERE r.account_id IS NULL ORDER BY lower(r.name), r.id`
  );
}

/** A managed route. */
export async function findRoute(queries: Queries, id: string): Promise<NotificationRoute | undefined> {
  const [route] = await queries.query<NotificationRoute>(
    `SELECT ${columns} FROM notification_route r WHERE r.id = $1 AND r.account_id IS NULL`,
    [id]
  );
  return route;
}

/** Whom a message is for, a browser among them; undefined once it is deleted. */
export async function findRecipient(queries: Queries, id: string): Promise<Recipient | undefined> {
  const [recipient] = await queries.query<NotificationRoute>(
    `SELECT ${columns} FROM notification_route r WHERE r.id = $1`,
    [id]
  );
  return recipient;
}

/** Makes the route, or changes all of it. */
export async function putRoute(queries: Queries, route: NotificationRoute, nowMs: number): Promise<void> {
  await write(queries, route, nowMs, null, null);
}

/** Keeps a browser's subscription: the same endpoint again is the same subscription, now its newest account's. */
export async function putSubscription(
  queries: Queries,
  route: NotificationRoute & { channel: Extract<Channel, { kind: 'web-push' }> },
  accountId: string,
  nowMs: number
): Promise<void> {
  const { endpoint } = route.channel;
  await queries.query('DELETE FROM notification_route WHERE endpoint = $1 AND account_id <> $2', [endpoint, accountId]);
  const [kept] = await queries.query<{ id: string }>('SELECT id FROM notification_route WHERE endpoint = $1', [
    endpoint
  ]);
  await write(queries, { ...route, id: kept?.id ?? route.id }, nowMs, accountId, endpoint);
}

/** How many browsers the account has subscribed, besides this one. */
export async function countSubscriptions(queries: Queries, accountId: string, endpoint: string): Promise<number> {
  const [row] = await queries.query<{ count: number }>(
    'SELECT count(*) AS count FROM notification_route WHERE account_id = $1 AND endpoint <> $2',
    [accountId, endpoint]
  );
  return row!.count;
}

/** Ends the account's subscription of that browser; false where there was none. */
export async function dropSubscription(queries: Queries, accountId: string, endpoint: string): Promise<boolean> {
  const dropped = await queries.query(
    'DELETE FROM notification_route WHERE account_id = $1 AND endpoint = $2 RETURNING id',
    [accountId, endpoint]
  );
  return dropped.length > 0;
}

/** Deletes a recipient with all that waits for it. */
export async function dropRoute(queries: Queries, id: string): Promise<void> {
  await queries.query('DELETE FROM notification_route WHERE id = $1', [id]);
}

async function write(
  queries: Queries,
  route: NotificationRoute,
  nowMs: number,
  accountId: string | null,
  endpoint: string | null
): Promise<void> {
  await queries.query(
    `INSERT INTO notification_route (id, name, is_enabled, account_id, endpoint, channel, groups, least_priority, tells_return,
        tells_acknowledged, bundle_by, bundle_ms, quiet, made_ms)
      VALUES ($1, $2, $3, $4, $5, $6::json, $7, $8, $9, $10, $11, $12, $13::json, $14)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_enabled = excluded.is_enabled, channel = excluded.channel,
        groups = excluded.groups, least_priority = excluded.least_priority, tells_return = excluded.tells_return,
        tells_acknowledged = excluded.tells_acknowledged, bundle_by = excluded.bundle_by, bundle_ms = excluded.bundle_ms,
        quiet = excluded.quiet`,
    [
      route.id,
      route.name,
      route.isEnabled,
      accountId,
      endpoint,
      JSON.stringify(route.channel),
      route.groups,
      route.leastPriority,
      route.tellsReturn,
      route.tellsAcknowledged,
      route.bundleBy,
      route.bundleMs,
      route.quiet && JSON.stringify(route.quiet),
      nowMs
    ]
  );
}
