/** Writes all that a database holds into one file, as of one moment, while others go on working with it. */
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Db, Queries } from '../store/db';
import { backupFormat, type Header, type TableLine } from './format';
import { fixTextForms, quoteName, readSequences, readTables, type Table } from './tables';

const rowsPerFetch = 500;

/**
 * Writes the file, whole or not at all; only its owner may read it, for it holds what people sign in with. Returns the number of rows.
 * PGlite has one connection: whoever asks it for something meanwhile waits.
 */
export async function writeBackup(db: Db, path: string, nowMs: number): Promise<number> {
  const draft = `${path}.part`;
  const tally = { rows: 0 };
  try {
    await db.tx(async (queries) => {
      const lines = Readable.from(readLines(queries, nowMs, tally));
      await pipeline(lines, createGzip(), createWriteStream(draft, { mode: 0o600 }));
    });
    const file = await open(draft, 'r+');
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return tally.rows;
}

async function* readLines(queries: Queries, nowMs: number, tally: { rows: number }): AsyncGenerator<string> {
  await queries.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await fixTextForms(queries);
  const migrations = await queries.query<Header['migrations'][number]>(
    'SELECT name, sha256 FROM schema_migration ORDER BY name COLLATE "C"'
  );
  yield toLine({ format: backupFormat, version: 1, madeAtMs: nowMs, migrations } satisfies Header);
  for (const table of await readTables(queries)) {
    yield toLine({ table: table.name, columns: table.columns, partitions: table.partitions } satisfies TableLine);
    for await (const row of readRows(queries, table)) {
      tally.rows++;
      yield toLine(row);
    }
  }
  yield toLine({ end: true, rows: tally.rows, sequences: await readSequences(queries) });
}

async function* readRows(queries: Queries, { name, columns }: Table): AsyncGenerator<(string | null)[]> {
  const texts = columns.map((column) => `${quoteName(column.name)}::text`).join(', ');
  await queries.query(`DECLARE backup_rows NO SCROLL CURSOR FOR SELECT ARRAY[${texts}] AS row FROM ${quoteName(name)}`);
  for (;;) {
    const rows = await queries.query<{ row: (string | null)[] }>(`FETCH ${rowsPerFetch} FROM backup_rows`);
    for (const { row } of rows) yield row;
    if (rows.length < rowsPerFetch) break;
  }
  await queries.query('CLOSE backup_rows');
}

function toLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
