/** Writes of which one can tell whether any is missing: the entity and the operation of each have its number. */
import type { Entity, Operation } from '../../src/lib/domain/operation';
import { openDb, type DbEnvironment } from '../../src/server/store/open-db';
import { createSqlSyncStore } from '../../src/server/store/sync-store';

const deviceId = 'device-0';

/** Goes on from where the database stands and never ends; `tell` hears of each number once it is committed. */
export async function writeNumbers(env: DbEnvironment, tell: (number: number) => void): Promise<never> {
  const store = createSqlSyncStore(await openDb(env));
  for (;;) {
    const number = ((await store.progress(deviceId))?.lastSeq ?? 0) + 1;
    await store.tx(async (transaction) => {
      await transaction.put([numbered(number)]);
      const operation = { deviceId, seq: number, hash: String(number) } as Operation;
      await transaction.append(operation, { seq: number, opId: '', outcome: 'applied' });
    });
    tell(number);
  }
}

/** The entity of a number. */
export function numbered(number: number): Entity<'asset'> {
  const id = `pump-${number}`;
  const body = { id, name: 'x'.repeat(number % 500), group: '' };
  return { kind: 'asset', id, assetId: id, deviceId, rev: 0, atMs: number, open: 0, body };
}
