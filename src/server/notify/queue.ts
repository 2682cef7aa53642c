/**
 * Messages that wait, in the database. Whoever sends one takes it for a time (`due_ms` moves on), so that a message whose sender died comes
 * up again; what is settled by somebody who was given up counts for nothing. Messages about the same thing go out in their order, but none
 * waits for one that somebody has got already, and a critical one for none that is not.
 */
import type { Db, Queries } from '../store/db';
import { hashText } from './hash-text';
import type { Notice } from './notice';
import type { Message, MessageNotice } from './notifier';
import type { Planned } from './plan-notices';

/** A message taken to be sent. `tries` counts this one. */
export interface Taken {
  id: string;
  routeId: string;
  isUrgent: boolean;
  tries: number;
}

/** A message that was given up. */
export interface DeadLetter {
  id: string;
  routeId: string;
  size: number;
  tries: number;
  lastError: string;
  deadMs: number;
}

/** Notices in one message. */
const mostTogether = 200;

/** Puts notices into messages: one that nobody has tried to send yet and whose time suits, or a new one. */
export async function enqueue(queries: Queries, planned: Planned[], newId: () => string): Promise<void> {
  const bundles = new Map<string, Planned[]>();
  for (const each of planned) {
    const name = JSON.stringify([each.routeId, each.bundle, each.fromMs]);
    bundles.set(name, [...(bundles.get(name) ?? []), each]);
  }
  for (const bundle of bundles.values()) {
    for (let rest = bundle; rest.length > 0;) rest = rest.slice(await join(queries, rest, newId));
  }
}

/** Adds as many of the notices as have room to one message, and returns how many. */
async function join(queries: Queries, rest: Planned[], newId: () => string): Promise<number> {
  const { routeId, bundle, rev, fromMs, dueMs } = rest[0]!;
  const [open] = await queries.query<{ id: string; size: number }>(
    `SELECT id, size FROM notification_delivery
      WHERE route_id = $1 AND bundle = $2 AND attempts = 0 AND dead_ms IS NULL AND size < $3 AND due_ms BETWEEN $4 AND $5
      ORDER BY rev DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [routeId, bundle, mostTogether, fromMs, dueMs]
  );
  const id = open?.id ?? newId();
  const added = rest.slice(0, mostTogether - (open?.size ?? 0));
  const isUrgent = added.some(({ notice }) => notice.priority === 'critical');
  if (open) {
    await queries.query(
      'UPDATE notification_delivery SET size = size + $2, is_urgent = is_urgent OR $3, due_ms = least(due_ms, $4) WHERE id = $1',
      [id, added.length, isUrgent, dueMs]
    );
  } else {
    await queries.query(
      `INSERT INTO notification_delivery (id, route_id, bundle, rev, size, is_urgent, due_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, routeId, bundle, rev, added.length, isUrgent, dueMs]
    );
  }
  await queries.query(
    'UPDATE notification_notice SET delivery_id = $1 WHERE route_id = $2 AND key = ANY ($3::bytea[])',
    [id, routeId, added.map(({ key }) => hashText(key))]
  );
  return added.length;
}

/** Takes the next message that is due, until `untilMs`; undefined where there is none. Those of a route that is switched off wait. */
export async function takeDelivery(queries: Queries, nowMs: number, untilMs: number): Promise<Taken | undefined> {
  const [taken] = await queries.query<Taken>(
    `UPDATE notification_delivery SET attempts = attempts + 1, due_ms = $2 WHERE id = (
        SELECT d.id FROM notification_delivery d JOIN notification_route r ON r.id = d.route_id
            LEFT JOIN account a ON a.id = r.account_id
          WHERE r.is_enabled AND NOT coalesce(a.is_disabled, false) AND d.dead_ms IS NULL AND d.due_ms <= $1 AND NOT EXISTS (
            SELECT 1 FROM notification_delivery e WHERE e.route_id = d.route_id AND e.bundle = d.bundle AND e.rev < d.rev
              AND e.dead_ms IS NULL AND (e.attempts > 0 OR e.due_ms <= $1)
              AND cardinality(e.reached) = 0 AND (e.is_urgent OR NOT d.is_urgent))
          ORDER BY d.is_urgent DESC, d.due_ms, d.rev LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
      RETURNING id, route_id AS "routeId", is_urgent AS "isUrgent", attempts AS tries`,
    [nowMs, untilMs]
  );
  return taken;
}

/** The first time after `nowMs` at which a message may be due; null where none waits. */
export async function nextDue(queries: Queries, nowMs: number): Promise<number | null> {
  const [row] = await queries.query<{ due: number | null }>(
    'SELECT min(due_ms) AS due FROM notification_delivery WHERE dead_ms IS NULL AND due_ms > $1',
    [nowMs]
  );
  return row!.due;
}

type NoticeRow = Pick<MessageNotice, 'returnedMs' | 'hiddenMs'> & { notice: Notice; raisedMs: number | null };
const toldTimes = 't.raised_ms AS "raisedMs", t.returned_ms AS "returnedMs", t.hidden_ms AS "hiddenMs"';

/** What a message says, with what has become of its occurrences since. */
export async function readMessage(queries: Queries, id: string): Promise<Message> {
  const complete = ({ notice, raisedMs, ...ends }: NoticeRow): MessageNotice => ({
    ...notice,
    raisedMs: raisedMs ?? notice.atMs,
    ...ends
  });
  const rows = await queries.query<NoticeRow>(
    `SELECT n.notice, ${toldTimes} FROM notification_notice n
      LEFT JOIN notification_told t ON t.route_id = n.route_id AND t.occurrence = n.occurrence
      WHERE n.delivery_id = $1 AND n.notice IS NOT NULL ORDER BY n.rev`,
    [id]
  );
  const standing = await queries.query<NoticeRow>(
    `SELECT t.standing AS notice, ${toldTimes} FROM notification_told t JOIN notification_delivery d ON d.route_id = t.route_id
      WHERE d.id = $1 AND t.asset = ANY ($2::bytea[]) AND t.returned_ms IS NULL ORDER BY t.raised_ms`,
    [id, [...new Set(rows.map(({ notice }) => notice.assetId))].map(hashText)]
  );
  const [delivery] = await queries.query<{ reached: string[] }>(
    'SELECT reached FROM notification_delivery WHERE id = $1',
    [id]
  );
  const reached = delivery?.reached ?? [];
  return { id, kind: 'alarms', notices: rows.map(complete), standing: standing.map(complete), reached };
}

/** Ends a message that was sent. */
export function endDelivery(db: Db, { id, tries }: Taken): Promise<void> {
  return db.tx(async (queries) => {
    const [own] = await queries.query(
      'SELECT id FROM notification_delivery WHERE id = $1 AND attempts = $2 AND dead_ms IS NULL FOR UPDATE',
      [id, tries]
    );
    if (own) await forget(queries, id);
  });
}

/** Why a message was not delivered, and all the addresses that have got it; undefined where nothing new is known of them. */
interface Failure {
  detail: string;
  reached?: string[];
}

/** Has a message sent again at `dueMs`. */
export function putOff(queries: Queries, taken: Taken, dueMs: number, failure: Failure): Promise<void> {
  return fail(queries, taken, 'due_ms', dueMs, failure);
}

/** Gives a message up: it goes to the dead letters. */
export function giveUp(queries: Queries, taken: Taken, nowMs: number, failure: Failure): Promise<void> {
  return fail(queries, taken, 'dead_ms', nowMs, failure);
}

async function fail(
  queries: Queries,
  { id, tries }: Taken,
  column: 'due_ms' | 'dead_ms',
  atMs: number,
  { detail, reached }: Failure
): Promise<void> {
  await queries.query(
    `UPDATE notification_delivery SET ${column} = $3, last_error = $4, reached = coalesce($5::text[], reached)
      WHERE id = $1 AND attempts = $2 AND dead_ms IS NULL`,
    [id, tries, atMs, detail, reached ?? null]
  );
}

/** Messages given up, the newest first. */
export function listDeadLetters(queries: Queries, routeIds: string[], limit: number): Promise<DeadLetter[]> {
  return queries.query(
    `SELECT id, route_id AS "routeId", size, attempts AS tries, last_error AS "lastError", dead_ms AS "deadMs"
      FROM notification_delivery WHERE dead_ms IS NOT NULL AND route_id = ANY ($1::uuid[]) ORDER BY dead_ms DESC, id LIMIT $2`,
    [routeIds, limit]
  );
}

/** The route of a dead letter; undefined where there is no such letter. */
export async function findDeadLetter(queries: Queries, id: string): Promise<string | undefined> {
  const [row] = await queries.query<{ routeId: string }>(
    'SELECT route_id AS "routeId" FROM notification_delivery WHERE id = $1 AND dead_ms IS NOT NULL',
    [id]
  );
  return row?.routeId;
}

/** Has a dead letter sent again, as one that was tried before: who has got it all the same must not find more in it. */
export async function revive(queries: Queries, id: string, nowMs: number): Promise<void> {
  await queries.query(
    'UPDATE notification_delivery SET dead_ms = NULL, attempts = 1, due_ms = $2 WHERE id = $1 AND dead_ms IS NOT NULL',
    [id, nowMs]
  );
}

/** Deletes a dead letter. */
export function dropDeadLetter(db: Db, id: string): Promise<void> {
  return db.tx(async (queries) => {
    const [dead] = await queries.query(
      'SELECT id FROM notification_delivery WHERE id = $1 AND dead_ms IS NOT NULL FOR UPDATE',
      [id]
    );
    if (dead) await forget(queries, id);
  });
}

/** The keys of the notices stay: they are what must not be told again. */
async function forget(queries: Queries, id: string): Promise<void> {
  await queries.query('UPDATE notification_notice SET notice = NULL, delivery_id = NULL WHERE delivery_id = $1', [id]);
  await queries.query('DELETE FROM notification_delivery WHERE id = $1', [id]);
}
