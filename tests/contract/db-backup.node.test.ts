/** What one database has, written to a file and read by a database of the same and of the other kind. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '$lib/domain/operation';
import { restoreBackup } from '../../src/server/backup/restore-backup';
import { writeBackup } from '../../src/server/backup/write-backup';
import type { Db } from '../../src/server/store/db';
import { migrate, migrations, type Migration } from '../../src/server/store/migrate';
import { connectDb } from '../../src/server/store/open-db';
import { createSqlSyncStore } from '../../src/server/store/sync-store';
import { databaseKinds, openDatabases, type Databases } from '../support/databases';
import { numbered } from '../support/numbered-writes';

const hookMs = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'backup-'));
const file = join(folder, 'backup.gz');
let kinds: Databases[];
let pglite: Db;
let postgres: Db;

beforeAll(async () => {
  kinds = databaseKinds.map(openDatabases);
  const [first, second] = await Promise.all(kinds.map(async (kind) => connectDb(await kind.create())));
  pglite = first!;
  postgres = second!;
}, hookMs);
afterAll(async () => {
  await Promise.all([pglite.close(), postgres.close()]);
  await Promise.all(kinds.map((kind) => kind.stop()));
  rmSync(folder, { recursive: true, force: true });
}, hookMs);
beforeEach(async () => {
  rmSync(file, { force: true });
  await empty(pglite);
  await empty(postgres);
});

async function empty(db: Db): Promise<void> {
  await db.query('DROP SCHEMA public CASCADE');
  await db.query('CREATE SCHEMA public');
}

/** A table with one of every type, a counter, a computed column, parts, a row of its own, and a foreign key to a later name. */
const types: Migration = {
  name: '9998_types',
  sql: `CREATE TABLE zz_kind (id int PRIMARY KEY)
--;;
INSERT INTO zz_kind VALUES (1)
--;;
CREATE TABLE aa_value (
  id bigint GENERATED ALWAYS AS IDENTITY, kind int REFERENCES zz_kind, at timestamptz, day date, share double precision, price numeric(9, 3),
  "name ""it""" varchar(20), bytes bytea, texts text[], body jsonb, raw json, code uuid, twice double precision GENERATED ALWAYS AS (share * 2) STORED)
--;;
CREATE TABLE part (day date, n int) PARTITION BY RANGE (day)`
};
const later: Migration = { name: '9999_later', sql: 'ALTER TABLE zz_kind ADD note text' };
const known = [...migrations, types];

async function fill(db: Db): Promise<void> {
  await migrate(db, known);
  const store = createSqlSyncStore(db);
  await store.tx((transaction) => transaction.put(Array.from({ length: 1201 }, (_, index) => numbered(index))));
  await store.tx((transaction) => transaction.put([{ ...numbered(5), body: null }]));
  const operation = { deviceId: 'device-0', seq: 1, hash: 'a' } as Operation;
  await store.tx((transaction) => transaction.append(operation, { seq: 1, opId: '\0', outcome: 'applied' }));
  await db.query('INSERT INTO zz_kind VALUES (2)');
  await db.query("CREATE TABLE part_2024 PARTITION OF part FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')");
  await db.query("INSERT INTO part VALUES ('2024-02-29', 1)");
  await db.query(
    `INSERT INTO aa_value (kind, at, day, share, price, "name ""it""", bytes, texts, body, raw, code) VALUES
      (2, '2024-10-27 02:30:00.123456+02', '2024-02-29', 0.1, 1.500, 'π "', '\\x00ff', ARRAY['a,b', NULL, '"{}\\'], '{"b": 1, "a": [null]}',
        '{"b":1,  "a":"\\u0000"}', '0190163d-8694-739b-aea5-966c26f8ad91'),
      (NULL, 'infinity', NULL, 'NaN', NULL, NULL, NULL, '{}', 'null', NULL, NULL)`
  );
}

/** Every row in the database, as the database writes it. */
async function dump(db: Db): Promise<unknown[]> {
  const tables = await db.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relname <> 'schema_migration' ORDER BY 1`
  );
  return db.tx(async (queries) => {
    await queries.query("SET LOCAL timezone TO 'UTC'");
    const rows: unknown[] = [];
    for (const { name } of tables) {
      rows.push([name, await queries.query(`SELECT t::text AS row FROM ${name} t ORDER BY (t::text) COLLATE "C"`)]);
    }
    return rows;
  });
}

describe.each([
  ['PGlite', 'PostgreSQL', () => [pglite, postgres] as const],
  ['PostgreSQL', 'PGlite', () => [postgres, pglite] as const]
])('from %s to %s', (_from, _to, ends) => {
  it('brings everything, and what counts goes on counting', async () => {
    const [from, to] = ends();
    await fill(from);
    const before = await dump(from);
    const rows = await writeBackup(from, file, 0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['backup.gz']);

    expect(await restoreBackup(to, file, known)).toBe(rows);
    // No revision that was given after the backup is given again.
    await to.query('UPDATE site_version SET version = version - 1000000');
    expect(await dump(to)).toEqual(before);
    await to.query('UPDATE site_version SET version = version + 1000000');
    const [next] = await to.query('INSERT INTO aa_value (kind) VALUES (1) RETURNING id');
    expect(next).toEqual({ id: 3 });
    const store = createSqlSyncStore(to);
    const [stored] = await store.tx((transaction) => transaction.put([numbered(7)]));
    expect(stored!.rev).toBe(1_001_203);
    await expect(to.query('DELETE FROM sync_operation')).rejects.toMatchObject({ code: '23001' });
  });

  it('brings a database of an older version up to this one, and none of a newer', async () => {
    const [from, to] = ends();
    await migrate(from, known);
    await writeBackup(from, file, 0);
    await restoreBackup(to, file, [...known, later]);
    expect(await to.query('SELECT * FROM zz_kind')).toEqual([{ id: 1, note: null }]);
    await empty(from);
    await expect(restoreBackup(from, file, migrations)).rejects.toThrow(
      '"9998_types", which this version does not have'
    );
    expect(await dump(from)).toEqual([]);
  });
});

it('overwrites nothing', async () => {
  await migrate(pglite);
  await writeBackup(pglite, file, 0);
  await expect(restoreBackup(pglite, file)).rejects.toThrow('expected an empty one');
});

it('refuses what is not a whole backup, and leaves the database empty', async () => {
  await fill(postgres);
  await writeBackup(postgres, file, 0);
  const whole = readFileSync(file);
  const lines = gunzipSync(whole).toString().split('\n').slice(0, -1);
  const zip = (some: string[]) => gzipSync(some.join('\n'));
  const cases: [Buffer, string][] = [
    [Buffer.from('not gzip'), 'cannot be read'],
    [whole.subarray(0, whole.length - 500), 'cannot be read'],
    [zip(['hello']), 'cannot be read'],
    [zip(['{"format": "other"}']), 'line 1'],
    [zip(lines.slice(0, -1)), 'not whole'],
    [zip([...lines.slice(0, -2), lines.at(-1)!]), 'rows, expected'],
    [zip([lines[0]!, '["1"]']), 'expected a table first'],
    [zip([lines[0]!, '{"table":"x","columns":[{"name":"a","type":"int); DROP"}],"partitions":[]}']), 'line 2'],
    [zip([lines[0]!, '{"table":"absent","columns":[{"name":"a","type":"integer"}],"partitions":[]}']), 'absent']
  ];
  for (const [bytes, said] of cases) {
    writeFileSync(file, bytes);
    await expect(restoreBackup(pglite, file, known), said).rejects.toThrow(said);
    expect(await dump(pglite)).toEqual([]);
  }
});

it('leaves no file where it could not write all of it', async () => {
  await migrate(pglite);
  await expect(writeBackup(pglite, join(folder, 'absent', 'x.gz'), 0)).rejects.toThrow('ENOENT');
  await pglite.query('CREATE TABLE a (x int UNIQUE)');
  await pglite.query('CREATE TABLE b (x int UNIQUE REFERENCES a (x))');
  await pglite.query('ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b (x)');
  await expect(writeBackup(pglite, file, 0)).rejects.toThrow('in a ring');
  expect(readdirSync(folder)).toEqual([]);
});
