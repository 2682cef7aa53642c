/**
 * Made-up recordings with structure for the tests of `prepare`: a ramp, a sine with noise, a step, one row a second, and the cuts
 * that turn one block into pushes.
 */
import { createRandom } from '$lib/domain/random';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';

/** A block of the given channels; a NaN is marked missing. */
export function blockOf(t: number[], channels: Record<string, ArrayLike<number>>): ReadingBlock {
  const columns = Object.values(channels).map((values) => Float32Array.from(values));
  return {
    assetId: 'pump',
    channels: Object.keys(channels),
    t: Float64Array.from(t),
    columns,
    quality: columns.map((column) =>
      Uint8Array.from(column, (value) => (Number.isNaN(value) ? Quality.missing : Quality.good))
    )
  };
}

/** `rows` rows a second apart: `flow` is a ramp, `pressure` a sine with noise, `current` a step in the middle, `label` 0 or 1. */
export function recording(rows: number, seed = 1): ReadingBlock {
  const random = createRandom(seed);
  const index = Array.from({ length: rows }, (_, i) => i);
  return blockOf(
    index.map((i) => 1e12 + 1000 * i),
    {
      flow: index.map((i) => 30 + 0.01 * i),
      pressure: index.map((i) => 2 + Math.sin(i / 7) + 0.1 * random.normal()),
      current: index.map((i) => (i < rows / 2 ? 5 : 8)),
      label: index.map((i) => (i < rows / 2 ? 0 : 1))
    }
  );
}

/** The rows `from` … `to` − 1 of a block. */
export function rowsOf(block: ReadingBlock, from: number, to: number): ReadingBlock {
  return {
    ...block,
    t: block.t.slice(from, to),
    columns: block.columns.map((column) => column.slice(from, to)),
    quality: block.quality.map((column) => column.slice(from, to))
  };
}

/** Cuts a block at the rows given, in any order; equal cuts make empty blocks. */
export function cutBlock(block: ReadingBlock, cuts: number[]): ReadingBlock[] {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), block.t.length];
  return edges.slice(1).map((edge, i) => rowsOf(block, edges[i]!, edge));
}
