/** The `SyncStore` in SQL on both kinds of database: against the memory store, with many writers, and after a kill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';
import type { Entity, Operation, OperationResult } from '$lib/domain/operation';
import type { Caller } from '../../src/server/api/route';
import { openDb } from '../../src/server/store/open-db';
import { createSqlSyncStore } from '../../src/server/store/sync-store';
import { pushOperations } from '../../src/server/sync/push';
import type { SyncStore } from '../../src/server/sync/store';
import { databaseKinds, useDatabase, type OwnDatabase } from '../support/databases';
import { createMemorySyncStore, createStoreDisk } from '../support/memory-sync-store';
import { numbered } from '../support/numbered-writes';
import { makeOperations } from '../support/operation-stream';
import { describeSyncStore } from './sync-store.contract';

const startMs = 60_000;
const caller: Caller = { kind: 'user', userId: 'person-0', name: '', role: 'administrator', groups: [], sessionId: '' };
const everything = 1_000_000;

const all = databaseKinds.map(useDatabase);

/** A store on a database as good as new. */
const createStore = async (own: OwnDatabase): Promise<SyncStore> => createSqlSyncStore(await own.empty());

/** Everything that can be read of a store after these operations, pushed in this order, all of them twice. */
async function observe(store: SyncStore, operations: Operation[]) {
  const results: OperationResult[] = [];
  for (const operation of [...operations, ...operations]) {
    const { deviceId } = operation;
    const answer = await pushOperations(store, caller, { deviceId, operations: [operation] }, operation.atMs);
    expect(answer.halted).toBeNull();
    results.push(...answer.results);
  }
  const kinds = ['asset', 'alarm', 'journal', 'comment', 'rule', 'rule-change', 'finding', 'promotion'] as const;
  return {
    results,
    version: await store.version(),
    entities: await store.changesSince(0, everything, null),
    north: await store.changesSince(3, 50, ['north']),
    none: await store.changesSince(0, everything, []),
    lists: await Promise.all(kinds.map(async (kind) => sorted(await store.entitiesOf(kind, everything, ['south'])))),
    progress: await Promise.all(['device-0', 'device-1', 'device-2', 'nobody'].map((id) => store.progress(id))),
    operations: await store.operations('device-1', 3, 20)
  };
}

/** The order of entities of the same moment is nobody's. */
const sorted = (entities: Entity[]) => entities.sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? -1 : 1));

it(
  'gives the same as the memory store, whatever happened',
  async () => {
    const outcomes = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const operations = makeOperations(seed, 120);
      const expected = await observe(createMemorySyncStore(createStoreDisk()), operations);
      for (const result of expected.results) outcomes.add(result.outcome === 'refused' ? result.code : result.outcome);
      expect(expected.version.newest).toBeGreaterThan(40);
      for (const own of all) {
        expect(await observe(await createStore(own), operations), own.kind).toEqual(expected);
      }
    }
    expect([...outcomes].sort()).toEqual(['applied', 'bad-body', 'conflict', 'duplicate', 'forbidden', 'not-yours']);
  },
  startMs
);

describe.each(all)('on $kind', (own) => {
  it('refuses to change or remove an operation, and keeps it', async () => {
    const store = await createStore(own);
    const { db } = own;
    const [operation] = makeOperations(1, 1);
    await pushOperations(store, caller, { deviceId: operation!.deviceId, operations: [operation!] }, 0);
    const attempts = ["UPDATE sync_operation SET hash = ''", 'DELETE FROM sync_operation', 'TRUNCATE sync_operation'];
    for (const text of attempts) await expect(db.query(text)).rejects.toMatchObject({ code: '23001' });
    expect(await store.operations(operation!.deviceId, 1, 10)).toEqual([operation]);
  });

  it('keeps texts that only JSON can write', async () => {
    const store = await createStore(own);
    const entity = numbered(1);
    const body = { id: 'pump-1', name: 'a\0b \ud800 "\\', group: 'north' };
    await store.tx((transaction) => transaction.put([{ ...entity, body }]));
    expect(await store.changesSince(0, 10, ['north'])).toEqual([{ ...entity, body, rev: 1 }]);
    expect(await store.changesSince(0, 10, ['south'])).toEqual([]);
  });

  it('keeps kinds and ids apart, whatever a device puts into them', async () => {
    const store = await createStore(own);
    const card = { ...numbered(1), kind: 'asset', id: 'Pump 7' } as Entity;
    const odd = { kind: 'asset Pump', id: '7' } as unknown as { kind: 'asset'; id: string };
    await store.tx((transaction) => transaction.put([card]));
    await store.tx(async (transaction) => {
      await transaction.load([card, odd]);
      expect(await transaction.entity('asset', 'Pump 7')).toEqual({ ...card, rev: 1 });
      expect(await transaction.entity(odd.kind, odd.id)).toBeUndefined();
    });
  });

  it('takes a thousand entities at once, and the last of the same', async () => {
    const store = await createStore(own);
    const entities = Array.from({ length: 1000 }, (_, index) => numbered(index % 999));
    const stored = await store.tx((transaction) => transaction.put(entities));
    expect(stored.map(({ rev }) => rev)).toEqual(entities.map((_, index) => index + 1));
    const kept = await store.changesSince(0, everything, null);
    expect(kept).toHaveLength(999);
    expect(kept.at(-1)).toEqual({ ...numbered(0), rev: 1000 });
  });

  it('tells of a commit that changed something and of no other', async () => {
    const store = await createStore(own);
    const told: number[] = [];
    const stop = store.onChange((rev) => told.push(rev));
    await store.tx(async () => {});
    await store.tx((transaction) => transaction.put([numbered(1), numbered(2)]));
    await expect(
      store.tx(async (transaction) => {
        await transaction.put([numbered(3)]);
        throw new Error('no');
      })
    ).rejects.toThrow('no');
    await store.tx((transaction) => transaction.touch(['pump-1', 'nowhere']));
    await vi.waitFor(() => expect(told).toEqual([2, 3]));
    stop();
  });

  it('gives 20 writers at once revisions without a gap, and no reader skips one', async () => {
    const store = await createStore(own);
    const told: number[] = [];
    store.onChange((rev) => told.push(rev));
    const seen: number[] = [];
    let isWriting = true;
    const reading = (async () => {
      for (let cursor = 0; isWriting || cursor < (await store.version()).newest;) {
        for (const { rev } of await store.changesSince(cursor, 7, null)) seen.push((cursor = rev));
      }
    })();
    const write = async (number: number) => {
      // Holds its revision for a while before it commits: a sequence would let others overtake it.
      await store.tx(async (transaction) => {
        await transaction.put([numbered(number)]);
        await transaction.entity('asset', 'pump-0');
      });
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => write(index)));
    isWriting = false;
    await reading;
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    await vi.waitFor(() => expect(told).toEqual(seen));
  });

  it(
    'loses nothing that was acknowledged when the process that writes is killed',
    async () => {
      const env = await own.databases.createMigrated();
      let acknowledged = 0;
      for (const patience of [1, 40]) {
        const writer = spawn(process.execPath, [join(import.meta.dirname, '../support/killed-writer.mjs')], {
          env: { ...process.env, ...env },
          stdio: ['ignore', 'pipe', 'inherit']
        });
        const ended = once(writer, 'exit');
        const lines = createInterface({ input: writer.stdout });
        const target = acknowledged + patience;
        lines.on('line', (line) => {
          acknowledged = Number(line);
          if (acknowledged === target) writer.kill('SIGKILL');
        });
        await Promise.all([ended, once(lines, 'close')]);
        expect(acknowledged).toBeGreaterThanOrEqual(target);
      }
      const db = await openDb(env);
      try {
        const store = createSqlSyncStore(db);
        const kept = await store.changesSince(0, everything, null);
        // What was on its way to be acknowledged may be there too, whole.
        expect(kept.length - acknowledged).toBeOneOf([0, 1]);
        expect(kept).toEqual(kept.map((_, index) => ({ ...numbered(index + 1), rev: index + 1 })));
        expect(await store.progress('device-0')).toEqual({ lastSeq: kept.length, lastHash: String(kept.length) });
      } finally {
        await db.close();
      }
    },
    startMs
  );
});

describe.each(all)('$kind', (own) => {
  describeSyncStore(own.kind, async () => {
    const db = await own.empty();
    // The end of a process is tested above; here a new store on the same connection is what opens again.
    return { open: async () => createSqlSyncStore(db), close: async () => {}, remove: async () => {} };
  });
});
