/**
 * A sealed block: up to an hour of one owner, compressed, with the smallest, largest and summed value of each column beside
 * it, so that coarser tiers and charts can be built without unpacking. It must not know about tables.
 */
import { fail, type Fault, type Result } from '../../domain/result';
import { decodeColumns, encodeColumns } from '../codec/codec';
import { codesOf, floatsOf, sliceSeries, type Layout, type Series } from './series';

/** Per float column, over the values that are not NaN; without one, the extremes are NaN. */
export interface Summary {
  min: Float32Array;
  max: Float32Array;
  sum: Float64Array;
  count: Uint32Array;
}

/** A row of the table of blocks. Blocks of one owner do not overlap, and none reaches over a full hour of UTC. */
export interface SealedBlock extends Layout {
  assetId: string;
  t0Ms: number;
  t1Ms: number;
  rows: number;
  summary: Summary;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Told of a block that cannot be read any more, and what it held. The others are read; the next seal over its time lays it aside. */
export type OnDamage = (fault: Fault, block: Pick<SealedBlock, 'assetId' | 'modelId' | 't0Ms' | 't1Ms'>) => void;

const hourMs = 3_600_000;
/** Rows of a block at most: an hour at 1 Hz, and so little that one block is unpacked in milliseconds. */
const blockRows = 4096;
/** A block that is larger than so many times the rows to come stays as it is. */
const worthRows = 4;

/**
 * Those of an owner's blocks, in time order, that new rows at the times `t` must be packed with: all that end in or after
 * them, and the one before where they continue it. That is one of the same hour which has room and is worth packing anew: a
 * fleet is sealed a few rows of each pump at a time, and a block is then packed four times at most.
 */
export function blocksToMerge(blocks: SealedBlock[], t: Float64Array): SealedBlock[] {
  const touched = blocks.filter(({ t1Ms }) => t1Ms >= t[0]!);
  const before = blocks.at(-touched.length - 1);
  const hasRoom = before && before.rows < Math.min(blockRows, 1 + worthRows * t.length);
  return hasRoom && startOfHour(before.t0Ms) === startOfHour(t[0]!) ? [before, ...touched] : touched;
}

/** Where the hour of UTC that holds a time begins, ms. No block begins before it and reaches into it. */
export function startOfHour(tMs: number): number {
  return hourMs * Math.floor(tMs / hourMs);
}

/** Packs rows into blocks. */
export async function sealSeries(series: Series): Promise<SealedBlock[]> {
  const { assetId, modelId, channels, t } = series;
  const blocks: SealedBlock[] = [];
  for (let from = 0, to = 0; from < t.length; from = to) {
    while (to < t.length && to - from < blockRows && startOfHour(t[to]!) === startOfHour(t[from]!)) to++;
    const part = sliceSeries(series, from, to);
    const summary = summarise(part.floats);
    const bytes = await encodeColumns(part);
    blocks.push({ assetId, modelId, channels, t0Ms: t[from]!, t1Ms: t[to - 1]!, rows: to - from, summary, bytes });
  }
  return blocks;
}

/** Unpacks a block; a damaged one is a fault that names it. */
export async function openBlock(block: SealedBlock): Promise<Result<Series>> {
  const { assetId, modelId, channels, t0Ms, t1Ms } = block;
  const where = `live block of ${assetId} ${modelId} from ${t0Ms} to ${t1Ms}`;
  const decoded = await decodeColumns(block.bytes, where);
  if (!decoded.ok) return decoded;
  const { t, floats, codes } = decoded.value;
  const fits = floats.length === floatsOf(block) && codes.length === codesOf(block) && t.length === block.rows;
  if (!fits) return fail('storage', where, `${floats.length} columns of ${t.length} rows`, `${block.rows} rows`);
  return { ok: true, value: { assetId, modelId, channels, t, floats, codes } };
}

/** The size of the same rows as plain arrays, bytes. */
export function plainBytesOf(block: SealedBlock): number {
  return block.rows * (8 + 4 * floatsOf(block) + codesOf(block));
}

function summarise(columns: Float32Array[]): Summary {
  const summary = {
    min: new Float32Array(columns.length).fill(NaN),
    max: new Float32Array(columns.length).fill(NaN),
    sum: new Float64Array(columns.length),
    count: new Uint32Array(columns.length)
  };
  columns.forEach((column, c) => {
    let min = Infinity;
    let max = -Infinity;
    let sum = 0;
    let count = 0;
    for (let row = 0; row < column.length; row++) {
      const value = column[row]!;
      if (Number.isNaN(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      count++;
    }
    if (count === 0) return;
    summary.min[c] = min;
    summary.max[c] = max;
    summary.sum[c] = sum;
    summary.count[c] = count;
  });
  return summary;
}
