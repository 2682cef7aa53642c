/**
 * Databases for tests, of both kinds: PGlite in a copy of a folder that is made once per machine, or a database on the PostgreSQL server of
 * the whole run (`postgres-of-run.ts`). Each is as its owner left it; no test sees another's.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import type { Db } from '../../src/server/store/db';
import { hashMigration, migrations } from '../../src/server/store/migrate';
import type { DbEnvironment } from '../../src/server/store/open-db';
import { connectDb, openDb } from '../../src/server/store/open-db';
import type {} from './postgres-of-run';

export const databaseKinds = ['pglite', 'postgres'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** Where databases of one kind come from. */
export interface Databases {
  kind: DatabaseKind;
  /** The environment of a database that nobody has used; not migrated. */
  create(): Promise<DbEnvironment>;
  /** The same, migrated. */
  createMigrated(): Promise<DbEnvironment>;
  /** Removes them all. */
  stop(): Promise<void>;
}

/** A migrated database, open from before the first test to after the last one of the file or of the `describe` that asked for it. */
export interface OwnDatabase {
  kind: DatabaseKind;
  readonly db: Db;
  /** Where more of its kind come from. */
  readonly databases: Databases;
  /** Leaves in it what the migrations have put there, and nothing else: no rows are kept, what a test does to tables stays. */
  empty(): Promise<Db>;
}

const hookMs = 60_000;
const modules = join(import.meta.dirname, '../../node_modules');

/** Opens a database before the tests and removes it after them. */
export function useDatabase(kind: DatabaseKind): OwnDatabase {
  let databases: Databases;
  let db: Db;
  let first: [table: string, rows: unknown][];

  beforeAll(async () => {
    databases = openDatabases(kind);
    db = await openDb(await databases.createMigrated());
    first = await readTables(db);
  }, hookMs);
  afterAll(async () => {
    await db.close();
    await databases.stop();
  }, hookMs);

  return {
    kind,
    get db() {
      return db;
    },
    get databases() {
      return databases;
    },
    async empty() {
      await db.tx(async ({ query }) => {
        // No trigger and no foreign key: the audit trail lets nobody empty it.
        await query('SET LOCAL session_replication_role = replica');
        await query(`DO $$ BEGIN ${first.map(([table]) => `DELETE FROM ${table};`).join(' ')} END $$`);
        for (const [table, rows] of first) {
          if (rows)
            await query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1)`, [
              JSON.stringify(rows)
            ]);
        }
      });
      await awaitNotifications(db);
      return db;
    }
  };
}

/** Until what the test before has told of is heard: notifications come in the order of the commits. */
async function awaitNotifications(db: Db): Promise<void> {
  let hear = () => {};
  const heard = new Promise<void>((resolve) => (hear = resolve));
  const stop = await db.listen('emptied', () => hear());
  await db.query(`SELECT pg_notify('emptied', '')`);
  await heard;
  await stop();
}

/** Every table with its rows; null where there are none. */
async function readTables(db: Db): Promise<[string, unknown][]> {
  const tables = await db.query<{ name: string }>(
    `SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'`
  );
  const read = async (name: string) =>
    (await db.query<{ rows: unknown }>(`SELECT json_agg(t) AS rows FROM ${name} t`))[0]!.rows;
  return Promise.all(tables.map(async ({ name }): Promise<[string, unknown]> => [name, await read(name)]));
}

export function openDatabases(kind: DatabaseKind): Databases {
  return kind === 'pglite' ? pgliteDatabases() : postgresDatabases();
}

/** PGlite in temporary folders. */
function pgliteDatabases(): Databases {
  const home = mkdtempSync(join(tmpdir(), 'pglite-'));
  let count = 0;
  const copy = (made: string): DbEnvironment => {
    const folder = join(home, String(++count));
    mkdirSync(folder);
    // Node's own copying takes five times as long.
    execFileSync('cp', ['-R', made, join(folder, 'pglite')]);
    return { PUMPSIDE_DATA_DIR: folder };
  };
  return {
    kind: 'pglite',
    create: async () => copy(await provideEmptyFolder()),
    createMigrated: async () => copy(await provideMigratedFolder()),
    async stop() {
      rmSync(home, { recursive: true, force: true });
    }
  };
}

/** On the server of the run, under names of their own. */
function postgresDatabases(): Databases {
  const server = inject('postgres');
  const urlOf = (name: string) => server.url.replace('DATABASE', name);
  const names: string[] = [];
  const create = async (template: string): Promise<DbEnvironment> => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await run(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    names.push(name);
    return { DATABASE_URL: urlOf(name) };
  };
  const run = async (...statements: string[]) => {
    const client = new Client(urlOf('postgres'));
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  return {
    kind: 'postgres',
    create: () => create('template1'),
    createMigrated: () => create(server.migrated),
    stop: () => run(...names.splice(0).map((name) => `DROP DATABASE ${name} WITH (FORCE)`))
  };
}

/** A folder as PGlite of this version makes it: making takes seconds, a copy a fraction of one. */
function provideEmptyFolder(): Promise<string> {
  return provideFolder('empty', async (draft) => {
    const db = await connectDb({ PUMPSIDE_DATA_DIR: draft });
    await db.close();
  });
}

/** The same with this version's migrations. */
function provideMigratedFolder(): Promise<string> {
  const wanted = createHash('sha256').update(migrations.map(hashMigration).join()).digest('hex').slice(0, 12);
  return provideFolder(wanted, async (draft) => {
    execFileSync('cp', ['-R', await provideEmptyFolder(), join(draft, 'pglite')]);
    const db = await openDb({ PUMPSIDE_DATA_DIR: draft });
    await db.close();
  });
}

/** The folder of that name, kept for the next run; `make` fills it below a folder of its own. */
async function provideFolder(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const manifest = readFileSync(join(modules, '@electric-sql/pglite/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const cache = join(modules, '.cache/pumpside');
  const folder = join(cache, `pglite-${version}-${name}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  await make(draft);
  try {
    renameSync(join(draft, 'pglite'), folder);
  } catch (error) {
    // Another test file was first.
    if (!existsSync(folder)) throw error;
  }
  rmSync(draft, { recursive: true, force: true });
  return folder;
}
