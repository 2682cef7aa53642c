/**
 * What every `LiveHistory` must do. Run on Dexie in a real browser first, then on the double.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveHistory } from '$lib/domain/ports';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';
import type { ScoreBlock } from '$lib/domain/score';
import { createMemoryLiveHistory } from '../support/memory-live-history';
import { sampleReadings, sampleScores } from '../support/stored-samples';

/** An empty place to store in. `open` may be called again: a second tab, or the same one after a reload. */
export interface LiveHistoryPlace {
  open(): LiveHistory;
  /** Rows in all tables together. */
  countRows(): Promise<number>;
  remove(): Promise<void>;
}

const hourMs = 3_600_000;
const noScores = { scores: [] };
const noReadings = { readings: [] };

/**
 * Rows as `time: what is known of it`, whatever the blocks; a channel of which nothing is known may be left out. Fails where
 * the blocks overlap or run back.
 */
function rowsOf(blocks: (ReadingBlock | ScoreBlock)[]): string[] {
  const rows: string[] = [];
  let beforeMs = -Infinity;
  for (const block of blocks) {
    const show = (value: number) => (Object.is(value, -0) ? '-0' : String(value));
    for (let row = 0; row < block.t.length; row++) {
      const tMs = block.t[row]!;
      expect(tMs, 'strictly rising').toBeGreaterThan(beforeMs);
      beforeMs = tMs;
      const known = block.channels.map((channel, c) => {
        if ('score' in block)
          return `${channel} ${show(block.channelError[c]![row]!)} ${show(block.expected[c]![row]!)}`;
        const [value, quality] = [block.columns[c]![row]!, block.quality[c]![row]!];
        return Number.isNaN(value) && quality === Quality.missing ? '' : `${channel} ${show(value)} ${quality}`;
      });
      const score = 'score' in block ? [`${show(block.score[row]!)} ${block.status[row]}`] : [];
      rows.push(`${tMs}: ${[...score, ...known.filter(Boolean).sort()].join(', ')}`);
    }
  }
  return rows;
}

/** The same readings with every value raised, to be told from the first ones. */
function raised(block: ReadingBlock, by: number): ReadingBlock {
  return { ...block, columns: block.columns.map((column) => column.map((value) => value + by)) };
}

export function describeLiveHistory(adapter: string, createPlace: () => LiveHistoryPlace): void {
  describe(`LiveHistory contract: ${adapter}`, () => {
    let place: LiveHistoryPlace;
    let live: LiveHistory;
    const readingRows = async (assetId = 'a', fromMs?: number, toMs?: number) =>
      rowsOf(await live.readReadings(assetId, fromMs, toMs));
    const scoreRows = async (modelId = 'm') => rowsOf(await live.readScores('a', modelId));

    beforeEach(() => {
      place = createPlace();
      live = place.open();
    });

    afterEach(async () => {
      live.close();
      await place.remove();
    });

    it('gives readings and scores back value for value, journalled and sealed', async () => {
      const readings = sampleReadings('a', 1e12, 50);
      readings.columns[0]!.set([-0, Infinity, -Infinity, 1e-45, 3.4e38], 10);
      readings.quality[1]!.set([Quality.stuck, Quality.stale], 20);
      const scores = sampleScores('a', 'm', 1e12, 50);
      await live.append({ readings: [readings], scores: [scores] });
      for (const state of ['journalled', 'sealed', 'sealed twice']) {
        expect(await readingRows(), state).toEqual(rowsOf([readings]));
        expect(await scoreRows(), state).toEqual(rowsOf([scores]));
        await live.seal(Infinity);
      }
    });

    it('reports what a seal moved, and moves nothing twice', async () => {
      await live.append({ readings: [sampleReadings('a', 0, 300)], scores: [sampleScores('a', 'm', 0, 200)] });
      const report = await live.seal(100_000);
      expect(report.rows).toBe(200);
      expect(report.plainBytes).toBe(100 * (8 + 2 * 5) + 100 * (8 + 5 * 4 + 1));
      expect(report.storedBytes).toBeGreaterThan(0);
      expect(await live.seal(100_000)).toEqual({ rows: 0, blocks: 0, storedBytes: 0, plainBytes: 0 });
      expect((await live.seal(Infinity)).rows).toBe(300);
      expect(await readingRows()).toHaveLength(300);
    });

    it('gives the rows within a range, both ends included, wherever they are', async () => {
      const all = sampleReadings('a', 0, 100);
      await live.append({ readings: [all], ...noScores });
      await live.append({ readings: [sampleReadings('b', 0, 100)], ...noScores });
      for (const beforeMs of [-1, 30_000, 50_000, Infinity]) {
        await live.seal(beforeMs);
        expect(await readingRows('a', 20_000.125, 60_000.125)).toEqual(rowsOf([all]).slice(20, 61));
        expect(await readingRows('a', 20_000.126, 60_000.124)).toEqual(rowsOf([all]).slice(21, 60));
        expect(await readingRows('a', 98_000)).toEqual(rowsOf([all]).slice(98));
        expect(await readingRows('a', undefined, 2_000)).toEqual(rowsOf([all]).slice(0, 2));
        expect(await readingRows('a', 200_000, 300_000)).toEqual([]);
        expect(await readingRows('a', -10, 0)).toEqual([]);
        expect(await readingRows('c')).toEqual([]);
      }
    });

    it('puts late rows into their place, and lets the row written last count', async () => {
      const first = sampleReadings('a', 0, 100);
      const late = raised(sampleReadings('a', 20_000, 30), 7);
      const latest = raised(sampleReadings('a', 40_000, 5), 9);
      const early = sampleReadings('a', -50_000, 10);
      const expected = [
        ...rowsOf([early]),
        ...rowsOf([first]).slice(0, 20),
        ...rowsOf([late]).slice(0, 20),
        ...rowsOf([latest]),
        ...rowsOf([late]).slice(25),
        ...rowsOf([first]).slice(50)
      ];
      await live.append({ readings: [first], ...noScores });
      await live.seal(Infinity);
      await live.append({ readings: [late, latest], ...noScores });
      await live.append({ readings: [early], ...noScores });
      expect(await readingRows(), 'on reading').toEqual(expected);
      await live.seal(0);
      expect(await readingRows(), 'when the early ones are sealed').toEqual(expected);
      await live.seal(Infinity);
      expect(await readingRows(), 'when all are').toEqual(expected);
    });

    it('takes the same batch twice as once', async () => {
      const batch = { readings: [sampleReadings('a', 0, 10)], scores: [sampleScores('a', 'm', 0, 10)] };
      await live.append(batch);
      await live.append(batch);
      expect(await readingRows()).toEqual(rowsOf(batch.readings));
      expect((await live.seal(Infinity)).rows).toBe(20);
      await live.append(batch);
      await live.seal(Infinity);
      expect(await scoreRows()).toEqual(rowsOf(batch.scores));
    });

    it('keeps every row where channels come and go', async () => {
      const two = sampleReadings('a', 0, 20, 2);
      const three = sampleReadings('a', 10_000, 20, 3);
      const other = { ...sampleReadings('a', 5_000.5, 30, 1), channels: ['other'] };
      await live.append({ readings: [two], ...noScores });
      await live.append({ readings: [three, other], ...noScores });
      const parts = [...rowsOf([two]).slice(0, 10), ...rowsOf([three]), ...rowsOf([other])];
      const expected = parts.sort((a, b) => parseFloat(a) - parseFloat(b));
      expect(await readingRows()).toEqual(expected);
      await live.seal(12_000);
      expect(await readingRows()).toEqual(expected);
      await live.seal(Infinity);
      expect(await readingRows()).toEqual(expected);
    });

    it('goes over hours and many rows', async () => {
      const readings = sampleReadings('a', 7 * hourMs - 5_000_000, 10_000);
      await live.append({ readings: [readings], ...noScores });
      const { blocks } = await live.seal(Infinity);
      expect(blocks).toBeGreaterThan(3);
      expect(await readingRows()).toEqual(rowsOf([readings]));
      await live.append({ readings: [raised(sampleReadings('a', 7 * hourMs - 60_000, 120), 1)], ...noScores });
      await live.seal(Infinity);
      expect(await readingRows()).toHaveLength(10_000);
    });

    it('refuses a batch with rows that cannot be, and stores nothing of it', async () => {
      const fine = sampleReadings('a', 0, 5);
      const scores = sampleScores('a', 'm', 0, 5);
      const bad = [
        { readings: [fine, { ...fine, t: fine.t.map((ms, i) => (i === 3 ? NaN : ms)) }], scores: [] },
        { readings: [fine, { ...fine, t: fine.t.toReversed() }], scores: [] },
        { readings: [fine, { ...fine, t: fine.t.map(() => 1) }], scores: [] },
        { readings: [fine, { ...fine, columns: fine.columns.slice(1) }], scores: [] },
        { readings: [fine, { ...fine, quality: fine.quality.map((codes) => codes.slice(1)) }], scores: [] },
        { readings: [fine, { ...fine, channels: ['x', 'x'] }], scores: [] },
        { readings: [fine, { ...fine, assetId: '' }], scores: [] },
        { readings: [fine], scores: [{ ...scores, modelId: '' }] },
        { readings: [fine], scores: [{ ...scores, expected: [] }] }
      ];
      for (const batch of bad) {
        await expect(live.append(batch)).rejects.toMatchObject({ name: 'StorageFault', code: 'storage' });
      }
      expect(await live.assetIds()).toEqual([]);
      await live.append({ readings: [sampleReadings('a', 0, 0)], scores: [] });
      expect(await place.countRows()).toBe(0);
    });

    it('keeps models apart, names them, and deletes the scores of one', async () => {
      const readings = [sampleReadings('a', 0, 10)];
      await live.append({ readings, scores: [sampleScores('a', 'm1', 0, 10), sampleScores('a', 'm2', 0, 10)] });
      await live.seal(5_000);
      await live.append({
        ...noReadings,
        scores: [sampleScores('a', 'm1', 10_000, 10), sampleScores('b', 'm3', 0, 10)]
      });
      expect(await live.scoredModelIds('a')).toEqual(['m1', 'm2']);
      expect(await scoreRows('m1')).toHaveLength(20);
      await live.deleteScores('a', 'm1');
      await live.deleteScores('a', '');
      expect(await live.scoredModelIds('a')).toEqual(['m2']);
      expect(await live.scoredModelIds('b')).toEqual(['m3']);
      expect([await scoreRows('m1'), await scoreRows('')]).toEqual([[], []]);
      expect(await scoreRows('m2')).toHaveLength(10);
      await live.seal(Infinity);
      expect(await scoreRows('m1')).toEqual([]);
      expect(await readingRows()).toEqual(rowsOf(readings));
    });

    it('leaves nothing of a deleted asset, and all of the others', async () => {
      const batch = {
        readings: ['b', 'a', 'ab'].map((id) => sampleReadings(id, 0, 10)),
        scores: [sampleScores('a', 'm', 0, 10)]
      };
      await live.append(batch);
      await live.seal(5_000);
      await live.append({ readings: [sampleReadings('a', 20_000, 10)], ...noScores });
      expect(await live.assetIds()).toEqual(['a', 'ab', 'b']);
      await live.deleteAsset('a');
      await live.deleteAsset('never there');
      expect(await live.assetIds()).toEqual(['ab', 'b']);
      expect([await readingRows(), await scoreRows()]).toEqual([[], []]);
      await live.seal(Infinity);
      expect(await live.assetIds()).toEqual(['ab', 'b']);
      expect(await readingRows('ab')).toHaveLength(10);
      await live.deleteAsset('ab');
      await live.deleteAsset('b');
      expect(await place.countRows()).toBe(0);
    });

    it('has everything after it was closed and opened again, and another instance may go on', async () => {
      await live.append({ readings: [sampleReadings('a', 0, 10)], ...noScores });
      live.close();
      live = place.open();
      const second = place.open();
      await second.append({ readings: [sampleReadings('a', 10_000, 10)], ...noScores });
      await live.append({ readings: [sampleReadings('a', 20_000, 10)], ...noScores });
      await second.seal(15_000);
      expect(await readingRows()).toHaveLength(30);
      second.close();
    });

    it('rejects every call after close with storage-closed', async () => {
      live.close();
      const closed = { name: 'StorageFault', code: 'storage-closed' };
      const batch = { readings: [sampleReadings('a', 0, 10)], ...noScores };
      await expect(live.append(batch)).rejects.toMatchObject(closed);
      await expect(live.seal(0)).rejects.toMatchObject(closed);
      await expect(live.readReadings('a')).rejects.toMatchObject(closed);
      await expect(live.readScores('a', 'm')).rejects.toMatchObject(closed);
      await expect(live.deleteAsset('a')).rejects.toMatchObject(closed);
      await expect(live.assetIds()).rejects.toMatchObject(closed);
    });

    it('does what a plain map of rows would, whatever is asked of it in whatever order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 14 }), async (steps) => {
          const where = createPlace();
          const truth = createMemoryLiveHistory();
          let tested = where.open();
          try {
            for (const [i, step] of steps.entries()) {
              for (const history of [tested, truth]) await take(history, step, i);
              if (step.kind === 'reopen') {
                tested.close();
                tested = where.open();
              }
            }
            for (const id of ['a', 'b']) {
              expect(rowsOf(await tested.readReadings(id))).toEqual(rowsOf(await truth.readReadings(id)));
              expect(rowsOf(await tested.readReadings(id, 10, 3000))).toEqual(
                rowsOf(await truth.readReadings(id, 10, 3000))
              );
              expect(rowsOf(await tested.readScores(id, 'm'))).toEqual(rowsOf(await truth.readScores(id, 'm')));
            }
            expect(await tested.assetIds()).toEqual(await truth.assetIds());
          } finally {
            tested.close();
            await where.remove();
          }
        }),
        { seed: 7, numRuns: 40 }
      );
    });
  });
}

type Step =
  | { kind: 'readings' | 'scores'; id: string; t0Ms: number; rows: number; channels: number }
  | { kind: 'seal'; beforeMs: number }
  | { kind: 'delete'; id: string }
  | { kind: 'reopen' };

const id = fc.constantFrom('a', 'b');
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('readings' as const, 'scores' as const),
      id,
      t0Ms: fc.nat({ max: 40 }).map((n) => n * 500),
      rows: fc.integer({ min: 1, max: 12 }),
      channels: fc.integer({ min: 1, max: 3 })
    })
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('seal' as const), beforeMs: fc.nat({ max: 30_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) }
);

/** `nth` makes the values of each step its own. */
async function take(live: LiveHistory, step: Step, nth: number): Promise<void> {
  switch (step.kind) {
    case 'readings':
      return live.append({
        readings: [raised(sampleReadings(step.id, step.t0Ms, step.rows, step.channels), nth)],
        ...noScores
      });
    case 'scores':
      return live.append({ ...noReadings, scores: [sampleScores(step.id, 'm', step.t0Ms, step.rows)] });
    case 'seal':
      return void (await live.seal(step.beforeMs));
    case 'delete':
      return live.deleteAsset(step.id);
    case 'reopen':
      return;
  }
}
