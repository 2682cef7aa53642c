/** Sealed blocks: where rows are cut, what is summed up beside them, and which blocks new rows go into. */
import { describe, expect, it } from 'vitest';
import { blocksToMerge, openBlock, sealSeries } from '$lib/history/live/sealed-block';
import { seriesOfReadings, seriesOfScores } from '$lib/history/live/series';
import { sampleReadings, sampleScores } from '../../support/stored-samples';

const hourMs = 3_600_000;
const sealRows = (t0Ms: number, rows: number) => sealSeries(seriesOfReadings(sampleReadings('a', t0Ms, rows)));

describe('sealed rows', () => {
  it('are cut at full hours and after 4096 rows', async () => {
    const twiceASecond = sampleReadings('a', 0, 9000);
    const series = seriesOfReadings({ ...twiceASecond, t: twiceASecond.t.map((ms) => ms / 2) });
    expect((await sealSeries(series)).map(({ rows }) => rows)).toEqual([4096, 3104, 1800]);
    const blocks = await sealRows(-2 * hourMs + 1000, 7200);
    expect(blocks.map(({ t0Ms, rows }) => [t0Ms, rows])).toEqual([
      [-2 * hourMs + 1000.125, 3599],
      [-hourMs + 0.125, 3600],
      [0.125, 1]
    ]);
  });

  it('have their extremes, sum and count beside them, for readings and scores', async () => {
    const series = seriesOfScores(sampleScores('a', 'm', 0, 200));
    const empty = series.floats[0]!.fill(NaN);
    const [block] = await sealSeries(series);
    for (const [c, column] of series.floats.entries()) {
      const known = [...column].filter((value) => !Number.isNaN(value));
      expect(block!.summary.count[c]).toBe(known.length);
      expect(block!.summary.sum[c]).toBeCloseTo(
        known.reduce((sum, value) => sum + value, 0),
        9
      );
      expect(block!.summary.min[c]).toBe(column === empty ? NaN : Math.min(...known));
      expect(block!.summary.max[c]).toBe(column === empty ? NaN : Math.max(...known));
    }
    expect(await openBlock(block!)).toMatchObject({ ok: true, value: { assetId: 'a', modelId: 'm' } });
  });

  it('that do not fit what is known of their block are a fault', async () => {
    const [block] = await sealRows(0, 20);
    for (const wrong of [{ rows: 19 }, { channels: ['one'] }, { modelId: 'm' }]) {
      expect(await openBlock({ ...block!, ...wrong })).toMatchObject({ ok: false, fault: { code: 'storage' } });
    }
  });
});

describe('new rows', () => {
  const times = (t0Ms: number, rows: number) => Float64Array.from({ length: rows }, (_, row) => t0Ms + row * 1000);

  it('go into the blocks that they touch, and into the one before while that is small', async () => {
    const [early, late] = [(await sealRows(0, 100))[0]!, (await sealRows(500_000, 100))[0]!];
    expect(blocksToMerge([early, late], times(50_000, 10))).toEqual([early, late]);
    expect(blocksToMerge([early, late], times(200_000, 5))).toEqual([late]);
    expect(blocksToMerge([early], times(200_000, 25))).toEqual([early]);
    expect(blocksToMerge([early], times(200_000, 24))).toEqual([]);
    expect(blocksToMerge([early, late], times(700_000, 50))).toEqual([late]);
    expect(blocksToMerge([], times(0, 5))).toEqual([]);
  });

  it('begin a block of their own in another hour, and after a full one', async () => {
    const [block] = await sealRows(hourMs - 200_000, 100);
    expect(blocksToMerge([block!], times(hourMs, 500))).toEqual([]);
    expect(blocksToMerge([{ ...block!, rows: 4096 }], times(hourMs - 1000, 5000))).toEqual([]);
  });
});
