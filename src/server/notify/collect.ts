/**
 * Follows the alarm journal: reads what is new since the cursor, and in one transaction queues what is to be told and moves the cursor on. So
 * nothing is lost and nothing queued twice, whenever the server stops, and however many servers share the database.
 */
import type { JournalEntry } from '../../lib/domain/alarm';
import type { Entity } from '../../lib/domain/operation';
import type { Db, Queries } from '../store/db';
import type { SyncStore } from '../sync/store';
import { hashText } from './hash-text';
import { keyOf, readNotice } from './notice';
import { planMoves, planNotices, type Planned, type Standing } from './plan-notices';
import { enqueue } from './queue';
import type { Recipient } from './recipient';
import { readRecipients } from './routes-store';
import { openToldBook, readStanding } from './told-book';

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
  const cards = page.filter(({ kind }) => kind === 'asset');
  const recipients = journal.length + cards.length > 0 ? await readRecipients(queries) : [];
  if (recipients.length === 0) return;
  const known = await findKnown(queries, journal);
  const entries = journal.filter(({ entry }) => !known.has(entry.id));
  const assetIds = [...entries.map(({ entry }) => entry.assetId), ...cards.map(({ id }) => id)];
  const groups = await readGroups(queries, [...new Set(assetIds)]);
  const changes = entries.map((each) => ({ ...each, group: groups.get(each.entry.assetId) ?? '' }));
  const notices = changes.flatMap(({ entry, group }) => readNotice(entry, group) ?? []);
  const occurrences = new Set(notices.map(({ occurrenceId }) => occurrenceId));
  const book = await openToldBook(queries, [...occurrences], notices.map(keyOf));
  const planned = planNotices(changes, recipients, book, nowMs);
  await book.save(nowMs);
  // After what happened before it: a card comes behind all that is about its pump.
  const moves = planMoves(await findMoves(queries, cards, groups, recipients), book, nowMs);
  await book.save(nowMs);
  const fresh = await note(queries, [...planned, ...moves], nowMs);
  await enqueue(queries, fresh, newId);
}

/** What stands at recipients of the pumps whose cards these are. */
async function findMoves(
  queries: Queries,
  cards: Entity[],
  groups: Map<string, string>,
  recipients: Recipient[]
): Promise<Standing[]> {
  if (cards.length === 0) return [];
  const revs = new Map(cards.map(({ id, rev }) => [id, rev]));
  const standing = await readStanding(queries, [...revs.keys()]);
  return standing.flatMap(({ routeId, hash: _, ...told }) => {
    const recipient = recipients.find(({ id }) => id === routeId);
    const { assetId } = told.standing;
    return recipient ? [{ recipient, told, rev: revs.get(assetId)!, group: groups.get(assetId) ?? '' }] : [];
  });
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
