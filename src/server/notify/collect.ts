/**
 * Follows the alarm journal: reads what is new since the cursor, and in one transaction queues what is to be told and moves the cursor on. So
 * nothing is lost and nothing queued twice, whenever the server stops, and however many servers share the database.
 */
import { createHash } from 'node:crypto';
import type { JournalEntry } from '../../lib/domain/alarm';
import type { Entity } from '../../lib/domain/operation';
import type { Db, Queries } from '../store/db';
import type { SyncStore } from '../sync/store';
import type { Told } from './notice';
import { planNotices, type Planned, type ToldBook } from './plan-notices';
import { enqueue } from './queue';
import { readRecipients } from './routes-store';

/** Changes that are read at once. */
const pageSize = 500;

/** Takes a page of changes; true where there may be more. `newId` makes UUIDs. */
export async function collectNotices(
  db: Db,
  store: Pick<SyncStore, 'changesSince'>,
  nowMs: number,
  newId: () => string
): Promise<boolean> {
  const rev = await readCursor(db, '');
  const page = await store.changesSince(rev, pageSize, null);
  const last = page.at(-1);
  if (!last) {
    await noteCaughtUp(db);
    return false;
  }
  await db.tx(async (queries) => {
    // Another server was faster.
    if ((await readCursor(queries, 'FOR UPDATE')) !== rev) return;
    await take(queries, page, nowMs, newId);
    await queries.query('UPDATE notification_cursor SET rev = $1', [last.rev]);
  });
  return true;
}

async function take(queries: Queries, page: Entity[], nowMs: number, newId: () => string): Promise<void> {
  const journal = page.flatMap(({ kind, rev, body }) =>
    kind === 'journal' && body !== null ? [{ rev, entry: body as JournalEntry }] : []
  );
  const recipients = journal.length > 0 ? await readRecipients(queries) : [];
  if (recipients.length === 0) return;
  const known = await findKnown(queries, journal);
  const entries = journal.filter(({ entry }) => !known.has(entry.id));
  const groups = await readGroups(queries, [...new Set(entries.map(({ entry }) => entry.assetId))]);
  const changes = entries.map((each) => ({ ...each, group: groups.get(each.entry.assetId) ?? '' }));
  const occurrences = new Set(entries.flatMap(({ entry }) => entry.occurrenceId ?? []));
  const book = await openBook(queries, [...occurrences]);
  const planned = planNotices(changes, recipients, book, nowMs);
  await book.save(nowMs);
  const fresh = await note(queries, planned, nowMs);
  await enqueue(queries, fresh, newId);
}

/** Writes down, once an hour, that everything stored so far has been read. */
async function noteCaughtUp(db: Db): Promise<void> {
  await db.query(`UPDATE notification_cursor SET caught_up_at = now() WHERE caught_up_at < now() - interval '1 hour'`);
}

/**
 * Ids of the entries that were read before. They come again when their pump moves to another group, which must not hear of its whole past as
 * if it were news. A day is longer than any transaction that may have been under way when all was found to be read.
 */
async function findKnown(queries: Queries, journal: { entry: JournalEntry }[]): Promise<Set<string>> {
  const rows = await queries.query<{ id: string }>(
    `SELECT e.id FROM sync_entity e, notification_cursor c
      WHERE e.kind = 'journal' AND e.id = ANY ($1::text[]) AND e.stored_at < c.caught_up_at - interval '1 day'`,
    [journal.map(({ entry }) => entry.id)]
  );
  return new Set(rows.map(({ id }) => id));
}

/** Keeps what was never planned before, and returns that. */
async function note(queries: Queries, planned: Planned[], nowMs: number): Promise<Planned[]> {
  const rows = await queries.query<{ place: number }>(
    `WITH given AS (
        SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bigint[], $5::text[])
          WITH ORDINALITY AS g (route_id, key, occurrence, rev, notice, place)),
      kept AS (
        INSERT INTO notification_notice (route_id, key, occurrence, rev, notice, planned_ms)
          SELECT DISTINCT ON (route_id, key) route_id, key, occurrence, rev, notice::json, $6 FROM given ORDER BY route_id, key, place
          ON CONFLICT DO NOTHING RETURNING route_id, key, rev)
      SELECT place FROM given JOIN kept USING (route_id, key, rev) ORDER BY place`,
    [
      planned.map(({ routeId }) => routeId),
      planned.map(({ key }) => hashText(key)),
      planned.map(({ notice }) => hashText(notice.occurrenceId)),
      planned.map(({ rev }) => rev),
      planned.map(({ notice }) => JSON.stringify(notice)),
      nowMs
    ]
  );
  return rows.map(({ place }) => planned[place - 1]!);
}

/** What was told of these occurrences, to be saved with what is told now. */
async function openBook(
  queries: Queries,
  occurrences: string[]
): Promise<ToldBook & { save(nowMs: number): Promise<void> }> {
  type Row = Told & { routeId: string; hash: Uint8Array };
  const rows = await queries.query<Row>(
    `SELECT route_id AS "routeId", occurrence AS hash, priority, raised_ms AS "raisedMs", returned_ms AS "returnedMs",
        hidden_ms AS "hiddenMs"
      FROM notification_told WHERE occurrence = ANY ($1::bytea[])`,
    [occurrences.map(hashText)]
  );
  const nameOf = (routeId: string, hash: Uint8Array) => `${routeId} ${Buffer.from(hash).toString('hex')}`;
  const known = new Map<string, Row>(rows.map((row) => [nameOf(row.routeId, row.hash), row]));
  const changed = new Set<string>();
  return {
    get: (routeId, occurrenceId) => known.get(nameOf(routeId, hashText(occurrenceId))),
    set(routeId, occurrenceId, told) {
      const hash = hashText(occurrenceId);
      const name = nameOf(routeId, hash);
      known.set(name, { ...told, routeId, hash });
      changed.add(name);
    },
    async save(nowMs) {
      const kept = [...changed].map((name) => known.get(name)!);
      if (kept.length === 0) return;
      await queries.query(
        `INSERT INTO notification_told (route_id, occurrence, priority, raised_ms, returned_ms, hidden_ms, told_ms)
          SELECT *, $7::bigint
            FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::double precision[], $5::double precision[], $6::double precision[])
          ON CONFLICT (route_id, occurrence) DO UPDATE SET priority = excluded.priority, returned_ms = excluded.returned_ms,
            hidden_ms = excluded.hidden_ms, told_ms = excluded.told_ms`,
        [
          kept.map(({ routeId }) => routeId),
          kept.map(({ hash }) => hash),
          kept.map(({ priority }) => priority),
          kept.map(({ raisedMs }) => raisedMs),
          kept.map(({ returnedMs }) => returnedMs),
          kept.map(({ hiddenMs }) => hiddenMs),
          nowMs
        ]
      );
    }
  };
}

async function readCursor(queries: Queries, lock: '' | 'FOR UPDATE'): Promise<number> {
  const [row] = await queries.query<{ rev: number }>(`SELECT rev FROM notification_cursor WHERE site = 1 ${lock}`);
  return row!.rev;
}

async function readGroups(queries: Queries, assetIds: string[]): Promise<Map<string, string>> {
  const rows = await queries.query<{ id: string; group: string }>(
    `SELECT id, card_group AS "group" FROM sync_entity WHERE kind = 'asset' AND card_group IS NOT NULL AND id = ANY ($1::text[])`,
    [assetIds]
  );
  return new Map(rows.map(({ id, group }) => [id, group]));
}

/** Ids come from devices and may hold what a column of text does not take. */
function hashText(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}
