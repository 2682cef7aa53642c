/**
 * Databases for tests, of both kinds, each test with one of its own: a copy of a PGlite folder that is made once per machine, or a database
 * on a PostgreSQL server of the test file.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DbEnvironment } from '../../src/server/store/open-db';
import { connectDb } from '../../src/server/store/open-db';
import { startPostgres } from './postgres.mjs';

/** Where databases of one kind come from. */
export interface Databases {
  kind: 'pglite' | 'postgres';
  /** The environment of a database that nobody has used; not migrated. */
  create(): Promise<DbEnvironment>;
  /** Removes them all. */
  stop(): Promise<void>;
}

const modules = join(import.meta.dirname, '../../node_modules');

/** PGlite in temporary folders. */
export async function pgliteDatabases(): Promise<Databases> {
  const made = await provideMadeFolder();
  const home = mkdtempSync(join(tmpdir(), 'pglite-'));
  let count = 0;
  return {
    kind: 'pglite',
    async create() {
      const folder = join(home, String(++count));
      cpSync(made, join(folder, 'pglite'), { recursive: true });
      return { PUMPSIDE_DATA_DIR: folder };
    },
    async stop() {
      rmSync(home, { recursive: true, force: true });
    }
  };
}

/** A PostgreSQL server of its own. */
export async function postgresDatabases(): Promise<Databases> {
  const server = await startPostgres();
  const client = new Client(server.url);
  await client.connect();
  let count = 0;
  return {
    kind: 'postgres',
    async create() {
      const name = `test_${++count}`;
      await client.query(`CREATE DATABASE ${name}`);
      return { DATABASE_URL: server.urlOf(name) };
    },
    async stop() {
      await client.end();
      await server.stop();
    }
  };
}

/** A folder as PGlite of this version makes it: making takes seconds, a copy a fraction of one. */
async function provideMadeFolder(): Promise<string> {
  const manifest = readFileSync(join(modules, '@electric-sql/pglite/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(modules, '.cache/pumpside', `pglite-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(join(modules, '.cache/pumpside'), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  const db = await connectDb({ PUMPSIDE_DATA_DIR: draft });
  await db.close();
  try {
    renameSync(join(draft, 'pglite'), folder);
  } catch (error) {
    // Another test file was first.
    if (!existsSync(folder)) throw error;
  }
  rmSync(draft, { recursive: true, force: true });
  return folder;
}
