/**
 * What live rows do when IndexedDB fails, when a seal is cut short anywhere, and when a stored block is damaged. Long, because a seal is
 * cut short at every request of it.
 */
import { Dexie } from 'dexie';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import type { Fault } from '$lib/domain/result';
import { packRecord } from '$lib/history/live/journal';
import { createLiveHistory, type LiveHistoryOptions } from '$lib/history/live/live-history';
import { seriesOfReadings } from '$lib/history/live/series';
import { freshName } from '../support/browser-database';
import { sampleReadings, sampleScores } from '../support/stored-samples';

let name: string;
let cleanUp: (() => unknown)[];
const opened = (options: LiveHistoryOptions = {}) => {
  const live = createLiveHistory({ name, ...options });
  cleanUp.push(() => live.close());
  return live;
};
const readingsOf = (assetId: string, t0Ms: number, rows: number) => ({
  readings: [sampleReadings(assetId, t0Ms, rows)],
  scores: []
});
const countRows = async (live: ReturnType<typeof opened>, assetId = 'a') =>
  (await live.readReadings(assetId)).reduce((sum, { t }) => sum + t.length, 0);

beforeEach(() => {
  name = freshName();
  cleanUp = [];
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const act of cleanUp) await act();
  await Dexie.delete(name);
});

type Method = 'get' | 'getAll' | 'add' | 'put' | 'delete';

/** Makes the `count` requests from the n-th on (1 is the next) throw. Returns how many there were. */
function failRequests(method: Method, error: DOMException, nth: number, count = 1): () => number {
  const original = IDBObjectStore.prototype[method] as (...parts: unknown[]) => IDBRequest;
  let calls = 0;
  // Dexie also writes what it rejects with.
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(IDBObjectStore.prototype, method as 'put').mockImplementation(function (this: IDBObjectStore, ...parts) {
    calls++;
    if (calls >= nth && calls < nth + count) throw error;
    return original.apply(this, parts) as IDBRequest<IDBValidKey>;
  });
  return () => calls;
}

/** Tells how many records of the journal were read since it was asked last. */
function countRecordsRead(): () => number {
  let records = 0;
  for (const source of [IDBObjectStore.prototype, IDBIndex.prototype]) {
    const original = source.getAll as (...parts: unknown[]) => IDBRequest<unknown[]>;
    vi.spyOn(source, 'getAll').mockImplementation(function (this: IDBObjectStore | IDBIndex, ...parts: unknown[]) {
      const request = original.apply(this, parts);
      const { name } = 'objectStore' in this ? this.objectStore : this;
      if (name === 'journal') request.addEventListener('success', () => (records += request.result.length));
      return request;
    });
  }
  return () => {
    const counted = records;
    records = 0;
    return counted;
  };
}

const connectionLost = new DOMException('Connection to Indexed Database server lost.', 'UnknownError');
const broken = new DOMException('Something else.', 'DataError');

describe('the journal', () => {
  it('waits for the operating system, not for the disk', async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    const live = opened();
    await live.assetIds();
    transaction.mockClear();
    await live.append(readingsOf('a', 0, 5));
    expect(transaction.mock.calls).toEqual([[['journal', 'meta'], 'readwrite', { durability: 'relaxed' }]]);
  });

  it('costs one record a flush of one asset, and a few of a fleet', async () => {
    const live = opened();
    await live.assetIds();
    const add = vi.spyOn(IDBObjectStore.prototype, 'add');
    const batchOf = (ids: string[]) => ({
      readings: ids.map((id) => sampleReadings(id, 0, 1)),
      scores: ids.map((id) => sampleScores(id, 'm', 0, 1))
    });
    await live.append(batchOf(['p']));
    expect(add).toHaveBeenCalledTimes(1);
    await live.append(batchOf(Array.from({ length: 400 }, (_, i) => `p${i}`)));
    expect(add.mock.calls.length).toBeLessThanOrEqual(1 + 16);
    expect(await live.assetIds()).toHaveLength(401);
  });

  it('reads of a fleet little more than the records of the pump that is asked for', async () => {
    const live = opened();
    const ids = Array.from({ length: 160 }, (_, i) => `p${i}`);
    for (let flush = 0; flush < 5; flush++) {
      await live.append({ readings: ids.map((id) => sampleReadings(id, 10_000 * flush, 1)), scores: [] });
    }
    const counted = countRecordsRead();
    expect(await countRows(live, 'p7')).toBe(5);
    expect(counted()).toBe(5);
    const [late] = await live.readReadings('p7', 40_000);
    expect(late?.t).toHaveLength(1);
    expect(counted()).toBe(1);
  });

  it('finds what was written before there were groups of assets', async () => {
    const key = '[assetId+modelId+t0Ms]';
    const before = new Dexie(name);
    before.version(1).stores({ journal: 'seq, t1Ms', blocks: key, damaged: key, meta: 'key' });
    await before.open();
    for (const [i, rows] of [10, 6].entries()) {
      const series = ['a', 'b', 'c'].map((id) => seriesOfReadings(sampleReadings(id, 5000 * i, rows)));
      const record = packRecord(1 + i, series)!;
      delete record.group;
      await before.table('journal').add(record);
    }
    await before.table('meta').put({ key: 'schemaVersion', value: 1 });
    before.close();
    const live = opened({ limits: { passValues: 1, portionOwners: 1, rest: 0 } });
    expect(await live.assetIds()).toEqual(['a', 'b', 'c']);
    expect(await countRows(live)).toBe(11);
    await live.append(readingsOf('a', 10_000, 5));
    await live.deleteAsset('c');
    await live.seal(4000);
    expect(await countRows(live)).toBe(15);
    await live.seal(Infinity);
    expect([await countRows(live), await countRows(live, 'b')]).toEqual([15, 11]);
    expect(await live.assetIds()).toEqual(['a', 'b']);
    expect(await live.seal(Infinity)).toMatchObject({ rows: 0 });
  });

  it('reopens a lost connection and repeats the flush, once', async () => {
    const waited: number[] = [];
    const live = opened({ wait: async (ms) => void waited.push(ms) });
    await live.append(readingsOf('a', 0, 5));
    failRequests('add', connectionLost, 1);
    await live.append(readingsOf('a', 10_000, 5));
    expect(waited).toEqual([50]);
    expect(await countRows(live)).toBe(10);
  });

  it('says that the disk is full; what was acknowledged stays, and an asset can be deleted', async () => {
    const setQuota = (quotaSize?: number) => {
      const session = cdp() as unknown as { send(method: string, parameters: object): Promise<unknown> };
      return session.send('Storage.overrideQuotaForOrigin', {
        origin: location.origin,
        ...(quotaSize && { quotaSize })
      });
    };
    const { storageBuckets } = navigator as unknown as {
      storageBuckets: { open(name: string): Promise<{ indexedDB: IDBFactory }>; delete(name: string): Promise<void> };
    };
    const { usage = 0 } = await navigator.storage.estimate();
    cleanUp.push(() => setQuota());
    await setQuota(usage + 4_000_000);
    // A bucket of its own: Chromium remembers for half a minute how much room another one had.
    const usual = Dexie.dependencies.indexedDB;
    Dexie.dependencies.indexedDB = (await storageBuckets.open(name)).indexedDB;
    cleanUp.push(async () => {
      Dexie.dependencies.indexedDB = usual;
      await storageBuckets.delete(name);
    });
    const live = opened();
    const batch = (i: number) => ({ readings: [sampleReadings('a', i * 1e8, 20_000, 8)], scores: [] });
    let stored = 0;
    const fill = async () => {
      for (; stored < 10; stored++) await live.append(batch(stored));
    };
    await expect(fill()).rejects.toMatchObject({ name: 'StorageFault', code: 'quota', where: 'live.append' });
    expect(stored).toBeGreaterThan(0);
    expect(await countRows(live)).toBe(stored * 20_000);
    // Chromium counts what was given back some moments later, and until then may refuse the little that a deletion writes.
    await vi.waitFor(() => live.deleteAsset('a'), { timeout: 60_000, interval: 500 });
    expect(await countRows(live)).toBe(0);
    await vi.waitFor(() => live.append(readingsOf('a', 0, 500)), { timeout: 30_000, interval: 500 });
    expect(await countRows(live)).toBe(500);
  }, 120_000);

  it('is not written any more once another tab has a newer version', async () => {
    const live = opened();
    await live.append(readingsOf('a', 0, 5));
    const newer = new Dexie(name);
    cleanUp.unshift(() => newer.close());
    const key = '[assetId+modelId+t0Ms]';
    newer.version(3).stores({ journal: 'seq, [group+t1Ms]', blocks: key, damaged: key, meta: 'key', tier: 'key' });
    await newer.open();
    await newer.table('meta').put({ key: 'schemaVersion', value: 3 });
    const closed = { name: 'StorageFault', code: 'storage-closed' };
    await expect(live.append(readingsOf('a', 10_000, 5))).rejects.toMatchObject(closed);
    await expect(opened().append(readingsOf('a', 10_000, 5))).rejects.toMatchObject({
      ...closed,
      message: expect.stringContaining('newer version')
    });
    expect(await newer.table('journal').count()).toBe(1);
  });
});

describe('a seal', () => {
  const limits = { passValues: 300, portionOwners: 1, rest: 0 };

  /** Four assets with some rows sealed, and so many records over them that a seal takes two passes of four portions. */
  async function fill(live: ReturnType<typeof opened>): Promise<void> {
    const ids = ['a', 'b', 'c', 'd'];
    const batch = (from: number, rows: number) => ({
      readings: ids.map((id) => sampleReadings(id, from, rows)),
      scores: []
    });
    await live.append(batch(0, 50));
    await live.seal(30_000);
    for (let i = 0; i < 70; i++) await live.append(batch(40_000 + i * 1000, 2));
  }
  const rowsAfter = 40 + 71;

  it('that is cut short at any request loses nothing and doubles nothing, and the next one ends it', async () => {
    for (const method of ['put', 'delete', 'get'] as const) {
      // The first run counts the requests; the others fail at one of them each.
      for (let nth = 0, requests = 1; nth <= requests; nth += Math.max(1, Math.ceil(requests / 5))) {
        name = freshName();
        const live = opened({ limits, wait: async () => {} });
        await fill(live);
        const calls = failRequests(method, broken, nth === 0 ? Infinity : nth);
        const sealed = live.seal(90_000);
        if (nth === 0) await sealed;
        else await expect(sealed).rejects.toMatchObject({ name: 'StorageFault', where: 'live.seal' });
        requests = Math.max(requests, calls());
        vi.restoreAllMocks();
        for (const id of ['a', 'b', 'c', 'd']) expect(await countRows(live, id), `${method} ${nth}`).toBe(rowsAfter);
        await live.seal(Infinity);
        for (const id of ['a', 'b', 'c', 'd']) expect(await countRows(live, id), `${method} ${nth}`).toBe(rowsAfter);
        expect(await live.seal(Infinity)).toMatchObject({ rows: 0 });
        live.close();
        await Dexie.delete(name);
      }
    }
  });

  it('that is cut short between two pieces leaves every row in the journal, in blocks, or in both', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const count = async (live: ReturnType<typeof opened>) => Promise.all(ids.map((id) => countRows(live, id)));
    // Pieces are written one after the other: the n-th one is held back, as if the browser had been killed before it.
    for (let pieces = 0, isWhole = false; !isWhole; pieces++) {
      name = freshName();
      await fill(opened({ limits }));
      const live = opened({ limits });
      const original = IDBDatabase.prototype.transaction;
      let written = 0;
      vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, stores, ...rest) {
        if (rest[0] === 'readwrite' && written++ === pieces) live.close();
        return original.call(this, stores, ...rest);
      });
      isWhole = await live.seal(Infinity).then(
        () => true,
        () => false
      );
      vi.restoreAllMocks();
      const next = opened({ limits });
      expect(await count(next), `${pieces} pieces`).toEqual(ids.map(() => rowsAfter));
      await next.seal(Infinity);
      expect(await count(next), `${pieces} pieces`).toEqual(ids.map(() => rowsAfter));
      expect(await next.seal(Infinity)).toMatchObject({ rows: 0 });
      next.close();
      await Dexie.delete(name);
      expect(pieces).toBeLessThan(20);
      if (isWhole) expect(pieces).toBeGreaterThanOrEqual(ids.length);
    }
  });

  it('keeps what is not due of each pass, though a later pass has something due', async () => {
    const live = opened({ limits: { ...limits, passValues: 1 } });
    // A pass reads 64 records at least: the late row is in the second one.
    for (let i = 0; i < 70; i++) await live.append(readingsOf('a', 40_000 + i * 1000, 1));
    await live.append(readingsOf('a', 0, 1));
    await live.seal(50_000);
    expect(await countRows(live)).toBe(71);
    await live.seal(Infinity);
    expect(await countRows(live)).toBe(71);
  });

  it('rests before each piece as long as it worked since the last', async () => {
    const live = opened({ limits: { ...limits, rest: 2 } });
    await live.append({ readings: ['a', 'b', 'c', 'd'].map((id) => sampleReadings(id, 0, 50)), scores: [] });
    const times = vi.spyOn(performance, 'now');
    let nowMs = 0;
    times.mockImplementation(() => (nowMs += 3));
    const pauses = vi.spyOn(globalThis, 'setTimeout');
    await live.seal(Infinity);
    times.mockRestore();
    expect(pauses.mock.calls.filter(([, ms]) => ms === 6)).toHaveLength(4);
  });

  it('repeats what a lost connection took', async () => {
    for (const [method, nth] of [
      ['put', 1],
      ['put', 4],
      ['get', 3]
    ] as const) {
      name = freshName();
      const live = opened({ limits, wait: async () => {} });
      await fill(live);
      failRequests(method, connectionLost, nth);
      await live.seal(Infinity);
      vi.restoreAllMocks();
      expect(await countRows(live)).toBe(rowsAfter);
      expect(await live.seal(Infinity)).toMatchObject({ rows: 0 });
      live.close();
      await Dexie.delete(name);
    }
  });

  it('brings no asset back that another tab deletes meanwhile', async () => {
    const live = opened();
    const other = opened();
    const batch = { readings: ['a', 'b'].map((id) => sampleReadings(id, 0, 500)), scores: [] };
    await live.append(batch);
    // Blocks are packed outside of a transaction; the first one is ready only after the asset is gone.
    let deleted: Promise<void> | undefined;
    vi.stubGlobal(
      'CompressionStream',
      class extends CompressionStream {
        override get readable() {
          deleted ??= other.deleteAsset('a');
          const transform = async (part: Uint8Array<ArrayBuffer>, controller: TransformStreamDefaultController) => {
            await deleted;
            controller.enqueue(part);
          };
          return super.readable.pipeThrough(new TransformStream({ transform }));
        }
      }
    );
    cleanUp.push(() => vi.unstubAllGlobals());
    expect(await live.seal(Infinity)).toMatchObject({ rows: 500 });
    expect(deleted).toBeDefined();
    expect(await live.assetIds()).toEqual(['b']);
    expect(await countRows(live, 'b')).toBe(500);
  });

  it('may be asked for twice at once, and while rows are appended', async () => {
    const live = opened({ limits });
    await fill(live);
    const more = Array.from({ length: 20 }, (_, i) => live.append(readingsOf('a', 1e6 + i * 1000, 1)));
    const reports = await Promise.all([live.seal(Infinity), live.seal(Infinity), ...more]);
    expect(
      reports
        .slice(0, 2)
        .map((report) => report?.rows)
        .some((rows) => rows! > 300)
    ).toBe(true);
    expect(await countRows(live)).toBe(rowsAfter + 20);
  });
});

describe('a damaged block', () => {
  /** Flips one bit in the middle of a stored block of the asset. */
  async function damage(t0Ms: number): Promise<void> {
    const db = await new Dexie(name).open();
    const key = ['a', '', t0Ms];
    const block = await db.table('blocks').get(key);
    block.bytes[block.bytes.length >> 1] ^= 4;
    await db.table('blocks').put(block);
    db.close();
  }

  it('is told, the others are read, and the next seal over its time lays it aside', async () => {
    const faults: Fault[] = [];
    const live = opened({ onDamage: (fault) => faults.push(fault) });
    const hourMs = 3_600_000;
    for (const hour of [0, 1, 2]) await live.append(readingsOf('a', hour * hourMs, 100));
    await live.seal(Infinity);
    await damage(hourMs + 0.125);
    expect((await live.readReadings('a')).map(({ t }) => t[0])).toEqual([0.125, 2 * hourMs + 0.125]);
    expect(faults).toEqual([
      {
        code: 'storage',
        where: expect.stringContaining(`live block of a  from ${hourMs}`),
        found: expect.stringContaining('CRC-32'),
        expected: expect.stringContaining('CRC-32')
      }
    ]);
    await live.append(readingsOf('a', hourMs, 10));
    await live.seal(Infinity);
    expect(faults).toHaveLength(2);
    expect(await countRows(live), 'the new rows are there').toBe(210);
    expect(faults).toHaveLength(2);
    const db = await new Dexie(name).open();
    expect(await db.table('damaged').count()).toBe(1);
    db.close();
    await live.deleteAsset('a');
    expect(await live.assetIds()).toEqual([]);
  });
});
