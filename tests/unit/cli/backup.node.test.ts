/** The built command line backs a database up and restores it: its thread must be found beside it, and every fault is one line. */
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../../src/server/store/db';
import { openDb, type DbEnvironment } from '../../../src/server/store/open-db';
import { buildAside } from '../../support/build-aside';
import { openDatabases, type Databases } from '../../support/databases';

let home: string;
let databases: Databases;
beforeAll(async () => {
  home = await buildAside('cli');
  databases = openDatabases('pglite');
}, 60_000);
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await databases.stop();
});

function run(place: DbEnvironment, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, DATABASE_URL: '', ...place };
  return spawnSync(process.execPath, [join(home, 'build/cli/main.js'), ...words], { env, encoding: 'utf8' });
}

async function withDb<T>(place: DbEnvironment, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDb(place);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

async function fill(db: Db): Promise<void> {
  await db.query(
    `INSERT INTO reading (asset_id, t_ms, motor_rpm, quality)
     SELECT 'Pumpe ' || i % 3, 1700000000000 + i, i * 0.1, decode('00', 'hex') FROM generate_series(1, 1200) AS i`
  );
  await db.query(
    `INSERT INTO maintenance_event (id, asset_id, at_ms, kind, title, notes, cost, recorded_by, recorded_ms)
     VALUES (gen_random_uuid(), 'Pumpe 1', 1, 'repair', 'Lager "β"', E'a\\nb', 12.50, 'test', 2)`
  );
}

const dump = (db: Db) =>
  Promise.all(
    ['reading', 'maintenance_event'].map((table) =>
      db.query(`SELECT t::text AS row FROM ${table} t ORDER BY (t::text) COLLATE "C"`)
    )
  );

it('brings all rows from one folder into a fresh one', async () => {
  const file = join(home, 'backup.gz');
  const one = await databases.createMigrated();
  const before = await withDb(one, async (db) => {
    await fill(db);
    return dump(db);
  });
  expect(run(one, 'backup', file)).toMatchObject({ status: 0, stderr: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const two = { PUMPSIDE_DATA_DIR: join(home, 'two') };
  const restored = run(two, 'restore', file);
  expect(restored).toMatchObject({ status: 0, stderr: '' });
  expect(restored.stdout).toMatch(/backup\.gz: \d+ rows restored\n/);
  expect(await withDb(two, dump)).toEqual(before);

  // A second time there is something to be overwritten.
  const again = run(two, 'restore', file);
  expect(again.status).toBe(1);
  expect(again.stderr).toMatch(/^The database has the table .*nothing is overwritten\.\n$/);
});

it('says in one line who has the database open', async () => {
  const place = await databases.create();
  const refused = await withDb(place, async () => run(place, 'backup', join(home, 'open.gz')));
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(new RegExp(`^.*/pglite is open in process ${process.pid}, .*\\n$`));
});

it('says in one line what else is wrong', async () => {
  const place = await databases.create();
  const nothing = run(place, 'backup', join(home, 'none.gz'));
  expect(nothing.status).toBe(1);
  expect(nothing.stderr).toMatch(/^There is nothing to back up: .*\n$/);
  const absent = run(place, 'restore', join(home, 'absent.gz'));
  expect(absent.status).toBe(1);
  expect(absent.stderr).toMatch(/^ENOENT.*absent\.gz'\n$/);
  const unnamed = run(place, 'backup');
  expect(unnamed.status).toBe(1);
  expect(unnamed.stderr).toMatch(/^missing: FILE to write the backup to\n/);
});
