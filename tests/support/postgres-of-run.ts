/**
 * The PostgreSQL server that all test files of a run share: started before the first, stopped after the last. Each file makes databases of its
 * own on it (`databases.ts`), most of them as copies of one that is migrated here once.
 */
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { openDb } from '../../src/server/store/open-db';
import { startPostgres } from './postgres.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** An address with `DATABASE` for the name, and the name of the migrated database, which nobody may open. */
    postgres: { url: string; migrated: string };
  }
}

const migrated = 'migrated';

/** What Vitest calls before the tests of a project; returns what it calls after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  const client = new Client(server.url);
  await client.connect();
  await client.query(`CREATE DATABASE ${migrated}`);
  await client.end();
  await (await openDb({ DATABASE_URL: server.urlOf(migrated) })).close();
  project.provide('postgres', { url: server.urlOf('DATABASE'), migrated });
  return server.stop;
}
