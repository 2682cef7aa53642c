/**
 * `memorySyncStore`: a double of the `SyncStore` port for tests in Node, and the plain truth of what it must hold. Two stores on one disk
 * are the backend before and after a restart. Transactions wait for each other; one that fails leaves no trace.
 */
import type { Entity, Operation, OperationResult } from '$lib/domain/operation';
import type { SyncStore, SyncTransaction } from '../../src/server/sync/store';
import { freeze } from './freeze';
import type { CommitPoint } from './memory-ledger';
import { createUndoable, type Undoable } from './undoable-map';

interface Settled {
  operation: Operation;
  result: OperationResult;
}

/** What outlives a restart. */
export interface StoreDisk {
  entities: Undoable<string, Entity>;
  /** By device and number. */
  operations: Undoable<string, Settled>;
  progress: Undoable<string, { lastSeq: number; lastHash: string }>;
  version: Undoable<'newest' | 'floor', number>;
  /** Ends when the transactions asked for so far have. */
  queue: Promise<unknown>;
}

export function createStoreDisk(): StoreDisk {
  return {
    entities: createUndoable(),
    operations: createUndoable(),
    progress: createUndoable(),
    version: createUndoable(),
    queue: Promise.resolve()
  };
}

/** A copy, as a backup is. */
export function copyStoreDisk(disk: StoreDisk): StoreDisk {
  return {
    entities: disk.entities.copy(),
    operations: disk.operations.copy(),
    progress: disk.progress.copy(),
    version: disk.version.copy(),
    queue: Promise.resolve()
  };
}

export function createMemorySyncStore(disk: StoreDisk, atCommit: CommitPoint = () => {}): SyncStore {
  const listeners = new Set<(rev: number) => void>();
  const tables = [disk.entities, disk.operations, disk.progress, disk.version];
  const transaction = createTransaction(disk);
  const newest = () => disk.version.get('newest') ?? 0;

  async function transact<T>(work: (transaction: SyncTransaction) => Promise<T>): Promise<T> {
    const before = newest();
    try {
      const result = await work(transaction);
      atCommit('before', 'store.tx');
      for (const table of tables) table.keep();
      atCommit('after', 'store.tx');
      if (newest() !== before) for (const tell of [...listeners]) tell(newest());
      return result;
    } catch (error) {
      for (const table of tables) table.undo();
      throw error;
    }
  }

  /** What is read beside transactions is read between them: nobody sees what is not committed. */
  function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = disk.queue.then(work);
    disk.queue = turn.catch(() => {});
    return turn;
  }

  return {
    tx: (work) => inTurn(() => transact(work)),
    progress: (deviceId) => inTurn(() => disk.progress.get(deviceId)),
    changesSince: (rev, limit, groups) =>
      inTurn(() =>
        visible(disk, groups)
          .filter((entity) => entity.rev > rev)
          .sort((a, b) => a.rev - b.rev)
          .slice(0, limit)
      ),
    version: () => inTurn(() => ({ newest: newest(), floor: disk.version.get('floor') ?? 0 })),
    onChange(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
    entitiesOf: (kind, limit, groups) =>
      inTurn(() =>
        visible(disk, groups)
          .filter((entity) => entity.kind === kind && entity.body !== null)
          .sort((a, b) => b.atMs - a.atMs)
          .slice(0, limit)
      ),
    operations: (deviceId, fromSeq, limit) =>
      inTurn(() => {
        const last = disk.progress.get(deviceId)?.lastSeq ?? 0;
        const found: Operation[] = [];
        for (let seq = Math.max(fromSeq, 1); seq <= last && found.length < limit; seq++) {
          found.push(disk.operations.get(`${deviceId} ${seq}`)!.operation);
        }
        return found;
      })
  };
}

function createTransaction(disk: StoreDisk): SyncTransaction {
  function raise(entity: Entity): Entity {
    const rev = (disk.version.get('newest') ?? 0) + 1;
    disk.version.set('newest', rev);
    const raised = freeze({ ...entity, rev });
    disk.entities.set(`${entity.kind} ${entity.id}`, raised);
    return raised;
  }

  return {
    load: async () => {},
    progress: async (deviceId) => disk.progress.get(deviceId),
    settled: async (deviceId, seq) => disk.operations.get(`${deviceId} ${seq}`)?.result,
    async append(operation, result) {
      const { deviceId, seq, hash } = operation;
      if (disk.operations.get(`${deviceId} ${seq}`)) throw new Error(`There is an operation ${seq} of ${deviceId}.`);
      disk.operations.set(`${deviceId} ${seq}`, freeze({ operation, result }));
      disk.progress.set(deviceId, { lastSeq: seq, lastHash: hash });
    },
    entity: async (kind, id) => disk.entities.get(`${kind} ${id}`),
    put: async (entities) => entities.map(raise),
    async touch(assetIds) {
      const about = [...disk.entities.values()].filter(({ assetId }) => assetIds.includes(assetId));
      for (const entity of about.sort((a, b) => a.rev - b.rev)) raise(entity);
    }
  };
}

function visible(disk: StoreDisk, groups: string[] | null): Entity[] {
  const all = [...disk.entities.values()];
  if (groups === null) return all;
  const groupOf = (assetId: string) =>
    (disk.entities.get(`asset ${assetId}`) as Entity<'asset'> | undefined)?.body?.group ?? '';
  return all.filter(({ assetId }) => groupOf(assetId) === '' || groups.includes(groupOf(assetId)));
}
