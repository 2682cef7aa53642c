import { expect, it, vi } from 'vitest';
import { connectDb } from '../../src/server/store/open-db';
import { openDatabases } from '../support/databases';
import { testDb } from './db.contract';

testDb('postgres');

it('comes back after every connection was cut, pokes whoever listens once, and hears again', async () => {
  const databases = openDatabases('postgres');
  const env = await databases.create();
  const faults: string[] = [];
  const [db, other] = await Promise.all([connectDb(env, ({ message }) => faults.push(message)), connectDb(env)]);
  const heard: string[] = [];
  await db.listen('cut', (payload) => heard.push(payload));
  await other.query("SELECT pg_notify('cut', 'before')");
  await vi.waitFor(() => expect(heard).toEqual(['before']));

  const cut =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  const lost = db.tx(async (queries) => {
    await queries.query('CREATE TABLE lost (x int)');
    await other.query(cut);
    await queries.query('SELECT 1');
  });
  await expect(lost).rejects.toThrow();
  await vi.waitFor(() => expect(heard).toEqual(['before', '']), { timeout: 10_000 });
  await other.query("SELECT pg_notify('cut', 'after')");
  await vi.waitFor(() => expect(heard).toEqual(['before', '', 'after']));
  expect(faults.length).toBeGreaterThan(0);
  expect(await db.query("SELECT to_regclass('lost') AS lost")).toEqual([{ lost: null }]);
  await Promise.all([db.close(), other.close()]);
  await databases.stop();
});

it('says what is wrong with an address, without telling it', async () => {
  await expect(connectDb({ DATABASE_URL: 'mysql://u:secret@h/d' })).rejects.toThrow(/^(?!.*secret).*postgres:\/\//);
  await expect(connectDb({ DATABASE_URL: 'postgresql://u:secret@127.0.0.1:1/d' })).rejects.toThrow('ECONNREFUSED');
});
