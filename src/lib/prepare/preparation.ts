/**
 * From readings to scaled windows: smooth → scale → clip → window. The one implementation for training and scoring, batch and live:
 * a batch is one push, and any grouping of the same rows gives the same windows, bit for bit. Everything it depends on stands in
 * the manifest. Must not know models, scores or labels.
 */
import type { Channel } from '../domain/channel';
import type { Manifest, ScaledChannel } from '../domain/manifest';
import type { ScaledSeries } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';
import type { PrepareRule, Recipe } from '../domain/recipe';
import { ScoreStatus } from '../domain/score';
import { joinBlocks, sliceBlock, type TimeRange } from './blocks';
import { fitScale, scaleColumns } from './scale';
import { createSmoother } from './smooth';
import { createWindowTracker } from './window';

/** The part of a manifest that decides the preparation; a whole `Manifest` is one. */
export interface PreparationPart extends Pick<Manifest, 'channels' | 'stepMs'> {
  recipe: Pick<Recipe, 'prepare' | 'window'>;
}

/**
 * What a push became. `t`, `status` and `seen` have one entry per row on the stride grid: with stride 1 that is every row pushed.
 * Window k lies in the series' rows `starts[k]` … `starts[k] + steps − 1`, the last of which is the row at `t[ends[k]]`.
 */
export interface PreparedRows {
  /** Time of each row, ms UTC. */
  t: Float64Array;
  /** `ScoreStatus` of each row: `scored` where a full window ends, otherwise the reason why none does. */
  status: Uint8Array;
  /** Smoothed values in the channels' own units, one column per channel; NaN where missing. */
  seen: Float32Array[];
  /** Up to steps − 1 rows carried over from earlier pushes, then every row of this push. A missing value is NaN and in no window. */
  series: ScaledSeries;
  /** First row in `series` of each window that ends in this push. */
  starts: Int32Array;
  /** Index into `t` of the row at which each window ends, rising, as long as `starts`. */
  ends: Int32Array;
}

/** Prepares successive blocks of one asset, given in time order. */
export interface Preparation {
  push(block: ReadingBlock): PreparedRows;
}

/**
 * Creates a preparation that begins with the first row it is given. Channels are found in each block by name: one that a block lacks
 * is missing throughout it, and others, such as labels, are not read.
 */
export function createPreparation({ recipe, channels, stepMs }: PreparationPart): Preparation {
  const { steps } = recipe.window;
  const width = channels.length;
  const smoother = createSmoother(
    channels.map((channel) => channel.name),
    recipe.prepare,
    stepMs
  );
  const tracker = createWindowTracker(recipe.window);
  let carried = new Float32Array(0);

  function push(block: ReadingBlock): PreparedRows {
    const { columns, gap } = smoother.push(block);
    const carriedRows = carried.length / width;
    const values = new Float32Array(carried.length + gap.length * width);
    values.set(carried);
    scaleColumns(columns, channels, recipe.prepare.clip, values, carriedRows);
    carried = values.slice(Math.max(0, values.length - (steps - 1) * width));

    const { rows, status } = tracker.push(gap, markMissing(columns, gap.length));
    const ends = Int32Array.from(status.keys()).filter((i) => status[i] === ScoreStatus.scored);
    return {
      t: Float64Array.from(rows, (row) => block.t[row]!),
      status,
      seen: columns.map((column) => pickRows(column, rows)),
      series: { values, channels: width },
      starts: ends.map((i) => carriedRows + rows[i]! - (steps - 1)),
      ends
    };
  }

  return { push };
}

/**
 * Fits the channels' scales on the smoothed rows inside the range, and counts those rows. The smoother begins with the range's first
 * row, so that nothing from outside the range reaches a training. A range without rows gives 0 rows and scales of mean 0 and deviation 1.
 */
export function fitPreparation(
  blocks: ReadingBlock[],
  rule: PrepareRule,
  channels: Pick<Channel, 'name' | 'unit'>[],
  stepMs: number,
  range: TimeRange
): { channels: ScaledChannel[]; rows: number } {
  const block = joinBlocks(blocks.map((each) => sliceBlock(each, range)));
  const names = channels.map((channel) => channel.name);
  const { columns } = createSmoother(names, rule, stepMs).push(block);
  return { channels: fitScale(columns, channels), rows: block.t.length };
}

/** The values at `rows`; a plain loop, because `from` with a mapping took over 20 times as long. */
function pickRows(column: Float32Array, rows: Int32Array): Float32Array {
  const picked = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]!]!;
  return picked;
}

/** 1 for each row that lacks a value in any column. */
function markMissing(columns: Float32Array[], rows: number): Uint8Array {
  const missing = new Uint8Array(rows);
  for (const column of columns) {
    for (let row = 0; row < rows; row++) if (Number.isNaN(column[row]!)) missing[row] = 1;
  }
  return missing;
}
