/** Opens the database that the environment names, in the form that this version expects. */
import { join, resolve } from 'node:path';
import type { Db } from './db';
import { migrate } from './migrate';
import { openPglite } from './pglite';
import { openPostgres } from './postgres';

/** What of the environment decides where data is. */
export interface DbEnvironment {
  /** `postgres://user:password@host/database`; without it PGlite is used. */
  DATABASE_URL?: string | undefined;
  /** Folder of PGlite's files and whatever else the backend keeps; default `./data`. */
  PUMPSIDE_DATA_DIR?: string | undefined;
}

/** A migrated database. Throws with place, value and expectation where it cannot be; `onFault` hears of what goes wrong later. */
export async function openDb(env: DbEnvironment, onFault: (fault: Error) => void = tellNobody): Promise<Db> {
  const db = await connectDb(env, onFault);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

/** The same database as it is, not migrated: for a restore, which wants it empty. */
export async function connectDb(env: DbEnvironment, onFault: (fault: Error) => void = tellNobody): Promise<Db> {
  const url = env.DATABASE_URL?.trim();
  if (!url) return openPglite(join(resolve(env.PUMPSIDE_DATA_DIR || 'data'), 'pglite'), onFault);
  // The value may hold a password, so it is not told.
  if (!/^postgres(ql)?:\/\//.test(url)) throw new Error('DATABASE_URL must begin with postgres:// or postgresql://.');
  return openPostgres(url, onFault);
}

/** Whoever waits for a query learns of the fault from it. */
function tellNobody(): void {}
