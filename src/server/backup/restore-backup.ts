/** Fills an empty database of either kind from a backup, whole or not at all. A backup of an older version is brought up to this one. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import * as v from 'valibot';
import type { Db, Queries } from '../store/db';
import { applyMigrations, hashMigration, migrate, migrations, type Migration } from '../store/migrate';
import { endSchema, headerSchema, rowSchema, tableSchema, type Header, type TableLine } from './format';
import { fixTextForms, quoteName } from './tables';

const rowsPerInsert = 500;
/** What devices were shown since the backup was made is gone: none may go on from its cursor, so what they were shown is forgotten. */
const forgotten = 'pull_view';
/** More than a site gives in the life of a backup: no revision of that time is given again, for devices may have changes made on one. */
const revisionsLost = 1_000_000;

/** Returns the number of rows. Throws, and leaves the database as it was, where it is not empty or the file is not a whole backup. */
export async function restoreBackup(db: Db, path: string, known: readonly Migration[] = migrations): Promise<number> {
  const rows = await db.tx((queries) => restoreInto(queries, path, known));
  await migrate(db, known);
  return rows;
}

async function restoreInto(queries: Queries, path: string, known: readonly Migration[]): Promise<number> {
  await refuseUsed(queries);
  await fixTextForms(queries);
  let line = 0;
  let rows = 0;
  let table: TableLine | undefined;
  let waiting: (string | null)[][] = [];
  const flush = async (): Promise<void> => {
    if (table && table.table !== forgotten && waiting.length > 0) await insert(queries, table, waiting);
    waiting = [];
  };
  const check = <Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> => {
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return parsed.output;
    throw new Error(`${path}, line ${line}: ${parsed.issues[0].message}.`);
  };

  for await (const value of readLines(path)) {
    line++;
    if (line === 1) {
      await applyMigrations(queries, migrationsOf(check(headerSchema, value), known), known);
    } else if (Array.isArray(value)) {
      const row = check(rowSchema, value);
      if (row.length !== table?.columns.length) {
        throw new Error(
          `${path}, line ${line}: ${row.length} values, expected ${table?.columns.length ?? 'a table first'}.`
        );
      }
      waiting.push(row);
      rows++;
      if (waiting.length === rowsPerInsert) await flush();
    } else if (typeof value === 'object' && value !== null && 'table' in value) {
      await flush();
      table = check(tableSchema, value);
      await prepare(queries, table);
    } else {
      await flush();
      const end = check(endSchema, value);
      if (end.rows !== rows) throw new Error(`${path}: ${rows} rows, expected ${end.rows}.`);
      for (const { name, value } of end.sequences) {
        await queries.query('SELECT setval($1::regclass, $2)', [quoteName(name), value]);
      }
      await queries.query('UPDATE site_version SET version = version + $1', [revisionsLost]);
      return rows;
    }
  }
  throw new Error(`${path} ends after line ${line}, expected a last line that says so: it is not whole.`);
}

/** The migrations that the backup's database had, which must be the first of this version's. */
function migrationsOf({ migrations: had }: Header, known: readonly Migration[]): Migration[] {
  return had.map(({ name, sha256 }, index) => {
    const own = known[index];
    if (own?.name === name && hashMigration(own) === sha256) return own;
    throw new Error(`The backup was made with the migration "${name}", which this version does not have.`);
  });
}

async function refuseUsed(queries: Queries): Promise<void> {
  const used = await queries.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LIMIT 1`
  );
  if (used.length > 0) {
    throw new Error(`The database has the table "${used[0]!.name}", expected an empty one: nothing is overwritten.`);
  }
}

/** Migrations may have put rows there, which the backup has, too. */
async function prepare(queries: Queries, { table, partitions }: TableLine): Promise<void> {
  for (const { name, bound } of partitions) {
    await queries.query(`CREATE TABLE IF NOT EXISTS ${quoteName(name)} PARTITION OF ${quoteName(table)} ${bound}`);
  }
  const [row] = await queries.query<{ count: number }>(`SELECT count(*) AS count FROM ${quoteName(table)}`);
  if (row?.count) await queries.query(`DELETE FROM ${quoteName(table)}`);
}

async function insert(queries: Queries, { table, columns }: TableLine, rows: (string | null)[][]): Promise<void> {
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const values = columns.map(({ type }, index) => `c${index}::${type}`).join(', ');
  const given = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const labels = columns.map((_, index) => `c${index}`).join(', ');
  await queries.query(
    `INSERT INTO ${quoteName(table)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM unnest(${given}) AS given (${labels})`,
    columns.map((_, index) => rows.map((row) => row[index]!))
  );
}

async function* readLines(path: string): AsyncGenerator<unknown> {
  // A file that breaks off or is no gzip ends the loop below with its fault.
  const text = pipeline(createReadStream(path), createGunzip(), () => {});
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Infinity })) yield JSON.parse(line);
  } catch (error) {
    throw new Error(`${path} cannot be read as a backup: ${(error as Error).message}.`, { cause: error });
  }
}
