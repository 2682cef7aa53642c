/**
 * Reduces stored blocks to what a chart can show: per bucket of time the smallest, largest and mean value. It exists so that a
 * spike of one row survives in a chart of a year. Pure: it must know neither Dexie nor the chart.
 *
 * Buckets are runs of rows. Time is cut into `points` equal widths and a width without a row gets no bucket, so a bucket is
 * empty for one reason only: rows on both sides of it lie further apart than `maxGapMs`.
 */
import type { Channel } from '../domain/channel';
import type { ChartSlice, Envelope } from '../domain/envelope';
import type { ReadingBlock } from '../domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '../domain/score';

/** What to draw. Blocks are in time order and do not overlap; those of the scores are of one model. */
export interface ChartRequest {
  blocks: ReadingBlock[];
  scores: ScoreBlock[];
  /** Channels of the asset; only readings are drawn. */
  channels: Channel[];
  fromMs: number;
  toMs: number;
  /** Buckets wanted at most, gaps not counted. With no more rows than that, each row is a bucket of its own. */
  points: number;
  /** A larger distance between two rows is a gap. */
  maxGapMs: number;
}

/** Runs of rows, counted from the first row in range. */
interface Buckets {
  /** Middle between a bucket's first and last row, ms; of a gap, between the rows around it. */
  t: Float64Array;
  /** Time of the last row, ms; NaN in a gap. */
  lastMs: Float64Array;
  /** Row after the last one: bucket i holds the rows `end[i − 1] … end[i] − 1`, a gap none. */
  end: Int32Array;
}

/** The rows `from … to − 1` of a block, or of one column of it: those that lie in the range asked for. */
interface Part<S> {
  source: S;
  from: number;
  to: number;
}

/** Builds everything the pump page draws for [fromMs, toMs]. `unknown` is the share of rows without a score: 1 in a gap. */
export function buildChartSlice(request: ChartRequest): ChartSlice {
  const { channels, fromMs, toMs } = request;
  const rows = partsWithin(request.blocks, fromMs, toMs);
  const scored = partsWithin(request.scores, fromMs, toMs);
  const buckets = divideRows(rows, request);
  const scoreEnd = alignRows(scored, buckets);
  const readings = channels.filter((channel) => channel.role === 'reading');
  const hasModel = request.scores.length > 0;
  const score = columnOf(scored, (block) => block.score);

  return {
    fromMs,
    toMs,
    t: buckets.t,
    channels: readings.map(({ name, unit }) => {
      const column = columnOf(rows, (block) => block.columns[block.channels.indexOf(name)]);
      return { name, unit, ...reduceEnvelope(column, buckets.end) };
    }),
    expected: hasModel
      ? readings.map(({ name }) => {
          const column = columnOf(scored, (block) => block.expected[block.channels.indexOf(name)]);
          return reduceEnvelope(column, scoreEnd).mean;
        })
      : [],
    score: hasModel ? { name: '', unit: '', ...reduceEnvelope(score, scoreEnd) } : null,
    unknown: shareUnknown(scored, scoreEnd, buckets.end)
  };
}

/** Smallest, largest and mean value of each bucket of one column, NaN where it has none. A missing column counts as NaN. */
function reduceEnvelope(
  parts: Part<Float32Array | undefined>[],
  end: Int32Array
): Pick<Envelope, 'min' | 'max' | 'mean'> {
  const min = new Float32Array(end.length).fill(Infinity);
  const max = new Float32Array(end.length).fill(-Infinity);
  const sum = new Float64Array(end.length);
  const count = new Int32Array(end.length);
  forEachRun(parts, end, (bucket, column, from, to) => {
    if (!column) return;
    let low = min[bucket]!;
    let high = max[bucket]!;
    let total = 0;
    let known = 0;
    for (let row = from; row < to; row++) {
      const value = column[row]!;
      if (Number.isNaN(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
      total += value;
      known++;
    }
    min[bucket] = low;
    max[bucket] = high;
    sum[bucket]! += total;
    count[bucket]! += known;
  });
  const ifKnown = (values: Float32Array) => values.map((value, bucket) => (count[bucket] === 0 ? NaN : value));
  return { min: ifKnown(min), max: ifKnown(max), mean: Float32Array.from(sum, (total, i) => total / count[i]!) };
}

/** Share of a bucket's rows without a score. A row that the scores do not reach has none; nor has a gap. */
function shareUnknown(scored: Part<ScoreBlock>[], scoreEnd: Int32Array, end: Int32Array): Float32Array {
  const known = new Int32Array(end.length);
  forEachRun(scored, scoreEnd, (bucket, { status }, from, to) => {
    for (let row = from; row < to; row++) if (status[row] === ScoreStatus.scored) known[bucket]!++;
  });
  return Float32Array.from(end, (last, bucket) => {
    const count = last - (end[bucket - 1] ?? 0);
    return count === 0 ? 1 : 1 - known[bucket]! / count;
  });
}

/** Calls `visit` with each run of rows that is in one bucket and one part. Rows after the last bucket are left out. */
function forEachRun<S>(
  parts: Part<S>[],
  end: Int32Array,
  visit: (bucket: number, source: S, from: number, to: number) => void
): void {
  let bucket = 0;
  let done = 0;
  for (const { source, from, to } of parts) {
    for (let row = from; row < to;) {
      while (bucket < end.length && end[bucket]! <= done) bucket++;
      if (bucket === end.length) return;
      const next = Math.min(to, row + end[bucket]! - done);
      visit(bucket, source, row, next);
      done += next - row;
      row = next;
    }
  }
}

/** Cuts the rows into buckets. */
function divideRows(parts: Part<ReadingBlock>[], { fromMs, toMs, points, maxGapMs }: ChartRequest): Buckets {
  const rows = parts.reduce((sum, part) => sum + part.to - part.from, 0);
  const widths = Math.max(1, Math.floor(points));
  const perMs = widths / (toMs - fromMs);
  const t = new Float64Array(2 * Math.min(rows, widths));
  const lastMs = new Float64Array(t.length).fill(NaN);
  const end = new Int32Array(t.length);
  let count = 0;
  let row = 0;
  let width = -1;
  let firstMs = NaN;
  let beforeMs = NaN;

  for (const { source, from, to } of parts) {
    for (let i = from; i < to; i++, row++) {
      const ms = source.t[i]!;
      const at = rows <= widths ? row : Math.min(widths - 1, Math.floor((ms - fromMs) * perMs));
      if (at !== width) {
        // Not so before the first row, whose distance is NaN.
        if (ms - beforeMs > maxGapMs) {
          t[count] = (beforeMs + ms) / 2;
          end[count++] = row;
        }
        count++;
        width = at;
        firstMs = ms;
      }
      t[count - 1] = (firstMs + ms) / 2;
      lastMs[count - 1] = ms;
      end[count - 1] = row + 1;
      beforeMs = ms;
    }
  }
  return { t: t.slice(0, count), lastMs: lastMs.slice(0, count), end: end.slice(0, count) };
}

/** The same buckets over the rows of another series, by time. */
function alignRows(parts: Part<ScoreBlock>[], { lastMs }: Buckets): Int32Array {
  const end = new Int32Array(lastMs.length);
  let bucket = 0;
  let row = 0;
  for (const { source, from, to } of parts) {
    for (let i = from; i < to; i++, row++) {
      // A gap takes no row: no comparison with its NaN is true.
      while (bucket < end.length && !(source.t[i]! <= lastMs[bucket]!)) end[bucket++] = row;
    }
  }
  return end.fill(row, bucket);
}

/** The parts of the blocks whose rows lie in [fromMs, toMs]. */
function partsWithin<B extends { t: Float64Array }>(blocks: B[], fromMs: number, toMs: number): Part<B>[] {
  return blocks
    .map((source) => ({
      source,
      from: firstRow(source.t, (ms) => ms >= fromMs),
      to: firstRow(source.t, (ms) => ms > toMs)
    }))
    .filter((part) => part.from < part.to);
}

/** The same parts of one column. */
function columnOf<B>(parts: Part<B>[], pick: (block: B) => Float32Array | undefined): Part<Float32Array | undefined>[] {
  return parts.map(({ source, from, to }) => ({ source: pick(source), from, to }));
}

/** The first row whose time fulfils the condition, by bisection; the number of rows if none does. */
function firstRow(t: Float64Array, isReached: (ms: number) => boolean): number {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isReached(t[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
