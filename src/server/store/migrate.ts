/**
 * Brings a database to the form that this version's SQL expects: numbered files, each applied once, in one transaction, under a lock that
 * makes other starting processes wait. What was applied is remembered by SHA-256.
 */
import { createHash } from 'node:crypto';
import type { Db, Queries } from './db';

/** One file of `src/server/migrations`; statements are separated by lines `--;;`. */
export interface Migration {
  /** `0001_sync` */
  name: string;
  sql: string;
}

const files = import.meta.glob<string>('../migrations/*.sql', { query: '?raw', import: 'default', eager: true });

/** All migrations, in their order. */
export const migrations: readonly Migration[] = Object.entries(files)
  .map(([path, sql]) => ({ name: path.replace(/^.*\/|\.sql$/g, ''), sql }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

/** A number that nothing else locks. */
const lockKey = 7_086_773;

/** Applies what is missing; throws, and changes nothing more, where what was applied is not what is wanted now. */
export async function migrate(db: Db, wanted: readonly Migration[] = migrations): Promise<void> {
  for (let count = 1; count <= wanted.length; count++) {
    await db.tx((queries) => applyMigrations(queries, wanted.slice(0, count), wanted));
  }
}

/** Applies in the caller's transaction what is missing of the first migrations; `known` are all that this version has. */
export async function applyMigrations(
  queries: Queries,
  wanted: readonly Migration[],
  known: readonly Migration[] = wanted
): Promise<void> {
  await queries.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
  await queries.query(
    'CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())'
  );
  const applied = await queries.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM schema_migration ORDER BY name COLLATE "C"'
  );
  check(applied, known);
  for (const migration of wanted.slice(applied.length)) {
    for (const statement of migration.sql.split(/^--;;[ \t]*\r?$/m)) {
      if (hasStatement(statement)) await queries.query(statement);
    }
    await queries.query('INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)', [
      migration.name,
      hashMigration(migration)
    ]);
  }
}

/** What was applied must be the first of those known, letter for letter. */
function check(applied: { name: string; sha256: string }[], known: readonly Migration[]): void {
  for (const [index, { name, sha256 }] of applied.entries()) {
    const migration = known[index];
    if (migration?.name !== name) {
      const expected = migration ? `"${migration.name}"` : 'no more';
      throw new Error(`The database has the migration "${name}", expected ${expected}: another version has made it.`);
    }
    if (hashMigration(migration) !== sha256) {
      throw new Error(`The migration "${name}" was edited after it was applied, expected SHA-256 ${sha256}.`);
    }
  }
}

/** SHA-256 of a migration's text, hex; line ends do not count, since a checkout may turn them. */
export function hashMigration({ sql }: Migration): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');
}

function hasStatement(text: string): boolean {
  return text.split('\n').some((line) => /^\s*[^\s-]/.test(line));
}
