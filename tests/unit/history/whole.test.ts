/** Imported blocks and live rows as one history: the contract of `History`, and what happens where both have rows. */
import { describe, expect, it } from 'vitest';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { createWholeHistory } from '$lib/history/whole';
import { describeHistory } from '../../contract/history.contract';
import { createMemoryHistory, type HistoryDisk } from '../../support/memory-history';
import { createLiveDisk, createMemoryLiveHistory } from '../../support/memory-live-history';
import { sampleReadings, sampleScores } from '../../support/stored-samples';

describeHistory('imported and live, without live rows', () => {
  const imported: HistoryDisk = { readings: [], scores: [] };
  const live = createLiveDisk();
  return {
    open: () => createWholeHistory(createMemoryHistory(imported), createMemoryLiveHistory(live)),
    countRows: async () => imported.readings.length + imported.scores.length + live.readings.size + live.scores.size,
    remove: async () => {}
  };
});

/** Values of the first channel by time, in the order of the blocks. */
const valuesOf = (blocks: ReadingBlock[]) =>
  blocks.flatMap(({ t, columns }) => [...t].map((ms, i) => [ms, columns[0]![i]]));
const level = (block: ReadingBlock, value: number): ReadingBlock => ({
  ...block,
  columns: block.columns.map((column) => column.map(() => value))
});

function createBoth() {
  const imported = createMemoryHistory();
  const live = createMemoryLiveHistory();
  return { imported, live, whole: createWholeHistory(imported, live) };
}

describe('a whole history', () => {
  it('is in time order without overlap; live rows count where both have one', async () => {
    const { imported, live, whole } = createBoth();
    await imported.appendReadings([level(sampleReadings('a', 0, 10), 1), level(sampleReadings('a', 20_000, 10), 1)]);
    const liveRows = [sampleReadings('a', -5000, 3), sampleReadings('a', 8000, 14), sampleReadings('a', 24_500, 2)];
    await live.append({ readings: liveRows.map((block) => level(block, 2)), scores: [] });
    const values = valuesOf(await whole.readReadings('a'));
    const times = values.map(([ms]) => ms!);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(times).toHaveLength(3 + 8 + 14 + 8 + 2);
    for (const [ms, value] of values) {
      const isLive = ms! < 0 || (ms! >= 8000 && ms! < 22_000) || ms! % 1000 > 500;
      expect(value, `at ${ms}`).toBe(isLive ? 2 : 1);
    }
  });

  it('hides no live row behind an imported block that reaches out of the range', async () => {
    const { imported, live, whole } = createBoth();
    await imported.appendReadings([level(sampleReadings('a', 0, 100), 1)]);
    await live.append({ readings: [level(sampleReadings('a', 90_000, 5), 2)], scores: [] });
    const values = valuesOf(await whole.readReadings('a', 10_000, 20_000));
    expect(values).toHaveLength(100);
    expect(values[92]).toEqual([92_000.125, 2]);
  });

  it('reads scores of both, names models and assets of both, and deletes from both', async () => {
    const { imported, live, whole } = createBoth();
    await imported.appendScores([sampleScores('a', 'm', 0, 10), sampleScores('a', 'old', 0, 10)]);
    await live.append({
      readings: [sampleReadings('b', 0, 5)],
      scores: [sampleScores('a', 'm', 5000, 10), sampleScores('a', 'new', 0, 10)]
    });
    const rows = (await whole.readScores('a', 'm')).flatMap(({ t }) => [...t]);
    expect(rows).toEqual(Array.from({ length: 15 }, (_, i) => i * 1000 + 0.125));
    expect(await whole.scoredModelIds('a')).toEqual(['m', 'new', 'old']);
    expect(await whole.assetIds()).toEqual(['a', 'b']);
    await whole.deleteScores('a', 'm');
    expect(await whole.readScores('a', 'm')).toEqual([]);
    expect(await whole.scoredModelIds('a')).toEqual(['new', 'old']);
    await whole.deleteAsset('a');
    expect(await whole.assetIds()).toEqual(['b']);
    expect([await imported.assetIds(), await live.assetIds()]).toEqual([[], ['b']]);
  });

  it('imports into the imported one, and closes both', async () => {
    const { imported, live, whole } = createBoth();
    await whole.appendReadings([sampleReadings('a', 0, 5)]);
    await whole.appendScores([sampleScores('a', 'm', 0, 5)]);
    expect([await imported.assetIds(), await live.assetIds()]).toEqual([['a'], []]);
    whole.close();
    await expect(imported.assetIds()).rejects.toMatchObject({ code: 'storage-closed' });
    await expect(live.assetIds()).rejects.toMatchObject({ code: 'storage-closed' });
  });
});
