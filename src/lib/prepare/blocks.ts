/**
 * Cutting and joining reading blocks, and their nominal step. Every result is a copy, so that it can be transferred or stored
 * without dragging its source along. Must not know what the channels mean.
 */
import { Quality, type ReadingBlock } from '../domain/reading-block';

/** A stretch of time, both ends included, ms UTC. */
export interface TimeRange {
  t0Ms: number;
  t1Ms: number;
}

/** The rows of a block inside the range, as a block of its own; it may be empty. */
export function sliceBlock(block: ReadingBlock, { t0Ms, t1Ms }: TimeRange): ReadingBlock {
  const first = countRows(block.t, (tMs) => tMs < t0Ms);
  const end = Math.max(
    first,
    countRows(block.t, (tMs) => tMs <= t1Ms)
  );
  return {
    ...block,
    t: block.t.slice(first, end),
    columns: block.columns.map((column) => column.slice(first, end)),
    quality: block.quality.map((column) => column.slice(first, end))
  };
}

/**
 * One block of many, given in time order. Its channels are all that occur, by name, in order of appearance; where a block lacks
 * one, the values are NaN and marked missing. No block gives an empty block without an asset.
 */
export function joinBlocks(blocks: ReadingBlock[]): ReadingBlock {
  const rows = blocks.reduce((sum, block) => sum + block.t.length, 0);
  const channels = [...new Set(blocks.flatMap((block) => block.channels))];
  const joined: ReadingBlock = {
    assetId: blocks[0]?.assetId ?? '',
    channels,
    t: new Float64Array(rows),
    columns: channels.map(() => new Float32Array(rows).fill(NaN)),
    quality: channels.map(() => new Uint8Array(rows).fill(Quality.missing))
  };
  let row = 0;
  for (const block of blocks) {
    joined.t.set(block.t, row);
    block.channels.forEach((name, source) => {
      const target = channels.indexOf(name);
      joined.columns[target]!.set(block.columns[source]!, row);
      joined.quality[target]!.set(block.quality[source]!, row);
    });
    row += block.t.length;
  }
  return joined;
}

/** Median distance between successive rows of the blocks, given in time order, ms. NaN with fewer than two rows. */
export function medianStepMs(blocks: Pick<ReadingBlock, 't'>[]): number {
  const steps: number[] = [];
  let lastMs = NaN;
  for (const { t } of blocks) {
    for (const tMs of t) {
      if (!Number.isNaN(lastMs)) steps.push(tMs - lastMs);
      lastMs = tMs;
    }
  }
  const sorted = Float64Array.from(steps).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Number of leading rows for which `isBefore` holds, by halving: times rise. */
function countRows(t: Float64Array, isBefore: (tMs: number) => boolean): number {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(t[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
