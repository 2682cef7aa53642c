/**
 * Readings, scores and findings in the database. Whatever comes together is written together: one transaction for everything that waited.
 * It knows nothing of how readings come, and of models only their names.
 */
import type { Finding } from '../../lib/domain/finding';
import type { PumpState } from '../../lib/domain/pump-state';
import type { ReadingBlock } from '../../lib/domain/reading-block';
import type { ScoreBlock } from '../../lib/domain/score';
import type { Db, Queries, SqlValue } from '../store/db';
import { columnNames, pumpLayout } from './reading-columns';

/** How an asset stands after its newest reading. */
export interface AssetStanding {
  assetId: string;
  isSimulated: boolean;
  newestMs: number | null;
  state: PumpState;
  modelId: string | null;
  /** The newest score and what it is held against; null where it is unknown, or there is no model. */
  score: number | null;
  threshold: number | null;
}

/** What is written at once. Of two rows of an asset at one time the later in the list counts. */
export interface ReadingsBatch {
  readings: ReadingBlock[];
  scores: ScoreBlock[];
  findings: Finding[];
  standings: AssetStanding[];
}

/** A score as it is stored; `score` is null where it is unknown. */
export interface StoredScore {
  tMs: number;
  modelId: string;
  score: number | null;
  status: number;
}

export interface ReadingsStore {
  write(batch: ReadingsBatch): Promise<void>;
  /** Readings within [fromMs, toMs] in time order, the first `limit` of them, as one block; it may be empty. */
  readReadings(assetId: string, fromMs: number, toMs: number, limit: number): Promise<ReadingBlock>;
  /** The newest reading of each of these assets that has one. */
  newestReadings(assetIds: string[]): Promise<Map<string, ReadingBlock>>;
  readScores(assetId: string, fromMs: number, toMs: number, limit: number): Promise<StoredScore[]>;
  standing(assetId: string): Promise<AssetStanding | undefined>;
  /** Of all assets but the hidden ones, by id, after `afterId`. */
  standings(hidden: string[], afterId: string, limit: number): Promise<AssetStanding[]>;
  /** Deletes everything of an asset. */
  forget(assetIds: string[]): Promise<void>;
  /** Deletes readings and scores before a time, at most so many of each; returns how many went. */
  prune(beforeMs: number, most: number): Promise<number>;
}

const columns = columnNames.join(', ');
const updates = [...columnNames, 'quality'].map((name) => `${name} = excluded.${name}`).join(', ');
const reals = columnNames.map((_, i) => `$${i + 3}::real[]`).join(', ');

/** Creates the store. */
export function createReadingsStore(db: Db): ReadingsStore {
  return {
    write: ({ readings, scores, findings, standings }) =>
      db.tx(async (queries) => {
        await writeReadings(queries, readings);
        await writeScores(queries, scores);
        await writeFindings(queries, findings);
        await writeStandings(queries, standings);
      }),

    async readReadings(assetId, fromMs, toMs, limit) {
      const rows = await db.query<ReadingRow>(
        `SELECT asset_id, t_ms, ${columns}, quality FROM reading
         WHERE asset_id = $1 AND t_ms BETWEEN $2 AND $3 ORDER BY t_ms LIMIT $4`,
        [assetId, fromMs, toMs, limit]
      );
      return toBlock(assetId, rows);
    },

    async newestReadings(assetIds) {
      const rows = await db.query<ReadingRow>(
        `SELECT r.asset_id, r.t_ms, ${columns}, r.quality FROM unnest($1::text[]) AS wanted(id)
         CROSS JOIN LATERAL (SELECT * FROM reading WHERE asset_id = wanted.id ORDER BY t_ms DESC LIMIT 1) r`,
        [assetIds]
      );
      return new Map(rows.map((row) => [row.asset_id, toBlock(row.asset_id, [row])]));
    },

    readScores: (assetId, fromMs, toMs, limit) =>
      db.query<StoredScore>(
        `SELECT t_ms AS "tMs", model_id AS "modelId", score, status FROM reading_score
         WHERE asset_id = $1 AND t_ms BETWEEN $2 AND $3 ORDER BY t_ms, model_id LIMIT $4`,
        [assetId, fromMs, toMs, limit]
      ),

    async standing(assetId) {
      const [found] = await db.query<AssetStanding>(
        `SELECT ${standingColumns} FROM monitored_asset WHERE asset_id = $1`,
        [assetId]
      );
      return found;
    },

    standings: (hidden, afterId, limit) =>
      db.query<AssetStanding>(
        `SELECT ${standingColumns} FROM monitored_asset
         WHERE asset_id > $1 AND asset_id <> ALL($2::text[]) ORDER BY asset_id LIMIT $3`,
        [afterId, hidden, limit]
      ),

    forget: (assetIds) =>
      db.tx(async (queries) => {
        for (const table of ['reading', 'reading_score', 'reading_finding', 'monitored_asset']) {
          await queries.query(`DELETE FROM ${table} WHERE asset_id = ANY($1::text[])`, [assetIds]);
        }
      }),

    async prune(beforeMs, most) {
      let gone = 0;
      for (const table of ['reading', 'reading_score']) {
        const rows = await db.query(
          `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE t_ms < $1 LIMIT $2) RETURNING 1`,
          [beforeMs, most]
        );
        gone += rows.length;
      }
      return gone;
    }
  };
}

const standingColumns = `asset_id AS "assetId", is_simulated AS "isSimulated", newest_ms AS "newestMs", state, model_id AS "modelId",
  score, threshold`;

type ReadingRow = { asset_id: string; t_ms: number; quality: Uint8Array } & Record<string, number | null>;

function toBlock(assetId: string, rows: ReadingRow[]): ReadingBlock {
  return {
    assetId,
    channels: [...pumpLayout.names],
    t: Float64Array.from(rows, (row) => row.t_ms),
    columns: columnNames.map((name) => Float32Array.from(rows, (row) => row[name] ?? NaN)),
    quality: columnNames.map((_, c) => Uint8Array.from(rows, (row) => row.quality[c]!))
  };
}

async function writeReadings(queries: Queries, blocks: ReadingBlock[]): Promise<void> {
  // One statement may meet each row once.
  const rows = new Map<string, { block: ReadingBlock; row: number }>();
  for (const block of blocks) block.t.forEach((tMs, row) => rows.set(`${tMs} ${block.assetId}`, { block, row }));
  if (rows.size === 0) return;
  const list = [...rows.values()];
  const column = (c: number) => list.map(({ block, row }) => finite(block.columns[c]![row]!));
  await queries.query(
    `INSERT INTO reading (asset_id, t_ms, ${columns}, quality)
     SELECT * FROM unnest($1::text[], $2::bigint[], ${reals}, $${columnNames.length + 3}::bytea[])
     ON CONFLICT (asset_id, t_ms) DO UPDATE SET ${updates}`,
    [
      list.map(({ block }) => block.assetId),
      list.map(({ block, row }) => block.t[row]!),
      ...columnNames.map((_, c) => column(c)),
      list.map(({ block, row }) => Buffer.from(block.quality.map((codes) => codes[row]!)))
    ]
  );
}

async function writeScores(queries: Queries, blocks: ScoreBlock[]): Promise<void> {
  const rows = new Map<string, SqlValue[]>();
  for (const { assetId, modelId, t, score, status } of blocks) {
    t.forEach((tMs, i) =>
      rows.set(`${tMs} ${modelId} ${assetId}`, [assetId, tMs, modelId, finite(score[i]!), status[i]!])
    );
  }
  if (rows.size === 0) return;
  await queries.query(
    `INSERT INTO reading_score (asset_id, t_ms, model_id, score, status)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::real[], $5::smallint[])
     ON CONFLICT (asset_id, t_ms, model_id) DO UPDATE SET score = excluded.score, status = excluded.status`,
    turn([...rows.values()], 5)
  );
}

async function writeFindings(queries: Queries, findings: Finding[]): Promise<void> {
  const newest = [...new Map(findings.map((finding) => [finding.id, finding])).values()];
  if (newest.length === 0) return;
  await queries.query(
    `INSERT INTO reading_finding (id, asset_id, opened_ms, end_ms, body)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::json[])
     ON CONFLICT (id) DO UPDATE SET opened_ms = excluded.opened_ms, end_ms = excluded.end_ms, body = excluded.body`,
    turn(
      newest.map((each) => [each.id, each.assetId, each.openedMs, each.endMs, JSON.stringify(each)]),
      5
    )
  );
}

async function writeStandings(queries: Queries, standings: AssetStanding[]): Promise<void> {
  if (standings.length === 0) return;
  await queries.query(
    `INSERT INTO monitored_asset (asset_id, is_simulated, newest_ms, state, model_id, score, threshold)
     SELECT * FROM unnest($1::text[], $2::boolean[], $3::bigint[], $4::json[], $5::text[], $6::real[], $7::real[])
     ON CONFLICT (asset_id) DO UPDATE SET is_simulated = excluded.is_simulated, newest_ms = excluded.newest_ms,
       state = excluded.state, model_id = excluded.model_id, score = excluded.score, threshold = excluded.threshold`,
    turn(
      standings.map((each) => [
        each.assetId,
        each.isSimulated,
        each.newestMs,
        JSON.stringify(each.state),
        each.modelId,
        each.score,
        each.threshold
      ]),
      7
    )
  );
}

/** Rows of so many values as that many columns. */
function turn(rows: SqlValue[][], width: number): SqlValue[][] {
  return Array.from({ length: width }, (_, c) => rows.map((row) => row[c]!));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
