/**
 * The ledger's rows in IndexedDB, inside one transaction that somebody has opened on `ledgerTables`. What is written is kept in memory until
 * something has to be asked of the database, or the transaction ends: many small requests become a few large ones, and ten thousand
 * operations are settled in seconds instead of minutes.
 */
import { Dexie, type Table, type Transaction } from 'dexie';
import type { EntityQuery } from '../domain/ledger';
import type { Conflict, Entity, EntityKind, Operation } from '../domain/operation';
import type { ConfirmedEntity, LedgerRows, LedgerState, Subject } from '../sync/ledger-rows';
import { createShelf, type Key } from './shelf';

interface OperationRow {
  seq: number;
  kind: string;
  id: string;
  operation: Operation;
  isRefused: boolean;
}

/** Beside the state lies, while the device begins anew, a row for each page that has come. */
const seenKey = 'seen ';

/**
 * Runs the work over the rows, and stores what it has written: all of it, or nothing. Inside a transaction only. The tables are that
 * transaction's, because Dexie loses sight of it after some thirty waits in a row that ask nothing of the database.
 */
export async function withLedgerRows<T>(work: (rows: LedgerRows) => Promise<T>): Promise<T> {
  const { rows, flush } = createLedgerRows(Dexie.currentTransaction);
  const result = await work(rows);
  await flush();
  return result;
}

function createLedgerRows(within: Transaction): { rows: LedgerRows; flush: () => Promise<void> } {
  const entities: Table<Entity, Key> = within.table('entities');
  const confirmed: Table<ConfirmedEntity, Key> = within.table('confirmed');
  const operations: Table<OperationRow, number> = within.table('operations');
  const conflicts: Table<Conflict, string> = within.table('conflicts');
  const ledger: Table<LedgerState & { key: string }, string> = within.table('ledger');
  const pages: Table<{ key: string; subjects: readonly Subject[] }, string> = within.table('ledger');
  const shown = createShelf<Entity>(entities);
  const beneath = createShelf<ConfirmedEntity>(confirmed);
  let added: OperationRow[] = [];

  async function flushOperations(): Promise<void> {
    if (added.length === 0) return;
    const taken = added;
    added = [];
    await operations.bulkAdd(taken);
  }

  /** The newest first, by the narrowest index; what the index leaves open is filtered. */
  async function select({ kind, isOpen, assetId, limit = Infinity, ...query }: EntityQuery): Promise<Entity[]> {
    const { fromMs = -Infinity, toMs = Infinity } = query;
    const within = async (index: string, ...owner: (string | number)[]) => {
      const found = entities
        .where(index)
        .between([...owner, fromMs], [...owner, toMs], true, true)
        .reverse();
      const wanted = assetId !== undefined && isOpen ? found.filter(({ open }) => open === 1) : found;
      return (Number.isFinite(limit) ? wanted.limit(limit) : wanted).toArray();
    };
    if (assetId !== undefined) return within('[kind+assetId+atMs]', kind, assetId);
    const open = await within('[kind+open+atMs]', kind, 1);
    if (isOpen) return open;
    const normal = await within('[kind+open+atMs]', kind, 0);
    return open.length === 0 ? normal : [...open, ...normal].sort((a, b) => b.atMs - a.atMs).slice(0, limit);
  }

  const rows: LedgerRows = {
    async state() {
      const row = await ledger.get('state');
      if (!row) return undefined;
      const { deviceId, seq, hash, hlc, settledSeq, cursor, isAnew } = row;
      // Absent where an earlier version has written it.
      return { deviceId, seq, hash, hlc, settledSeq, cursor, isAnew: isAnew === true };
    },
    putState: async (state) => void (await ledger.put({ key: 'state', ...state })),
    async load(subjects) {
      const keys = subjects.map(({ kind, id }): Key => [kind, id]);
      await shown.load(keys);
      await beneath.load(keys);
    },
    entity: (kind, id) => shown.get([kind, id]),
    async entities(query) {
      await shown.flush();
      return select(query);
    },
    async putEntities(put) {
      for (const entity of put) shown.set([entity.kind, entity.id], entity);
    },
    async deleteEntity(kind, id) {
      shown.set([kind, id], undefined);
    },
    async entitySubjects() {
      await shown.flush();
      const keys = await entities.toCollection().primaryKeys();
      return keys.map(([kind, id]): Subject => ({ kind: kind as EntityKind, id }));
    },
    async addSeen(subjects, cursor) {
      await pages.put({ key: `${seenKey}${cursor}`, subjects });
    },
    async allSeen() {
      const found = await pages.where('key').startsWith(seenKey).toArray();
      return found.flatMap(({ subjects }) => subjects);
    },
    async clearSeen() {
      await pages.where('key').startsWith(seenKey).delete();
    },
    confirmed: (kind, id) => beneath.get([kind, id]),
    async allConfirmed() {
      await beneath.flush();
      return confirmed.toArray();
    },
    async putConfirmed(row) {
      beneath.set([row.kind, row.id], row);
    },
    async deleteConfirmed(kind, id) {
      beneath.set([kind, id], undefined);
    },
    async addOperation(operation) {
      const { seq, kind, id } = operation;
      added.push({ seq, kind, id, operation, isRefused: false });
    },
    async markRefused(seq) {
      await flushOperations();
      await operations.update(seq, { isRefused: true });
    },
    async clearOperations() {
      added = [];
      await operations.clear();
    },
    async operationsFrom(fromSeq, limit) {
      await flushOperations();
      const found = operations.where('seq').aboveOrEqual(fromSeq);
      return (Number.isFinite(limit) ? found.limit(limit) : found).toArray();
    },
    async operationsOn(kind: EntityKind, id: string, aboveSeq: number) {
      await flushOperations();
      const found = operations.where('[kind+id+seq]').between([kind, id, aboveSeq], [kind, id, Dexie.maxKey], false);
      return standing(await found.toArray());
    },
    conflicts: () => conflicts.toArray(),
    conflict: (opId) => conflicts.get(opId),
    putConflict: async (conflict) => void (await conflicts.put(conflict)),
    deleteConflict: (opId) => conflicts.delete(opId)
  };

  return {
    rows,
    async flush() {
      await shown.flush();
      await beneath.flush();
      await flushOperations();
    }
  };
}

function standing(rows: OperationRow[]): Operation[] {
  return rows.flatMap(({ operation, isRefused }) => (isRefused ? [] : operation));
}
