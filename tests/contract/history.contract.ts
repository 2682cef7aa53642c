/**
 * What every `History` must do. Run on Dexie in a real browser first, then on the double.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History } from '$lib/domain/ports';
import { sampleReadings, sampleScores } from '../support/stored-samples';

/** An empty place to store in. `open` may be called again: a second tab, or the same one after a reload. */
export interface HistoryPlace {
  open(): History;
  /** Rows in all tables together. */
  countRows(): Promise<number>;
  remove(): Promise<void>;
}

export function describeHistory(adapter: string, createPlace: () => HistoryPlace): void {
  describe(`History contract: ${adapter}`, () => {
    let place: HistoryPlace;
    let history: History;
    const starts = async (fromMs?: number, toMs?: number) =>
      (await history.readReadings('a', fromMs, toMs)).map((block) => block.t[0]! - 0.125);

    beforeEach(() => {
      place = createPlace();
      history = place.open();
    });

    afterEach(async () => {
      history.close();
      await place.remove();
    });

    it('gives readings and scores back bit for bit', async () => {
      const readings = sampleReadings('a', 1e12, 50);
      readings.columns[0]!.set([-0, Infinity, 1e-45, 3.4e38], 10);
      const scores = sampleScores('a', 'm', 1e12, 50);
      await history.appendReadings([readings]);
      await history.appendScores([scores]);
      expect(bitsOf(await history.readReadings('a'))).toEqual(bitsOf([readings]));
      expect(bitsOf(await history.readScores('a', 'm'))).toEqual(bitsOf([scores]));
    });

    it('stores views without the buffer around them, and apart from the arrays handed in', async () => {
      const whole = sampleReadings('a', 0, 100);
      const cut = { ...whole, t: whole.t.subarray(10, 20), columns: whole.columns.map((c) => c.subarray(10, 20)) };
      cut.quality = whole.quality.map((codes) => codes.subarray(10, 20));
      const before = bitsOf([cut]);
      await history.appendReadings([cut]);
      whole.columns[0]!.fill(-1);
      const [stored] = await history.readReadings('a');
      expect(bitsOf([stored!])).toEqual(before);
      for (const array of [stored!.t, ...stored!.columns, ...stored!.quality]) {
        expect(array.buffer.byteLength).toBe(array.byteLength);
      }
    });

    it('gives blocks in time order, whatever order they came in', async () => {
      await history.appendReadings([sampleReadings('a', 200_000, 10), sampleReadings('a', -50_000, 10)]);
      await history.appendReadings([sampleReadings('a', 0, 10)]);
      expect(await starts()).toEqual([-50_000, 0, 200_000]);
    });

    it('gives the blocks that touch a range, however long the block before it, and no other', async () => {
      await history.appendReadings([
        sampleReadings('a', 0, 100),
        sampleReadings('a', 100_000, 10),
        sampleReadings('a', 200_000, 10),
        sampleReadings('b', 100_000, 10)
      ]);
      expect(await starts(50_000, 150_000)).toEqual([0, 100_000]);
      expect(await starts(99_000.125, 100_000.125), 'both ends are inside').toEqual([0, 100_000]);
      expect(await starts(99_000.2, 100_000.1), 'between two blocks').toEqual([]);
      expect(await starts(150_000)).toEqual([200_000]);
      expect(await starts(undefined, 99_999)).toEqual([0]);
      expect(await starts(300_000, 400_000)).toEqual([]);
      expect(await starts(-2, -1)).toEqual([]);
    });

    it('refuses a block that shares time with a stored one, and stores nothing of that call', async () => {
      await history.appendReadings([sampleReadings('a', 100_000, 10)]);
      for (const overlapping of [
        sampleReadings('a', 109_000, 10),
        sampleReadings('a', 91_000, 10),
        sampleReadings('a', 50_000, 100),
        sampleReadings('a', 102_000, 2)
      ]) {
        const refused = history.appendReadings([sampleReadings('a', 500_000, 10), overlapping]);
        await expect(refused).rejects.toMatchObject({ name: 'StorageFault', code: 'storage' });
      }
      expect(await starts()).toEqual([100_000]);
      await history.appendReadings([sampleReadings('a', 110_000, 10), sampleReadings('b', 100_000, 10)]);
      expect(await starts()).toEqual([100_000, 110_000]);
    });

    it('refuses blocks of one call that overlap, and a block without rows', async () => {
      const twice = history.appendReadings([sampleReadings('a', 0, 10), sampleReadings('a', 5_000, 10)]);
      await expect(twice).rejects.toMatchObject({ code: 'storage' });
      await expect(history.appendReadings([sampleReadings('a', 0, 0)])).rejects.toMatchObject({ code: 'storage' });
      expect(await place.countRows()).toBe(0);
    });

    it('takes the same block twice as once', async () => {
      await history.appendReadings([sampleReadings('a', 0, 10)]);
      await history.appendReadings([sampleReadings('a', 0, 10)]);
      expect(await place.countRows()).toBe(1);
    });

    it('keeps scores of models apart and deletes those of one', async () => {
      await history.appendScores([sampleScores('a', 'm1', 0, 10), sampleScores('a', 'm2', 0, 10)]);
      await history.appendScores([sampleScores('a', 'm1', 10_000, 10), sampleScores('b', 'm3', 0, 10)]);
      expect(await history.scoredModelIds('a')).toEqual(['m1', 'm2']);
      expect((await history.readScores('a', 'm1', 12_000, 13_000)).map((block) => block.t[0])).toEqual([10_000.125]);
      await history.deleteScores('a', 'm1');
      expect(await history.readScores('a', 'm1')).toEqual([]);
      expect(await history.scoredModelIds('a')).toEqual(['m2']);
      expect(await history.scoredModelIds('b')).toEqual(['m3']);
    });

    it('names the assets that have readings or scores', async () => {
      expect(await history.assetIds()).toEqual([]);
      await history.appendReadings([
        sampleReadings('b', 0, 10),
        sampleReadings('b', 20_000, 10),
        sampleReadings('a', 0, 10)
      ]);
      await history.appendScores([sampleScores('c', 'm', 0, 10), sampleScores('b', 'm', 0, 10)]);
      expect(await history.assetIds()).toEqual(['a', 'b', 'c']);
    });

    it('leaves nothing of a deleted asset, and all of the others', async () => {
      await history.appendReadings([
        sampleReadings('a', 0, 10),
        sampleReadings('a', 10_000, 10),
        sampleReadings('ab', 0, 10)
      ]);
      await history.appendScores([sampleScores('a', 'm1', 0, 10), sampleScores('a', 'm2', 0, 10)]);
      expect(await place.countRows()).toBe(5);
      await history.deleteAsset('a');
      expect(await place.countRows()).toBe(1);
      expect(await history.assetIds()).toEqual(['ab']);
      await history.deleteAsset('never there');
    });

    it('has everything after it was closed and opened again, and shows it to a second instance', async () => {
      const block = sampleReadings('a', 0, 10);
      await history.appendReadings([block]);
      history.close();
      history = place.open();
      const second = place.open();
      expect(bitsOf(await history.readReadings('a'))).toEqual(bitsOf([block]));
      await second.appendReadings([sampleReadings('a', 10_000, 10)]);
      expect(await starts()).toEqual([0, 10_000]);
      second.close();
    });

    it('rejects every call after close with storage-closed', async () => {
      history.close();
      const closed = { name: 'StorageFault', code: 'storage-closed' };
      await expect(history.appendReadings([sampleReadings('a', 0, 10)])).rejects.toMatchObject(closed);
      await expect(history.readReadings('a')).rejects.toMatchObject(closed);
      await expect(history.deleteAsset('a')).rejects.toMatchObject(closed);
      await expect(history.assetIds()).rejects.toMatchObject(closed);
    });
  });
}

/** Blocks with each array as its bytes, so that −0 and 0 differ and every NaN is compared. */
function bitsOf(blocks: object[]): unknown {
  const bytes = (value: unknown): unknown => {
    if (ArrayBuffer.isView(value))
      return [value.constructor.name, ...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
    return Array.isArray(value) ? value.map(bytes) : value;
  };
  return blocks.map((block) => Object.fromEntries(Object.entries(block).map(([key, value]) => [key, bytes(value)])));
}
