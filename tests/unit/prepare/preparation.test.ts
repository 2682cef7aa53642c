import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { ScoreStatus } from '$lib/domain/score';
import { createPreparation, fitPreparation, type PreparationPart, type PreparedRows } from '$lib/prepare/preparation';
import { blockOf, cutBlock, recording, rowsOf } from './recording';

const { scored: S, warmingUp: W, gap: G, missingValue: M } = ScoreStatus;
const prepare = { smoothRows: 3, scale: 'standard', clip: 10, maxGapSteps: 3 } as const;
const channels = [
  { name: 'pressure', unit: 'bar', mean: 2, deviation: 0.5 },
  { name: 'flow', unit: 'L/min', mean: 30, deviation: 2 }
];

function partOf(steps: number, stride = 1): PreparationPart {
  return { recipe: { prepare, window: { steps, stride } }, channels, stepMs: 1000 };
}

/** The recording with two holes and two gaps. */
function brokenRecording(): ReadingBlock {
  const block = recording(120);
  block.columns[0]![40] = NaN;
  block.columns[1]![41] = NaN;
  block.columns[1]![90] = NaN;
  block.t = block.t.map((tMs, row) => tMs + (row >= 60 ? 30_000 : 0) + (row >= 64 ? 3_600_000 : 0));
  return block;
}

/** The windows a push names, by the time of their last row. */
function windowsOf(rows: PreparedRows, steps: number): [number, number[]][] {
  const width = rows.series.channels;
  return [...rows.starts].map((start, k) => [
    rows.t[rows.ends[k]!]!,
    [...rows.series.values.subarray(start * width, (start + steps) * width)]
  ]);
}

describe('createPreparation', () => {
  it('smooths, scales, clips and names the windows', () => {
    const block = blockOf([0, 1000, 2000, 3000], { flow: [30, 32, 34, 36], pressure: [2, 3, 4, 500] });
    const rows = createPreparation(partOf(2)).push(block);
    expect(rows.seen.map((column) => [...column])).toEqual([
      [2, 2.5, 3, 169],
      [30, 31, 32, 34]
    ]);
    expect([...rows.series.values]).toEqual([0, 0, 1, 0.5, 2, 1, 10, 2]);
    expect(rows.series.channels).toBe(2);
    expect([...rows.t]).toEqual([0, 1000, 2000, 3000]);
    expect([...rows.status]).toEqual([W, S, S, S]);
    expect([...rows.starts]).toEqual([0, 1, 2]);
    expect([...rows.ends]).toEqual([1, 2, 3]);
  });

  it('carries the rows a window of the next push needs', () => {
    const preparation = createPreparation(partOf(3));
    const block = recording(5);
    preparation.push(rowsOf(block, 0, 4));
    const rows = preparation.push(rowsOf(block, 4, 5));
    expect(rows.series.values.length).toBe(3 * 2);
    expect([...rows.starts]).toEqual([0]);
    expect([...rows.ends]).toEqual([0]);
  });

  it('gives the same windows in any grouping, bit for bit', () => {
    const block = brokenRecording();
    const cuts = fc.array(fc.integer({ min: 0, max: block.t.length }), { maxLength: 30 });
    const size = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(cuts, size, size, (at, steps, stride) => {
        const whole = createPreparation(partOf(steps, stride)).push(block);
        const preparation = createPreparation(partOf(steps, stride));
        const pushes = cutBlock(block, at).map(preparation.push);
        expect(pushes.flatMap(({ t }) => [...t])).toEqual([...whole.t]);
        expect(pushes.flatMap(({ status }) => [...status])).toEqual([...whole.status]);
        channels.forEach((_, c) => {
          expect(pushes.flatMap(({ seen }) => [...seen[c]!])).toEqual([...whole.seen[c]!]);
        });
        expect(pushes.flatMap((rows) => windowsOf(rows, steps))).toEqual(windowsOf(whole, steps));
      })
    );
  });

  it('has the windows a slow reading of the definition has', () => {
    const block = brokenRecording();
    const steps = 5;
    const naive: [number, number[]][] = [];
    for (let end = steps - 1; end < block.t.length; end++) {
      const window = Array.from({ length: steps }, (_, i) => end - steps + 1 + i);
      const spansGap = window.slice(1).some((row) => block.t[row]! - block.t[row - 1]! > 3000);
      const hasHole = window.some((row) => Number.isNaN(block.columns[0]![row]! + block.columns[1]![row]!));
      if (spansGap || hasHole) continue;
      naive.push([block.t[end]!, window.flatMap((row) => channels.map((channel) => scaledAt(block, channel, row)))]);
    }
    const windows = windowsOf(createPreparation(partOf(steps)).push(block), steps);
    expect(windows.map(([tMs]) => tMs)).toEqual(naive.map(([tMs]) => tMs));
    windows.forEach(([, values], k) => {
      // Smoothed and scaled values are rounded to 24 bits each: 2⁻²⁴ of 31 L/min over 2 L/min, and of the scaled value.
      values.forEach((value, i) => expect(Math.abs(value - naive[k]![1][i]!)).toBeLessThan(2e-6));
    });
  });

  it('says why a row has no window', () => {
    const block = brokenRecording();
    const { status } = createPreparation(partOf(3)).push(block);
    expect([...status.slice(0, 3)]).toEqual([W, W, S]);
    expect([...status.slice(39, 45)]).toEqual([S, M, M, M, M, S]);
    expect([...status.slice(59, 67)]).toEqual([S, G, G, S, S, G, G, S]);
  });

  it('never names a window with NaN in it', () => {
    const rows = createPreparation(partOf(4)).push(brokenRecording());
    expect(rows.series.values.some(Number.isNaN)).toBe(true);
    expect(
      windowsOf(rows, 4)
        .flatMap(([, values]) => values)
        .some(Number.isNaN)
    ).toBe(false);
  });

  it('has nothing but missing values where a channel is absent', () => {
    const rows = createPreparation(partOf(2)).push(blockOf([0, 1000, 2000], { flow: [30, 31, 32] }));
    expect([...rows.status]).toEqual([M, M, M]);
    expect(rows.starts.length).toBe(0);
    expect([...rows.seen[0]!]).toEqual([NaN, NaN, NaN]);
  });

  it('does not read channels the model does not name', () => {
    const block = recording(20);
    Object.defineProperty(block.columns, block.channels.indexOf('label'), {
      get: () => expect.fail('the label was read')
    });
    expect(createPreparation(partOf(3)).push(block).starts.length).toBe(18);
  });

  it('takes a push without rows', () => {
    const preparation = createPreparation(partOf(3));
    const block = recording(6);
    preparation.push(rowsOf(block, 0, 3));
    const empty = preparation.push(rowsOf(block, 3, 3));
    expect([empty.t.length, empty.starts.length, empty.seen[0]!.length]).toEqual([0, 0, 0]);
    expect([...preparation.push(rowsOf(block, 3, 6)).status]).toEqual([S, S, S]);
  });
});

describe('fitPreparation', () => {
  const wanted = channels.map(({ name, unit }) => ({ name, unit }));
  const block = recording(200);
  const range = { t0Ms: block.t[50]!, t1Ms: block.t[149]! };

  it('gives the range mean 0 and deviation 1 once it is prepared with the fit', () => {
    const fitted = fitPreparation([block], prepare, wanted, 1000, range);
    expect(fitted.rows).toBe(100);
    const part = { recipe: { prepare, window: { steps: 1, stride: 1 } }, channels: fitted.channels, stepMs: 1000 };
    const { series } = createPreparation(part).push(rowsOf(block, 50, 150));
    for (const channel of [0, 1]) {
      const column = series.values.filter((_, i) => i % 2 === channel);
      const mean = column.reduce((sum, value) => sum + value, 0) / 100;
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 100;
      expect(mean).toBeCloseTo(0, 6);
      expect(variance).toBeCloseTo(1, 6);
    }
  });

  it('depends on nothing outside the range, and not on how the blocks are cut', () => {
    const fitted = fitPreparation([block], prepare, wanted, 1000, range);
    const spoilt = recording(200);
    for (const column of spoilt.columns) column.fill(1e6, 0, 50).fill(-1e6, 150);
    spoilt.columns[3]!.fill(NaN);
    expect(fitPreparation([spoilt], prepare, wanted, 1000, range)).toEqual(fitted);
    expect(fitPreparation(cutBlock(block, [30, 77, 140]), prepare, wanted, 1000, range)).toEqual(fitted);
  });

  it('fits the smoothed signal, not the raw one', () => {
    const alternating = blockOf(
      Array.from({ length: 90 }, (_, i) => 1000 * i),
      {
        pressure: Array.from({ length: 90 }, (_, i) => [0, 3, 6][i % 3]!)
      }
    );
    const all = { t0Ms: 0, t1Ms: Infinity };
    const [raw] = fitPreparation([alternating], { ...prepare, smoothRows: 1 }, wanted, 1000, all).channels;
    const [smoothed] = fitPreparation([alternating], prepare, wanted, 1000, all).channels;
    expect(raw!.deviation).toBeCloseTo(Math.sqrt(6), 9);
    // Only the first two rows, 0 and 1.5, differ from the mean of 3.
    expect(smoothed!.deviation).toBeCloseTo(Math.sqrt((2.95 ** 2 + 1.45 ** 2 + 88 * 0.05 ** 2) / 90), 9);
  });

  it('says that a range holds no row', () => {
    const fitted = fitPreparation([block], prepare, wanted, 1000, { t0Ms: 0, t1Ms: 1 });
    expect(fitted.rows).toBe(0);
    expect(fitted.channels).toMatchObject([
      { mean: 0, deviation: 1 },
      { mean: 0, deviation: 1 }
    ]);
  });
});

/** Mean of the last three rows since the last gap, scaled; the windows compared have no hole nearby but may follow one. */
function scaledAt(block: ReadingBlock, channel: (typeof channels)[number], row: number): number {
  const column = block.columns[block.channels.indexOf(channel.name)]!;
  const values: number[] = [];
  for (let i = row; i >= 0 && i > row - 3; i--) {
    if (!Number.isNaN(column[i]!)) values.push(column[i]!);
    if (i > 0 && block.t[i]! - block.t[i - 1]! > 3000) break;
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return (mean - channel.mean) / channel.deviation;
}
