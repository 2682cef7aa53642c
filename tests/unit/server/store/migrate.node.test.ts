import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../../../../src/server/store/db';
import { migrate, migrations, type Migration } from '../../../../src/server/store/migrate';
import { connectDb } from '../../../../src/server/store/open-db';
import { databaseKinds, openDatabases, type Databases } from '../../../support/databases';

const hookMs = 60_000;
const first: Migration = {
  name: '0001_first',
  sql: '-- A comment\nCREATE TABLE a (x int);\n--;;\n-- only a comment\n--;;\nINSERT INTO a VALUES (1)'
};
const second: Migration = { name: '0002_second', sql: 'ALTER TABLE a ADD y int' };
const broken: Migration = { name: '0002_second', sql: 'INSERT INTO a VALUES (2)\n--;;\nSELEC' };

it('has the files of the folder, numbered without a gap', () => {
  expect(migrations.map(({ name }) => Number(name.slice(0, 4)))).toEqual(migrations.map((_, index) => index + 1));
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

  it('applies those of this version', async () => {
    await migrate(db);
    expect(await names()).toEqual(migrations.map(({ name }) => name));
  });
});
