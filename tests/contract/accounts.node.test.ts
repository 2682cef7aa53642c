import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDb } from '../../src/server/store/open-db';
import { startPostgres } from '../support/postgres.mjs';
import { testAccounts } from './accounts.contract';

testAccounts('PGlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  const db = await openDb({ PUMPSIDE_DATA_DIR: folder });
  const close = async () => {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { db, close };
});

testAccounts('PostgreSQL', async () => {
  const server = await startPostgres();
  const db = await openDb({ DATABASE_URL: server.url });
  const close = async () => {
    await db.close();
    await server.stop();
  };
  return { db, close };
});
