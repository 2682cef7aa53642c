/**
 * `memoryLedger`: a double of the `Ledger` port for tests in Node: the rules of `sync/ledger` over plain maps. Two ledgers on one disk are
 * two tabs, or one before and after a reload. A transaction that fails leaves no trace, as on a disk.
 */
import type { EntityQuery, Ledger } from '$lib/domain/ledger';
import type { Conflict, Entity, Operation } from '$lib/domain/operation';
import { StorageFault } from '$lib/domain/storage-fault';
import { createLedger, type LedgerHost } from '$lib/sync/ledger';
import type {
  ConfirmedEntity,
  KeptOperation,
  LedgerRows,
  LedgerState,
  LedgerTables,
  Subject
} from '$lib/sync/ledger-rows';
import { freeze } from './freeze';
import { createUndoable, type Undoable } from './undoable-map';

/** What outlives `close`. */
export interface LedgerDisk {
  state: Undoable<'state', LedgerState>;
  entities: Undoable<string, Entity>;
  confirmed: Undoable<string, ConfirmedEntity>;
  operations: Undoable<number, KeptOperation>;
  /** The numbers of the operations on an entity, in order. */
  bySubject: Undoable<string, readonly number[]>;
  conflicts: Undoable<string, Conflict>;
  seen: Undoable<number, readonly Subject[]>;
  /** Ends when the transactions asked for so far have. */
  queue: Promise<unknown>;
}

export function createLedgerDisk(): LedgerDisk {
  return {
    state: createUndoable(),
    entities: createUndoable(),
    confirmed: createUndoable(),
    operations: createUndoable(),
    bySubject: createUndoable(),
    conflicts: createUndoable(),
    seen: createUndoable(),
    queue: Promise.resolve()
  };
}

/** A copy, as a backup is. */
export function copyLedgerDisk(disk: LedgerDisk): LedgerDisk {
  return {
    state: disk.state.copy(),
    entities: disk.entities.copy(),
    confirmed: disk.confirmed.copy(),
    operations: disk.operations.copy(),
    bySubject: disk.bySubject.copy(),
    conflicts: disk.conflicts.copy(),
    seen: disk.seen.copy(),
    queue: Promise.resolve()
  };
}

/** Called around the moment in which a transaction becomes durable; what it throws is a crash there. */
export type CommitPoint = (moment: 'before' | 'after', where: string) => void;

/** `wrap` lets a test put something between the ledger's rules and its rows. */
export function createMemoryLedger(
  disk: LedgerDisk,
  host: LedgerHost,
  atCommit: CommitPoint = () => {},
  wrap: (tables: LedgerTables) => LedgerTables = (tables) => tables
): Ledger {
  const ledger = createLedger(wrap(createMemoryTables(disk, atCommit)), host);
  return {
    ...ledger,
    // Like a disk it keeps what things were when they were handed over.
    commit: (drafts, by, onRefused) => ledger.commit(structuredClone(drafts), by, onRefused),
    settle: (results, aheadMs) => ledger.settle(structuredClone(results), aheadMs),
    integrate: (page) => ledger.integrate(structuredClone(page))
  };
}

function createMemoryTables(disk: LedgerDisk, atCommit: CommitPoint): LedgerTables {
  const rows = createRows(disk);
  const tables = [
    disk.state,
    disk.entities,
    disk.confirmed,
    disk.operations,
    disk.bySubject,
    disk.conflicts,
    disk.seen
  ];
  let isClosed = false;

  function inTurn<T>(where: string, work: () => Promise<T>): Promise<T> {
    const turn = disk.queue.then(async () => {
      if (isClosed) throw new StorageFault('storage-closed', where, 'The storage was closed.');
      return work();
    });
    disk.queue = turn.catch(() => {});
    return turn;
  }

  return {
    read: (where, work) => inTurn(where, () => work(rows)),
    write: (where, work) =>
      inTurn(where, async () => {
        try {
          const result = await work(rows);
          atCommit('before', where);
          for (const table of tables) table.keep();
          atCommit('after', where);
          return result;
        } catch (error) {
          for (const table of tables) table.undo();
          throw error;
        }
      }),
    close: () => void (isClosed = true)
  };
}

const keyOf = (kind: string, id: string) => `${kind} ${id}`;

function createRows(disk: LedgerDisk): LedgerRows {
  const operationsOf = (numbers: readonly number[]) => numbers.map((seq) => disk.operations.get(seq)!);
  return {
    state: async () => disk.state.get('state'),
    putState: async (state) => disk.state.set('state', freeze(state)),
    load: async () => {},
    entity: async (kind, id) => disk.entities.get(keyOf(kind, id)),
    entities: async (query) => select(disk, query),
    putEntities: async (entities) => {
      for (const entity of entities) disk.entities.set(keyOf(entity.kind, entity.id), freeze(entity));
    },
    deleteEntity: async (kind, id) => disk.entities.delete(keyOf(kind, id)),
    entitySubjects: async () => [...disk.entities.values()].map(({ kind, id }) => ({ kind, id })),
    addSeen: async (subjects, cursor) => disk.seen.set(cursor, subjects),
    allSeen: async () => [...disk.seen.values()].flat(),
    clearSeen: async () => {
      for (const [cursor] of disk.seen.entries()) disk.seen.delete(cursor);
    },
    confirmed: async (kind, id) => disk.confirmed.get(keyOf(kind, id)),
    allConfirmed: async () => [...disk.confirmed.values()],
    putConfirmed: async (row) => disk.confirmed.set(keyOf(row.kind, row.id), freeze(row)),
    deleteConfirmed: async (kind, id) => disk.confirmed.delete(keyOf(kind, id)),
    addOperation: async (operation) => {
      const { seq, kind, id } = operation;
      if (disk.operations.get(seq)) throw new StorageFault('storage', 'addOperation', `There is a number ${seq}.`);
      disk.operations.set(seq, freeze({ operation, isRefused: false }));
      const key = keyOf(kind, id);
      disk.bySubject.set(key, [...(disk.bySubject.get(key) ?? []), seq]);
    },
    markRefused: async (seq) => disk.operations.set(seq, { ...disk.operations.get(seq)!, isRefused: true }),
    clearOperations: async () => {
      for (const [seq] of disk.operations.entries()) disk.operations.delete(seq);
      for (const [key] of disk.bySubject.entries()) disk.bySubject.delete(key);
    },
    operationsFrom: async (fromSeq, limit) => {
      const found: KeptOperation[] = [];
      for (let seq = fromSeq; found.length < limit; seq++) {
        const kept = disk.operations.get(seq);
        if (!kept) break;
        found.push(kept);
      }
      return found;
    },
    operationsOn: async (kind, id, aboveSeq) => {
      const numbers = (disk.bySubject.get(keyOf(kind, id)) ?? []).filter((seq) => seq > aboveSeq);
      return operationsOf(numbers).flatMap(({ operation, isRefused }): Operation[] => (isRefused ? [] : [operation]));
    },
    conflicts: async () => [...disk.conflicts.values()].map((conflict) => ({ ...conflict })),
    conflict: async (opId) => disk.conflicts.get(opId),
    putConflict: async (conflict) => disk.conflicts.set(conflict.opId, freeze(conflict)),
    deleteConflict: async (opId) => disk.conflicts.delete(opId)
  };
}

function select(disk: LedgerDisk, query: EntityQuery): Entity[] {
  const { kind, isOpen, assetId, fromMs = -Infinity, toMs = Infinity, limit = Infinity } = query;
  return [...disk.entities.values()]
    .filter(
      (entity) =>
        entity.kind === kind &&
        (!isOpen || entity.open === 1) &&
        (assetId === undefined || entity.assetId === assetId) &&
        entity.atMs >= fromMs &&
        entity.atMs <= toMs
    )
    .sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}
