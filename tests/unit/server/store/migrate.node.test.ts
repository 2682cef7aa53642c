import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../../../../src/server/store/db';
import { hashMigration, migrate, migrations, type Migration } from '../../../../src/server/store/migrate';
import { connectDb } from '../../../../src/server/store/open-db';
import { databaseKinds, openDatabases, type Databases } from '../../../support/databases';

const hookMs = 60_000;
const first: Migration = {
  name: '0001_first',
  sql: '-- A comment\nCREATE TABLE a (x int);\n--;;\n-- only a comment\n--;;\nINSERT INTO a VALUES (1)'
};
const second: Migration = { name: '0002_second', sql: 'ALTER TABLE a ADD y int' };
const broken: Migration = { name: '0002_second', sql: 'INSERT INTO a VALUES (2)\n--;;\nSELEC' };

/** Of each that a version has brought to people: what is to be otherwise takes another migration. */
const released: Record<string, string> = {
  '0001_sync': '2f679f74325fe267ba415ecc6b3749f52bf3282d4a7abd04d6773aeff573d2d4',
  '0002_accounts': '38c8b4a87b00ca323895e97aea0dde242c259b6a2abac92edf9bfb873b5d737b',
  '0003_readings': '1137c7b4001b62222c6971c705440d4d2b9b274617db89537b1f1ddd18bf6df6',
  '0004_notifications': '8eb4e137cff7cb244b4ac6ffbef309e9983ce990a73057d0053a513e4a3819a3',
  '0005_upkeep': '382f39243605edfe597f8e72c4a0345a41e9a1b4903ff6374179b6559f599acd',
  '0006_notification_ends': '07818cb8b60dff5e36bd6110a2c3172d50680be68ddb4746fd83cd8ed699863a',
  '0007_notification_places': 'af63cd38f61bdbe832ebdab9d87375f3e3c51defa4d5a9907ef317d5740aa18d',
  '0008_audited_subjects': '916dbd63477867d8ef6cd7841d06ee851b501ba5d457b1a6e502d1e70be23746'
};

it('has the files of the folder, numbered without a gap', () => {
  expect(migrations.map(({ name }) => Number(name.slice(0, 4)))).toEqual(migrations.map((_, index) => index + 1));
});

it('has none that was edited since it came to people', () => {
  expect(Object.fromEntries(migrations.map((each) => [each.name, hashMigration(each)]))).toEqual(released);
});

describe.each(databaseKinds)('migrations on %s', (kind) => {
  let databases: Databases;
  let db: Db;
  beforeAll(async () => {
    databases = openDatabases(kind);
    db = await connectDb(await databases.create());
  }, hookMs);
  afterAll(async () => {
    await db.close();
    await databases.stop();
  }, hookMs);
  beforeEach(async () => {
    await db.query('DROP SCHEMA public CASCADE');
    await db.query('CREATE SCHEMA public');
  });
  const names = async () =>
    (await db.query<{ name: string }>('SELECT name FROM schema_migration ORDER BY name')).map(({ name }) => name);

  it('applies each once, however often and however many at a time', async () => {
    // One that knows the first alone refuses a database that has the second already.
    await Promise.all([migrate(db, [first]), migrate(db, [first])]);
    await Promise.all([migrate(db, [first, second]), migrate(db, [first, second]), migrate(db, [first, second])]);
    await migrate(db, [first, second]);
    expect(await names()).toEqual(['0001_first', '0002_second']);
    expect(await db.query('SELECT * FROM a')).toEqual([{ x: 1, y: null }]);
  });

  it('stops at one that was edited after it was applied, but for its line ends', async () => {
    await migrate(db, [first]);
    await migrate(db, [{ ...first, sql: first.sql.replaceAll('\n', '\r\n') }]);
    await expect(migrate(db, [{ ...first, sql: `${first.sql} ` }, second])).rejects.toThrow('"0001_first" was edited');
    expect(await names()).toEqual(['0001_first']);
  });

  it('stops before a database that a newer version has made', async () => {
    await migrate(db, [first, second]);
    await expect(migrate(db, [first])).rejects.toThrow('"0002_second", expected no more');
  });

  it('leaves nothing of one that fails, and keeps those before', async () => {
    await expect(migrate(db, [first, broken])).rejects.toMatchObject({ code: '42601' });
    expect(await names()).toEqual(['0001_first']);
    expect(await db.query('SELECT * FROM a')).toEqual([{ x: 1 }]);
    await migrate(db, [first, second]);
    expect(await names()).toEqual(['0001_first', '0002_second']);
  });

  it('goes on from each earlier version, with what is stored there', async () => {
    await migrate(db, migrations.slice(0, 1));
    const stored = { kind: 'rule', id: 'p:\u0000' };
    await db.query(
      `INSERT INTO sync_operation (device_id, seq, hash, operation, result) VALUES ('d', 1, '', $1, '{"outcome":"applied"}')`,
      [JSON.stringify(stored)]
    );
    for (let count = 1; count <= migrations.length; count++) await migrate(db, migrations.slice(0, count));
    expect(await names()).toEqual(migrations.map(({ name }) => name));
    expect(await db.query('SELECT operation FROM sync_operation')).toEqual([{ operation: stored }]);
  });

  it('applies those of this version', async () => {
    await migrate(db);
    expect(await names()).toEqual(migrations.map(({ name }) => name));
  });
});
