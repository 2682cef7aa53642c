/** The commands `backup FILE` and `restore FILE`, on the database that the environment names. They print nothing: the caller says what was done. */
import { access } from 'node:fs/promises';
import { connectDb, type DbEnvironment } from '../store/open-db';
import { noteBackup } from './note-backup';
import { restoreBackup } from './restore-backup';
import { writeBackup } from './write-backup';

/**
 * Writes the database, as it is and of whatever version, to the file and returns the number of rows. PGlite's folder must not be in use: stop
 * the server first. A database that nobody has used is refused, for it is not the one that was meant.
 */
export async function runBackup(env: DbEnvironment, path: string): Promise<number> {
  const db = await connectDb(env);
  try {
    const [found] = await db.query<{ isUsed: boolean }>(
      `SELECT to_regclass('public.schema_migration') IS NOT NULL AS "isUsed"`
    );
    if (!found?.isUsed) {
      throw new Error(
        'There is nothing to back up: the database that DATABASE_URL or PUMPSIDE_DATA_DIR names is empty.'
      );
    }
    const rows = await writeBackup(db, path, Date.now());
    await noteBackup(db, 'backup-made', { actor: 'console', path, rows, atMs: Date.now() });
    return rows;
  } finally {
    await db.close();
  }
}

/** Fills the empty database from the file and returns the number of rows. */
export async function runRestore(env: DbEnvironment, path: string): Promise<number> {
  // Before a database is made for it.
  await access(path);
  const db = await connectDb(env);
  try {
    const rows = await restoreBackup(db, path);
    await noteBackup(db, 'backup-restored', { actor: 'console', path, rows, atMs: Date.now() });
    return rows;
  } finally {
    await db.close();
  }
}
