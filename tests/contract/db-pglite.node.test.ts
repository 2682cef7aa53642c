import { expect, it } from 'vitest';
import { connectDb } from '../../src/server/store/open-db';
import { openDatabases } from '../support/databases';
import { testDb } from './db.contract';

testDb('pglite');

it('opens a folder once at a time, and finds there what was stored', async () => {
  const databases = openDatabases('pglite');
  const env = await databases.create();
  const db = await connectDb(env);
  await db.query('CREATE TABLE kept AS SELECT 1 AS x');
  await expect(connectDb(env)).rejects.toThrow('expected to be its only user');
  await db.close();
  const again = await connectDb(env);
  expect(await again.query('SELECT x FROM kept')).toEqual([{ x: 1 }]);
  await again.close();
  await databases.stop();
});
