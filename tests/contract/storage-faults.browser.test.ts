/**
 * What the adapters do when IndexedDB fails, and what a page's `liveQuery` sees of writes made elsewhere. Long, for there are many ways to
 * fail, each broken in the same real browser.
 */
import { Dexie, liveQuery } from 'dexie';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import type { Records } from '$lib/domain/ports';
import { createHistory } from '$lib/history/history';
import { ledgerTables } from '$lib/records/database';
import { createRecords } from '$lib/records/records';
import { sampleArtifact, sampleAsset, sampleFinding, sampleReadings, sampleState } from '../support/stored-samples';
import { freshName } from '../support/browser-database';

let name: string;
let cleanUp: (() => unknown)[];
const openedRecords = (wait?: (milliseconds: number) => Promise<void>): Records => {
  const records = createRecords(name, wait);
  cleanUp.push(() => records.close());
  return records;
};
const openedHistory = (database = name) => {
  const history = createHistory(database);
  cleanUp.push(() => history.close());
  return history;
};

beforeEach(() => {
  name = freshName();
  cleanUp = [];
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const act of cleanUp) await act();
  await Dexie.delete(name);
});

/** Makes the `count` requests from the n-th on (1 is the next) fail as WebKit's do once it has lost its connection. */
function loseConnection(method: 'get' | 'put', nth: number, count = 1): () => number {
  const original = IDBObjectStore.prototype[method] as (...parts: unknown[]) => IDBRequest;
  let calls = 0;
  vi.spyOn(IDBObjectStore.prototype, method as 'put').mockImplementation(function (this: IDBObjectStore, ...parts) {
    calls++;
    if (calls >= nth && calls < nth + count) {
      throw new DOMException(
        'Connection to Indexed Database server lost. Refresh the page to try again',
        'UnknownError'
      );
    }
    return original.apply(this, parts) as IDBRequest<IDBValidKey>;
  });
  return () => calls;
}

/**
 * Lets the next four transactions fail before they begin, one more than Dexie repeats on its own. To be called before the
 * database is opened, because Dexie keeps the function it finds then.
 */
function closableHandle(): () => () => number {
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
  let failures = 0;
  return () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    transaction.mockImplementation(() => {
      if (++failures === 4) transaction.mockRestore();
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    });
    return () => failures;
  };
}

describe('a lost connection', () => {
  it.each([1, 2, 3, 4, 5])('is reopened and the transaction repeated, at write %i of a model', async (nth) => {
    const waited: number[] = [];
    const records = openedRecords(async (ms) => void waited.push(ms));
    await records.addAsset(sampleAsset('a'), []);
    const open = vi.spyOn(IDBFactory.prototype, 'open');
    loseConnection('put', nth);
    const findings = [sampleFinding('a', 'm', 1000), sampleFinding('a', 'm', 2000)];
    await records.addModel('a', sampleArtifact('m', 1), findings, sampleState);
    expect(waited).toEqual([50]);
    expect(open).toHaveBeenCalledTimes(1);
    expect(await records.findings('a', 'm')).toEqual(findings);
    expect((await records.asset('a'))?.activeModelId).toBe('m');
  });

  it('that stays lost is a fault after three repeats with growing pauses, and the data is as before', async () => {
    const waited: number[] = [];
    const records = openedRecords(async (ms) => void waited.push(ms));
    await records.addAsset(sampleAsset('a'), []);
    loseConnection('put', 1, Infinity);
    await expect(records.renameAsset('a', 'new')).rejects.toMatchObject({
      name: 'StorageFault',
      code: 'storage',
      where: 'records.renameAsset',
      message: expect.stringContaining('Connection to Indexed Database server lost')
    });
    expect(waited).toEqual([50, 250, 1000]);
    vi.restoreAllMocks();
    expect(await records.asset('a')).toEqual(sampleAsset('a'));
  });

  it('on a closed handle is reopened too', async () => {
    const closeHandle = closableHandle();
    const waited: number[] = [];
    const records = openedRecords(async (ms) => void waited.push(ms));
    await records.addAsset(sampleAsset('a'), []);
    const failures = closeHandle();
    expect(await records.asset('a')).toEqual(sampleAsset('a'));
    expect(failures()).toBe(4);
    expect(waited).not.toEqual([]);
  });

  it('fails several calls at once and all of them come through', async () => {
    const records = openedRecords(async () => {});
    await records.addAsset(sampleAsset('a'), []);
    await records.addAsset(sampleAsset('b'), []);
    loseConnection('get', 1, 4);
    const found = await Promise.all(['a', 'b', 'a', 'b'].map((id) => records.asset(id)));
    expect(found.map((asset) => asset?.id)).toEqual(['a', 'b', 'a', 'b']);
  });
});

describe('a full disk', () => {
  /** The DevTools session of the page; no size takes the limit away. */
  const setQuota = (quotaSize?: number) => {
    const session = cdp() as unknown as { send(method: string, parameters: object): Promise<unknown> };
    return session.send('Storage.overrideQuotaForOrigin', { origin: location.origin, ...(quotaSize && { quotaSize }) });
  };

  /** A storage bucket of its own: Chromium remembers for half a minute how much room another one had. */
  async function useOwnBucket(): Promise<void> {
    const { storageBuckets } = navigator as unknown as {
      storageBuckets: { open(name: string): Promise<{ indexedDB: IDBFactory }>; delete(name: string): Promise<void> };
    };
    const usual = Dexie.dependencies.indexedDB;
    Dexie.dependencies.indexedDB = (await storageBuckets.open(name)).indexedDB;
    cleanUp.push(async () => {
      Dexie.dependencies.indexedDB = usual;
      await storageBuckets.delete(name);
    });
  }

  it('is a quota fault; earlier blocks stay, and the asset can be deleted', async () => {
    const { usage = 0 } = await navigator.storage.estimate();
    cleanUp.push(() => setQuota());
    await setQuota(usage + 4_000_000);
    await useOwnBucket();
    const history = openedHistory();
    const block = (i: number) => sampleReadings('a', i * 1e8, 20_000, 8);
    let stored = 0;
    const fill = async () => {
      for (; stored < 10; stored++) await history.appendReadings([block(stored)]);
    };
    await expect(fill()).rejects.toMatchObject({
      name: 'StorageFault',
      code: 'quota',
      where: 'history.appendReadings'
    });
    expect(stored).toBeGreaterThan(0);
    expect(await history.readReadings('a')).toHaveLength(stored);
    await history.deleteAsset('a');
    expect(await history.assetIds()).toEqual([]);
    await history.appendReadings([sampleReadings('a', 0, 500)]);
  });

  it('is told by the error inside an aborted transaction', async () => {
    const history = openedHistory();
    await history.appendReadings([sampleReadings('a', 0, 5)]);
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      const request = put.call(this, value, key);
      const full = new DOMException('Encountered full disk while committing.', 'QuotaExceededError');
      Object.defineProperty(this.transaction, 'error', { value: full });
      this.transaction.abort();
      return request;
    });
    await expect(history.appendReadings([sampleReadings('a', 9000, 5)])).rejects.toMatchObject({ code: 'quota' });
  });
});

describe('another version', () => {
  const tables = { assets: 'id', rejected: 'assetId', models: 'id, assetId', weights: 'modelId' };
  const newer = () => {
    const db = new Dexie(name);
    db.version(6).stores({
      ...tables,
      findings: '[assetId+modelId+startMs+id]',
      states: 'assetId',
      meta: 'key',
      added: 'id'
    });
    cleanUp.push(() => db.close());
    return db;
  };

  it('in another tab gets the database at once, and this tab says why it has none', async () => {
    const records = openedRecords();
    await records.addAsset(sampleAsset('a'), []);
    const upgraded = await newer().open();
    expect(await upgraded.table('assets').count()).toBe(1);
    const closed = {
      name: 'StorageFault',
      code: 'storage-closed',
      message: expect.stringContaining('Reload this page')
    };
    await expect(records.assets()).rejects.toMatchObject(closed);
    await expect(records.renameAsset('a', 'x')).rejects.toMatchObject(closed);
  });

  it('that is newer is read and never written', async () => {
    const upgraded = await newer().open();
    await upgraded.table('meta').put({ key: 'schemaVersion', value: 6 });
    await upgraded.table('assets').put(sampleAsset('a'));
    const records = openedRecords();
    expect(await records.assets()).toEqual([sampleAsset('a')]);
    await expect(records.renameAsset('a', 'x')).rejects.toMatchObject({
      name: 'StorageFault',
      code: 'storage-closed',
      message: expect.stringContaining('newer version')
    });
    expect(await upgraded.table('assets').get('a')).toEqual(sampleAsset('a'));
  });

  it('that is older and does not let go blocks for a while, then is named', async () => {
    const older = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    cleanUp.push(() => older.close());
    const waited: number[] = [];
    const records = openedRecords(async (ms) => void waited.push(ms));
    await expect(records.assets()).rejects.toMatchObject({
      name: 'StorageFault',
      code: 'storage-closed',
      message: expect.stringContaining('Another tab')
    });
    expect(waited).toEqual([5000]);
  });

  it('that is older and lets go in time is upgraded', async () => {
    const older = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name, 1);
      request.onsuccess = () => resolve(request.result);
    });
    const records = openedRecords(() => {
      older.close();
      return new Promise(() => {});
    });
    expect(await records.assets()).toEqual([]);
  });
});

describe('liveQuery in the page', () => {
  /** Collects what a query emits. */
  function watch<T>(query: () => Promise<T>): T[] {
    const seen: T[] = [];
    const subscription = liveQuery(query).subscribe({
      next: (value) => seen.push(value),
      error: (error: unknown) => {
        throw error;
      }
    });
    cleanUp.unshift(() => subscription.unsubscribe());
    return seen;
  }

  it('sees writes of another instance through plain port functions', async () => {
    const records = openedRecords();
    const other = openedRecords();
    await other.addAsset(sampleAsset('a'), []);
    const names = watch(() => records.assets());
    const models = watch(() => records.models('a'));
    const findings = watch(() => records.findings('a', 'm'));
    const both = watch(async () => [(await records.asset('a'))?.activeModelId, (await records.artifact('m'))?.golden]);
    await expect.poll(() => [names, models, findings, both].map((seen) => seen.length)).toEqual([1, 1, 1, 1]);
    await other.addModel('a', sampleArtifact('m', 1), [sampleFinding('a', 'm', 1)], sampleState);
    await expect.poll(() => names.at(-1)?.[0]?.activeModelId).toBe('m');
    await expect.poll(() => models.at(-1)?.length).toBe(1);
    await expect.poll(() => findings.at(-1)?.length).toBe(1);
    await expect.poll(() => both.at(-1)).toEqual(['m', sampleArtifact('m', 1).golden]);
  });

  it('sees writes of a worker', async () => {
    const historyName = `${name}-history`;
    const records = openedRecords();
    const history = openedHistory(historyName);
    cleanUp.push(() => Dexie.delete(historyName));
    await records.addAsset(sampleAsset('a'), []);
    await history.appendReadings([sampleReadings('a', 0, 5)]);
    const asset = watch(() => records.asset('a'));
    const blocks = watch(() => history.readReadings('a', 0, 20_000));
    await expect.poll(() => [asset.length, blocks.length]).toEqual([1, 1]);
    const worker = new Worker(new URL('../support/records-writer.worker.ts', import.meta.url), { type: 'module' });
    cleanUp.unshift(() => worker.terminate());
    worker.postMessage({ records: name, history: historyName, name: 'by the worker', t0Ms: 10_000 });
    await expect.poll(() => asset.at(-1)?.name, { timeout: 20_000 }).toBe('by the worker');
    await expect.poll(() => blocks.at(-1)?.length).toBe(2);
  });

  it('goes on after it lost the connection before its first read', async () => {
    const closeHandle = closableHandle();
    const records = openedRecords(() => new Promise((resolve) => setTimeout(resolve)));
    const other = openedRecords();
    await other.addAsset(sampleAsset('a'), []);
    await records.assets();
    const failures = closeHandle();
    const names = watch(() => records.assets());
    await expect.poll(() => names.length).toBe(1);
    expect(failures()).toBe(4);
    await other.renameAsset('a', 'renamed');
    await expect.poll(() => names.at(-1)?.[0]?.name).toBe('renamed');
  });
});

describe('a write', () => {
  it('waits for the disk', async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    const records = openedRecords();
    await records.assets();
    transaction.mockClear();
    await records.addAsset(sampleAsset('a'), []);
    expect(transaction.mock.calls).toEqual([
      [['assets', 'rejected', ...ledgerTables, 'meta'], 'readwrite', { durability: 'strict' }]
    ]);
  });
});

describe('a range read', () => {
  it('loads no block outside the range', async () => {
    const history = openedHistory();
    await history.appendReadings([0, 1, 2, 3, 4, 5].map((i) => sampleReadings('a', i * 100_000, 50)));
    const loaded = vi.spyOn(IDBObjectStore.prototype, 'getAll');
    const cursors = vi.spyOn(IDBObjectStore.prototype, 'openCursor');
    expect(await history.readReadings('a', 120_000, 210_000)).toHaveLength(2);
    const rows = loaded.mock.results.map((result) => (result.value as IDBRequest<unknown[]>).result.length);
    expect(rows).toEqual([2]);
    expect(cursors).not.toHaveBeenCalled();
  });
});
