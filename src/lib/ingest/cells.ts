/**
 * The cells of one row, as they will be stored: numbers converted to the channel's stored unit, and a quality code for each. One
 * row's worth of arrays, written again for each row.
 */
import type { ImportPlan } from '../domain/import-plan';
import { Quality } from '../domain/reading-block';
import { numberReader, qualityOfWord } from './csv/number';

/** The row being read. `channels` counts the plan's channels that are imported; `columns` tells where each stands in the file. */
export interface Cells {
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly quality: Uint8Array;
  /** Takes a number of the file for imported channel `index`. */
  setNumber(index: number, value: number): void;
  /** Takes a cell's text; false where it is neither a number nor a word for "no value". */
  setText(index: number, cell: string): boolean;
}

const float32Limit = 3.4028235677973362e38;

/** Cells for the imported channels of a plan, in plan order. */
export function createCells(plan: ImportPlan): Cells {
  const imported = plan.channels.filter(({ role }) => role !== 'ignored');
  const values = new Float64Array(imported.length);
  const quality = new Uint8Array(imported.length);
  const factors = Float64Array.from(imported, ({ factor }) => factor);
  const offsets = Float64Array.from(imported, ({ offset }) => offset);
  const sentinels = imported.map((channel) => (channel.sentinels.length > 0 ? channel.sentinels : null));
  /** Stored as it stands: nearly every channel of nearly every file. */
  const isPlain = imported.map(
    ({ factor, offset, sentinels: known }) => factor === 1 && offset === 0 && known.length === 0
  );
  const readNumber = numberReader(plan.decimal, plan.grouping);

  function setBad(index: number, code: number): void {
    values[index] = NaN;
    quality[index] = code;
  }

  function setNumber(index: number, value: number): void {
    if (isPlain[index]) {
      values[index] = value;
      quality[index] = Quality.good;
      return;
    }
    if (sentinels[index]?.includes(value)) return setBad(index, Quality.missing);
    const stored = value * factors[index]! + offsets[index]!;
    // A unit may carry a number beyond what a Float32 holds.
    if (!(Math.abs(stored) < float32Limit)) return setBad(index, Quality.unreadable);
    values[index] = stored;
    quality[index] = Quality.good;
  }

  return {
    columns: Int32Array.from(imported, ({ column }) => column),
    values,
    quality,
    setNumber,
    setText(index, cell) {
      const value = readNumber(cell);
      if (Number.isNaN(value)) setBad(index, qualityOfWord(cell));
      else setNumber(index, value);
      return quality[index] !== Quality.unreadable;
    }
  };
}
