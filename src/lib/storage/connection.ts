/**
 * One IndexedDB database through Dexie, and the one place that knows how IndexedDB fails. It exists so that `history` and
 * `records` contain nothing but their tables: a lost connection is reopened and the transaction repeated, another tab's
 * newer version ends this one, a newer database is read and never written, and whatever still fails is a `StorageFault`.
 * It must not know what is stored.
 *
 * A call is a chain of Dexie's own promises, without `await`: a `liveQuery` sees only what is read within Dexie's zone, and
 * the repeat after a pause has to stay in it. Dexie's cache is off because it shows a write before it is stored. There is no
 * `ready` handler: one that meets a dead connection makes Dexie 4.4.7 wait for itself for ever.
 */
import { Dexie, type PromiseExtended, type Table } from 'dexie';
import { StorageFault } from '../domain/storage-fault';

/** Tables as Dexie declares them. `version` rises with every change of tables or of what their rows mean. */
export interface Schema {
  version: number;
  tables: Record<string, string>;
}

/** Resolves after a pause of that many milliseconds. */
export type Wait = (milliseconds: number) => Promise<void>;

export interface Connection {
  /** A table of the schema. To be used inside `read` and `write` only. */
  table<Row, Key>(name: string): Table<Row, Key>;
  /** Runs `work` in one read-only transaction. `where` names the call in a fault. */
  read<T>(where: string, tables: string[], work: () => PromiseLike<T>): Promise<T>;
  /** Runs `work` in one transaction: all of it is stored, or nothing. `work` may be repeated and must then come to the same. */
  write<T>(where: string, tables: string[], work: () => PromiseLike<T>): Promise<T>;
  /** Lets go of the database. Every later call rejects with `storage-closed`. */
  close(): void;
}

/** Pauses before the repeats after a lost connection, ms. */
const repeatAfterMs = [50, 250, 1000];

/** How long an older tab may hold back an upgrade: its running transactions get that much, a frozen tab no more. */
const blockedMs = 5000;

const reasons = {
  closed: 'The storage was closed.',
  changed: 'Another tab has replaced or deleted the stored data. Reload this page.',
  blocked: 'Another tab with an older version holds the stored data. Close it, then reload this page.',
  newer: 'The stored data was written by a newer version. Reload this page to get that version.'
};

/**
 * When a write counts as stored: `strict` once the disk has it, `relaxed` once the operating system has it, which outlives a
 * killed browser but not a power cut.
 */
export type Durability = 'strict' | 'relaxed';

/** Opens a database. Opening happens at the first call. */
export function createConnection(
  name: string,
  schema: Schema,
  wait: Wait = pause,
  durability: Durability = 'strict'
): Connection {
  const db = new Dexie(name, { chromeTransactionDurability: durability, cache: 'disabled' });
  db.version(schema.version).stores({ ...schema.tables, meta: 'key' });
  const meta = db.table<{ key: string; value: number }, string>('meta');
  let closedBecause = '';

  // `false` keeps Dexie from closing in its own way, after which it would open again at the next call.
  db.on('versionchange', () => {
    shut(reasons.changed);
    return false;
  });
  db.on('blocked', () => {
    void wait(blockedMs).then(() => db.isOpen() || shut(reasons.blocked));
    return false;
  });

  /** Dexie opens a newer database without a word, so the version is also kept as a row. */
  async function claimVersion(where: string): Promise<void> {
    const stored = (await meta.get('schemaVersion'))?.value ?? 0;
    if (stored > schema.version) throw new StorageFault('storage-closed', where, reasons.newer);
    if (stored < schema.version) await meta.put({ key: 'schemaVersion', value: schema.version });
  }

  function shut(reason: string): void {
    closedBecause ||= reason;
    db.close();
  }

  function run<T>(where: string, work: () => PromiseLike<T>, repeats = 0): PromiseExtended<T> {
    let used: IDBDatabase | null = null;
    return Dexie.Promise.resolve()
      .then(() => {
        if (closedBecause) throw new StorageFault('storage-closed', where, closedBecause);
        return db.open();
      })
      .then(() => {
        used = db.backendDB();
        return work();
      })
      .catch((error: unknown) => {
        const pauseMs = repeatAfterMs[repeats];
        if (closedBecause) throw new StorageFault('storage-closed', where, closedBecause);
        if (pauseMs === undefined || !isConnectionLost(error)) throw asStorageFault(where, error);
        // Another call may have reopened it already.
        if (db.backendDB() === used) db.close({ disableAutoOpen: false });
        return Dexie.Promise.resolve(wait(pauseMs)).then(() => run(where, work, repeats + 1));
      });
  }

  /** One transaction. It rejects with what ended the transaction, where a request in it says only that it was aborted. */
  function transact<T>(mode: 'r' | 'rw', tables: string[], work: () => PromiseLike<T>): PromiseExtended<T> {
    let native: IDBTransaction | undefined;
    return db
      .transaction(mode, tables, async (transaction) => {
        native = transaction.idbtrans;
        return work();
      })
      .catch((error: unknown) => {
        throw native?.error ?? error;
      });
  }

  return {
    table: (table) => db.table(table),
    read: (where, tables, work) => run(where, () => transact('r', tables, work)),
    write: (where, tables, work) =>
      run(where, () => transact('rw', [...tables, 'meta'], () => claimVersion(where).then(work))),
    close: () => shut(reasons.closed)
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** WebKit loses the connection of a page that was in the background; retrying on the same handle never helps. */
function isConnectionLost(error: unknown): boolean {
  const lost = ['DatabaseClosedError', 'InvalidStateError', 'UnknownError'];
  return !isQuotaExceeded(error) && errorNames(error).some((name) => lost.includes(name));
}

function isQuotaExceeded(error: unknown): boolean {
  return errorNames(error).includes('QuotaExceededError');
}

/** Names of an error and of those Dexie wraps in it: a full disk is an `AbortError` around a `QuotaExceededError`. */
function errorNames(error: unknown): string[] {
  const { name = '', inner, failures = [] } = error as { name?: string; inner?: Error; failures?: Error[] };
  return [name, inner?.name ?? '', ...failures.map((failure) => failure.name)];
}

function asStorageFault(where: string, error: unknown): StorageFault {
  if (error instanceof StorageFault) return error;
  return new StorageFault(isQuotaExceeded(error) ? 'quota' : 'storage', where, String(error));
}
