/**
 * Rows at a source's rate to rows at a model's: a source that is faster than what the model learned from is averaged, one that is not
 * passes as it is. Without it a window of thirty rows would be three seconds of one source and half a minute of another. It must not
 * know what the values mean.
 */
import { isBad, Quality, type ReadingBlock } from '../domain/reading-block';

/** Paces successive blocks of one asset, given in time order; any grouping of the same rows gives the same rows. */
export interface Pacer {
  push(block: ReadingBlock): ReadingBlock;
}

/** A step above this share of the model's is no faster source but an unsteady one. */
const fasterShare = 0.6;

/**
 * Creates a pacer towards rows `stepMs` apart. A source that is faster hands a row on wherever the middle between it and the row that would
 * follow crosses a multiple of `stepMs`, so that the rows do not depend on where the recording begins; the row carries the mean of the good
 * values since the one before, and its own quality where there is none. A row with none before it passes as it is. Blocks must have the same
 * channels throughout.
 */
export function createPacer(stepMs: number): Pacer {
  let lastMs = NaN;
  let lastCell = NaN;
  let sums: Float64Array = new Float64Array(0);
  let counts: Int32Array = new Int32Array(0);
  /** Rows gathered since one was handed on. */
  let gathered = 0;

  /** Remembers the row at this time; tells whether it is handed on. */
  function follow(tMs: number): boolean {
    const isFirst = Number.isNaN(lastMs);
    const ledMs = isFirst ? 0 : tMs - lastMs;
    const cell = Math.floor((tMs + ledMs / 2) / stepMs);
    const isDue = isFirst || ledMs >= fasterShare * stepMs || cell !== lastCell;
    // What was gathered before so long a step has nothing to do with what comes after it.
    if (ledMs > stepMs) forget();
    lastMs = tMs;
    lastCell = cell;
    return isDue;
  }

  function gather(block: ReadingBlock, row: number): void {
    for (let c = 0; c < sums.length; c++) {
      if (isBad(block.quality[c]![row]!) || Number.isNaN(block.columns[c]![row]!)) continue;
      sums[c]! += block.columns[c]![row]!;
      counts[c]! += 1;
    }
    gathered += 1;
  }

  function forget(): void {
    sums.fill(0);
    counts.fill(0);
    gathered = 0;
  }

  function push(block: ReadingBlock): ReadingBlock {
    const width = block.channels.length;
    if (sums.length !== width) {
      sums = new Float64Array(width);
      counts = new Int32Array(width);
    }
    const rows = block.t.length;
    // One row of a source that is not faster than the model: thousands of times a second, so nothing is made for it.
    const isOne = rows === 1;
    const isOneDue = isOne && follow(block.t[0]!);
    if (isOneDue && gathered === 0) return block;
    const t = new Float64Array(rows);
    const columns = block.columns.map(() => new Float32Array(rows));
    const quality = block.quality.map(() => new Uint8Array(rows));
    let size = 0;
    for (let row = 0; row < rows; row++) {
      const isDue = isOne ? isOneDue : follow(block.t[row]!);
      gather(block, row);
      if (!isDue) continue;
      for (let c = 0; c < width; c++) {
        const own = block.quality[c]![row]!;
        const known = counts[c]! > 0;
        const isAlone = gathered === 1;
        columns[c]![size] = isAlone ? block.columns[c]![row]! : known ? sums[c]! / counts[c]! : NaN;
        quality[c]![size] = isAlone ? own : known ? Quality.good : own || Quality.missing;
      }
      t[size++] = block.t[row]!;
      forget();
    }
    return {
      ...block,
      t: t.slice(0, size),
      columns: columns.map((column) => column.slice(0, size)),
      quality: quality.map((column) => column.slice(0, size))
    };
  }

  return { push };
}
