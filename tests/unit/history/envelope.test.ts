import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Channel } from '$lib/domain/channel';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '$lib/domain/score';
import { buildChartSlice, type ChartRequest } from '$lib/history/envelope';

const channels: Channel[] = [
  { name: 'flow', unit: 'm³/h', role: 'reading' },
  { name: 'anomaly', unit: '', role: 'label' },
  { name: 'pressure', unit: 'bar', role: 'reading' }
];

/** Blocks of at most `blockRows` rows at the given times; every channel is `value` of row and channel. */
function blocksOf(times: number[], value: (row: number, channel: number) => number, blockRows = 7): ReadingBlock[] {
  const blocks: ReadingBlock[] = [];
  for (let from = 0; from < times.length; from += blockRows) {
    const t = Float64Array.from(times.slice(from, from + blockRows));
    const columns = channels.map((_, channel) => Float32Array.from(t, (_ms, row) => value(from + row, channel)));
    blocks.push({
      assetId: 'a',
      channels: channels.map((channel) => channel.name),
      t,
      columns,
      quality: columns.map((column) => new Uint8Array(column.length))
    });
  }
  return blocks;
}

/** Scores for the given times; rows whose score is NaN have none. */
function scoresOf(times: number[], score: (row: number) => number): ScoreBlock {
  const scores = Float32Array.from(times, (_, row) => score(row));
  return {
    assetId: 'a',
    modelId: 'm',
    // Another order than the readings', without the label.
    channels: ['pressure', 'flow'],
    t: Float64Array.from(times),
    score: scores,
    status: Uint8Array.from(scores, (value) => (Number.isNaN(value) ? ScoreStatus.gap : ScoreStatus.scored)),
    channelError: [scores, scores],
    expected: [scores.map((value) => value * 10), scores]
  };
}

function slice(request: Partial<ChartRequest>) {
  return buildChartSlice({
    blocks: [],
    scores: [],
    channels,
    fromMs: 0,
    toMs: 1e6,
    points: 100,
    maxGapMs: 3000,
    ...request
  });
}

const seconds = (count: number, fromS = 0) => Array.from({ length: count }, (_, i) => (fromS + i) * 1000);

describe('buildChartSlice', () => {
  it('gives each row its own bucket while there are no more rows than points', () => {
    const times = [0, 900, 2100, 3000];
    const { t, channels: drawn } = slice({ blocks: blocksOf(times, (row, c) => row + 10 * c, 3), points: 4 });
    expect([...t]).toEqual(times);
    expect(drawn.map(({ name, unit }) => [name, unit])).toEqual([
      ['flow', 'm³/h'],
      ['pressure', 'bar']
    ]);
    for (const kind of ['min', 'max', 'mean'] as const) {
      expect([...drawn[0]![kind]]).toEqual([0, 1, 2, 3]);
      expect([...drawn[1]![kind]]).toEqual([20, 21, 22, 23]);
    }
  });

  it('cuts more rows into equal widths with smallest, largest and mean value', () => {
    const blocks = blocksOf(seconds(100), (row) => row);
    const { t, channels: drawn } = slice({ blocks, toMs: 100_000, points: 4 });
    expect([...t]).toEqual([12_000, 37_000, 62_000, 87_000]);
    expect([...drawn[0]!.min]).toEqual([0, 25, 50, 75]);
    expect([...drawn[0]!.max]).toEqual([24, 49, 74, 99]);
    expect([...drawn[0]!.mean]).toEqual([12, 37, 62, 87]);
  });

  it('keeps every spike of one row, up or down', () => {
    const spikes = new Map([
      [0, 50],
      [333, -7.25],
      [334, 1e-30],
      [9999, 3e38]
    ]);
    const value = (row: number) => spikes.get(row) ?? Math.sin(row / 50);
    const [flow] = slice({ blocks: blocksOf(seconds(10_000), value, 4096), toMs: 1e7, points: 30 }).channels;
    expect(flow!.min[0]).toBe(-7.25);
    expect(flow!.max[0]).toBe(50);
    expect(flow!.max.at(-1)).toBe(Math.fround(3e38));
  });

  it('takes rows at both ends of the range and none outside', () => {
    const { t } = slice({ blocks: blocksOf(seconds(100), () => 1), fromMs: 10_000, toMs: 12_000 });
    expect([...t]).toEqual([10_000, 11_000, 12_000]);
    expect(slice({ blocks: blocksOf(seconds(10), () => 1), fromMs: 20_000 }).t).toHaveLength(0);
    expect(slice({}).t).toHaveLength(0);
  });

  it('puts one empty bucket where rows lie further apart than a gap, and nowhere else', () => {
    const times = [...seconds(5), 7000, ...seconds(5, 60)];
    const { t, channels: drawn, unknown } = slice({ blocks: blocksOf(times, () => 1), points: 1000 });
    expect([...t]).toEqual([0, 1000, 2000, 3000, 4000, 7000, 33_500, 60_000, 61_000, 62_000, 63_000, 64_000]);
    expect([...drawn[0]!.mean].map(Number.isNaN).indexOf(true)).toBe(6);
    expect([...drawn[0]!.min, ...drawn[0]!.max].filter(Number.isNaN)).toHaveLength(2);
    expect(unknown[6]).toBe(1);
  });

  it('shows a gap between wide buckets too, and none where rows are only sparser than the widths', () => {
    const times = [...seconds(50), ...seconds(50, 100)];
    const { t } = slice({ blocks: blocksOf(times, () => 1), toMs: 150_000, points: 15 });
    expect([...t].map((ms) => ms / 1000)).toEqual([
      4.5, 14.5, 24.5, 34.5, 44.5, 74.5, 104.5, 114.5, 124.5, 134.5, 144.5
    ]);
    const sparse = [...seconds(90), 92_000, 94_000, 96_000];
    const { channels: drawn } = slice({ blocks: blocksOf(sparse, () => 1), toMs: 97_000, points: 92 });
    expect([...drawn[0]!.mean].some(Number.isNaN)).toBe(false);
  });

  it('leaves missing values out and is NaN where a bucket has no other', () => {
    const blocks = blocksOf(seconds(8), (row) => (row === 1 || row >= 4 ? NaN : row));
    const [flow] = slice({ blocks, toMs: 8000, points: 2 }).channels;
    expect([...flow!.min]).toEqual([0, NaN]);
    expect([...flow!.max]).toEqual([3, NaN]);
    expect(flow!.mean[0]).toBeCloseTo(5 / 3, 6);
  });

  it('treats a channel that a block does not have as missing there', () => {
    const [first, second] = blocksOf(seconds(4), () => 5, 2);
    const { channels: drawn } = slice({ blocks: [first!, { ...second!, channels: ['flow', 'anomaly', 'other'] }] });
    expect([...drawn[1]!.mean]).toEqual([5, 5, NaN, NaN]);
    expect([...drawn[0]!.mean]).toEqual([5, 5, 5, 5]);
  });

  it('reduces scores and expected values over the same buckets, matched by name and time', () => {
    const blocks = blocksOf(seconds(100), (row) => row);
    const scores = scoresOf(seconds(100), (row) => (row === 60 ? 99 : row < 25 ? NaN : 2));
    const drawn = slice({ blocks, scores: [scores], toMs: 100_000, points: 4 });
    expect([...drawn.score!.max]).toEqual([NaN, 2, 99, 2]);
    expect([...drawn.score!.min]).toEqual([NaN, 2, 2, 2]);
    expect([...drawn.expected[0]!], 'flow').toEqual([NaN, 2, Math.fround((24 * 2 + 99) / 25), 2]);
    expect([...drawn.expected[1]!], 'pressure').toEqual([NaN, 20, Math.fround((24 * 20 + 990) / 25), 20]);
    expect([...drawn.unknown]).toEqual([1, 0, 0, 0]);
  });

  it('tells the share of rows without a score, also of rows that no score reaches', () => {
    const blocks = blocksOf(seconds(40), () => 1);
    const scores = scoresOf(seconds(30), (row) => (row < 5 ? NaN : 1));
    const drawn = slice({ blocks, scores: [scores], toMs: 40_000, points: 4 });
    expect([...drawn.unknown]).toEqual([0.5, 0, 0, 1]);
    expect(Number.isNaN(drawn.score!.mean[3])).toBe(true);
    expect(drawn.unknown).toHaveLength(drawn.t.length);
  });

  it('keeps scores in step behind a gap', () => {
    const times = [...seconds(3), ...seconds(3, 60)];
    const drawn = slice({ blocks: blocksOf(times, () => 1), scores: [scoresOf(times, (row) => row)] });
    expect([...drawn.score!.mean]).toEqual([0, 1, 2, NaN, 3, 4, 5]);
    expect([...drawn.unknown]).toEqual([0, 0, 0, 1, 0, 0, 0]);
  });

  it('knows nothing without a model', () => {
    const drawn = slice({ blocks: blocksOf(seconds(3), () => 1) });
    expect(drawn.score).toBeNull();
    expect(drawn.expected).toEqual([]);
    expect([...drawn.unknown]).toEqual([1, 1, 1]);
  });

  it('loses no row, whatever the times, blocks and points', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 200 });
    const sizes = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 120 }));
    fc.assert(
      fc.property(steps, sizes, (distances, [blockRows, points]) => {
        let ms = 0;
        const times = distances.map((distance) => (ms += distance));
        const range = { fromMs: 0, toMs: ms, points };
        const drawn = slice({ blocks: blocksOf(times, (row) => row, blockRows), ...range });
        const { min, max } = drawn.channels[0]!;
        const filled = [...min.keys()].filter((i) => !Number.isNaN(min[i]!));
        expect(filled.length).toBeLessThanOrEqual(points);
        expect(filled.length).toBeLessThanOrEqual(times.length);
        // Rows are numbered, so each bucket must begin where the last one ended.
        expect(min[filled[0]!]).toBe(0);
        expect(max[filled.at(-1)!]).toBe(times.length - 1);
        for (let i = 1; i < filled.length; i++) {
          const [before, bucket] = [filled[i - 1]!, filled[i]!];
          expect(min[bucket]).toBe(max[before]! + 1);
          expect(drawn.t[bucket]).toBeGreaterThan(drawn.t[before]!);
          const distance = distances[min[bucket]!]!;
          expect(bucket - before, `distance ${distance}`).toBe(distance > 3000 ? 2 : 1);
        }
      })
    );
  });
});
