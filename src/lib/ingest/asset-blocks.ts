/**
 * The rows of one asset as blocks of columns. Times must rise, or all fall: then the rows are those of a file that stands the other
 * way round. Of rows with the same time the last one counts, in the order of time. Knows no text: a row comes as a moment, values and
 * quality codes.
 */
import type { RowOrder } from '../domain/import-plan';
import type { ReadingBlock } from '../domain/reading-block';

/** What became of a row: stored, one of two with the same time, or left out because it lies behind the one before. */
export type Kept = 'kept' | 'double' | 'behind';

/** Rows of one asset so far. */
export interface AssetBlocks {
  readonly asset: string;
  readonly rows: number;
  /** Rows that lay on the wrong side of the one before them. */
  readonly behind: number;
  /** Moments of the first row and of the last one so far, in the order they come; NaN before the first. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Where the times look as if a clock had been put forward or back by an hour, ms; NaN for nowhere. */
  readonly clockChangeMs: number;
  add(tMs: number, values: Float64Array, quality: Uint8Array): Kept;
  /** Hands over the block being filled; the last call. */
  finish(): void;
  /** Median of the first 10,000 steps, ms; NaN with fewer than two rows. */
  stepMs(): number;
}

const maxSteps = 10_000;
const firstRows = 256;
const [hourMs, dayMs] = [3_600_000, 86_400_000] as const;

/** Blocks of `blockRows` rows each but the last go to `emit`, in the order of the rows; within each, times rise. `channels` are their names. */
export function createAssetBlocks(
  asset: string,
  assetId: string,
  channels: string[],
  { blockRows, order }: { blockRows: number; order: RowOrder },
  emit: (block: ReadingBlock) => void
): AssetBlocks {
  const isFalling = order === 'falling';
  const steps: number[] = [];
  let block = emptyBlock(Math.min(firstRows, blockRows));
  let size = 0;
  let rows = 0;
  let behind = 0;
  let firstMs = NaN;
  let lastMs = NaN;
  let stepBefore = NaN;
  let clockChangeMs = NaN;

  /** Notes an hour lost on a Sunday night between two rows that are otherwise one step apart, or an hour that comes again. */
  function noteClock(stepMs: number, tMs: number): void {
    if (!Number.isNaN(clockChangeMs)) return;
    const slack = Math.max(2000, 2 * stepBefore);
    const isBack = stepMs < 0 && stepMs > -hourMs - slack && stepMs < -hourMs + slack;
    const [gapStartMs, gapEndMs] = isFalling ? [tMs, lastMs] : [lastMs, tMs];
    const isNight = new Date(gapStartMs + hourMs).getUTCDay() === 0 && gapStartMs % dayMs < 3.5 * hourMs;
    const isForward = Math.abs(stepMs - hourMs) <= slack && gapEndMs % hourMs <= slack && isNight;
    if (isBack || isForward) clockChangeMs = gapStartMs;
  }

  function emptyBlock(capacity: number): ReadingBlock {
    return {
      assetId,
      channels,
      t: new Float64Array(capacity),
      columns: channels.map(() => new Float32Array(capacity)),
      quality: channels.map(() => new Uint8Array(capacity))
    };
  }

  /** A block grows to its size, so that thousands of assets with few rows take little memory. */
  function makeRoom(): void {
    if (size < block.t.length) return;
    if (size === blockRows) {
      handOver(block);
      block = emptyBlock(blockRows);
      size = 0;
      return;
    }
    const larger = emptyBlock(Math.min(size * 4, blockRows));
    larger.t.set(block.t);
    block.columns.forEach((column, index) => larger.columns[index]!.set(column));
    block.quality.forEach((quality, index) => larger.quality[index]!.set(quality));
    block = larger;
  }

  function handOver(filled: ReadingBlock): void {
    if (isFalling) for (const part of [filled.t, ...filled.columns, ...filled.quality]) part.reverse();
    emit(filled);
  }

  function write(at: number, values: Float64Array, quality: Uint8Array): void {
    const { columns, quality: qualities } = block;
    for (let channel = 0; channel < columns.length; channel++) {
      columns[channel]![at] = values[channel]!;
      qualities[channel]![at] = quality[channel]!;
    }
  }

  return {
    asset,
    get rows() {
      return rows;
    },
    get behind() {
      return behind;
    },
    get firstMs() {
      return firstMs;
    },
    get lastMs() {
      return lastMs;
    },
    get clockChangeMs() {
      return clockChangeMs;
    },
    add(tMs, values, quality) {
      if (tMs === lastMs) {
        if (!isFalling) write(size - 1, values, quality);
        return 'double';
      }
      const stepMs = isFalling ? lastMs - tMs : tMs - lastMs;
      if (stepMs < 0) {
        behind++;
        noteClock(stepMs, tMs);
        return 'behind';
      }
      makeRoom();
      if (rows === 0) firstMs = tMs;
      else {
        if (steps.length < maxSteps) steps.push(stepMs);
        if (stepMs >= 0.9 * hourMs) noteClock(stepMs, tMs);
        else stepBefore = stepMs;
      }
      lastMs = tMs;
      block.t[size] = tMs;
      write(size++, values, quality);
      rows++;
      return 'kept';
    },
    finish() {
      if (size > 0) handOver(size === block.t.length ? block : trimBlock(block, size));
      size = 0;
    },
    stepMs() {
      const sorted = Float64Array.from(steps).sort();
      const middle = sorted.length >> 1;
      const upper = sorted[middle] ?? NaN;
      return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
    }
  };
}

function trimBlock(block: ReadingBlock, size: number): ReadingBlock {
  return {
    ...block,
    t: block.t.slice(0, size),
    columns: block.columns.map((column) => column.slice(0, size)),
    quality: block.quality.map((quality) => quality.slice(0, size))
  };
}
