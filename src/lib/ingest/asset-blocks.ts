/**
 * The rows of one asset, in time order, as blocks of columns. Of rows with the same time the last one counts. Knows no text: a row
 * comes as a moment, values and quality codes.
 */
import type { ReadingBlock } from '../domain/reading-block';

/** What became of a row: stored, stored in place of the one before of the same time, or left out because it lies before it. */
export type Kept = 'kept' | 'replaced' | 'behind';

/** Rows of one asset so far. */
export interface AssetBlocks {
  readonly asset: string;
  readonly rows: number;
  readonly duplicates: number;
  /** Rows that lay before the one before them. */
  readonly behind: number;
  readonly t0Ms: number;
  /** Moment of the latest row; NaN before the first. */
  readonly t1Ms: number;
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

/** Blocks of `blockRows` rows each but the last go to `emit`, in order; `channels` are their names. */
export function createAssetBlocks(
  asset: string,
  assetId: string,
  channels: string[],
  blockRows: number,
  emit: (block: ReadingBlock) => void
): AssetBlocks {
  const steps: number[] = [];
  let block = emptyBlock(Math.min(firstRows, blockRows));
  let size = 0;
  let rows = 0;
  let duplicates = 0;
  let behind = 0;
  let t0Ms = NaN;
  let t1Ms = NaN;
  let stepBefore = NaN;
  let clockChangeMs = NaN;

  /** Notes an hour lost on a Sunday night between two rows that are otherwise one step apart, or an hour that comes again. */
  function noteClock(stepMs: number): void {
    if (!Number.isNaN(clockChangeMs)) return;
    const slack = Math.max(2000, 2 * stepBefore);
    const isBack = stepMs < 0 && stepMs > -hourMs - slack && stepMs < -hourMs + slack;
    const gapEndMs = t1Ms + stepMs;
    const isNight = new Date(t1Ms + hourMs).getUTCDay() === 0 && t1Ms % dayMs < 3.5 * hourMs;
    const isForward = Math.abs(stepMs - hourMs) <= slack && gapEndMs % hourMs <= slack && isNight;
    if (isBack || isForward) clockChangeMs = t1Ms;
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
      emit(block);
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
    get duplicates() {
      return duplicates;
    },
    get behind() {
      return behind;
    },
    get t0Ms() {
      return t0Ms;
    },
    get t1Ms() {
      return t1Ms;
    },
    get clockChangeMs() {
      return clockChangeMs;
    },
    add(tMs, values, quality) {
      if (tMs === t1Ms) {
        duplicates++;
        write(size - 1, values, quality);
        return 'replaced';
      }
      if (tMs < t1Ms) {
        behind++;
        noteClock(tMs - t1Ms);
        return 'behind';
      }
      makeRoom();
      const stepMs = tMs - t1Ms;
      if (rows === 0) t0Ms = tMs;
      else {
        if (steps.length < maxSteps) steps.push(stepMs);
        if (stepMs >= 0.9 * hourMs) noteClock(stepMs);
        else stepBefore = stepMs;
      }
      t1Ms = tMs;
      block.t[size] = tMs;
      write(size++, values, quality);
      rows++;
      return 'kept';
    },
    finish() {
      if (size > 0) emit(size === block.t.length ? block : trimBlock(block, size));
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
