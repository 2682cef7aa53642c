/**
 * What a column of a sample looks like: time, number, verdict or row index. A majority of its cells decides, so that a few
 * damaged rows do not hide a column; the import lists them one by one.
 */
import type { ChannelRole } from '../../domain/channel';
import type { PreviewColumn, TimeFormat } from '../../domain/import-plan';
import { isMissing, readNumber } from './number';
import { readIso } from './time';

/** Lower case, letters only: `Is_Anomaly` is found as `isanomaly`. */
const labelNames = new Set([
  'anomaly',
  'isanomaly',
  'changepoint',
  'ischangepoint',
  'label',
  'islabel',
  'fault',
  'isfault'
]);
const majority = 0.5;

/** Epoch seconds from 1973 to 5138 and, a thousand times as large, epoch milliseconds of the same years. */
const [firstEpochS, firstEpochMs, endEpochMs] = [1e8, 1e11, 1e14] as const;

/** A column with the role it should have unless it is chosen as the time column. */
export interface ProfiledColumn extends PreviewColumn {
  firstCell: string;
  role: ChannelRole;
}

/**
 * Profiles a column from its cells in file order. Shares count only cells that say something: missing ones do not. Times, row
 * indices and text are `ignored`; a column named as a verdict is a `label` if it holds 0 and 1 only, and never a `reading`.
 */
export function profileColumn(name: string, cells: string[]): ProfiledColumn {
  const said = cells.filter((cell) => !isMissing(cell));
  const numbers = said.map(readNumber).filter((value) => !Number.isNaN(value));
  const isIso = said.filter((cell) => !Number.isNaN(readIso(cell))).length > said.length * majority;
  const numericShare = said.length === 0 ? 0 : numbers.length / said.length;
  const isNumeric = numericShare > majority;
  const timeFormat = isIso ? 'iso' : isNumeric ? findEpochFormat(numbers) : null;

  let role: ChannelRole = 'ignored';
  if (isNumeric && timeFormat === null && !isRowIndex(name, cells, numbers)) {
    const isVerdict = labelNames.has(name.toLowerCase().replace(/[^a-z]/g, ''));
    if (!isVerdict) role = 'reading';
    else if (numbers.every((value) => value === 0 || value === 1)) role = 'label';
  }
  return { name, firstCell: cells[0] ?? '', numericShare, timeFormat, role };
}

/** Seconds or milliseconds by the magnitude of most values; null where most are no such time or do not run in one direction. */
function findEpochFormat(values: number[]): TimeFormat | null {
  const inRange = values.filter((value) => value >= firstEpochS && value < endEpochMs);
  if (inRange.length <= values.length * majority) return null;
  const steps = inRange.slice(1).map((value, index) => value - inRange[index]!);
  const mostSteps = steps.length * 0.9;
  const isOrdered = steps.filter((s) => s >= 0).length >= mostSteps || steps.filter((s) => s <= 0).length >= mostSteps;
  if (!isOrdered || (steps.length > 0 && steps.every((step) => step === 0))) return null;
  return inRange.filter((value) => value < firstEpochMs).length > inRange.length * majority ? 'epoch-s' : 'epoch-ms';
}

/** True for whole numbers that count the rows one by one, from 0 or 1, or from anywhere where the column has no name. */
function isRowIndex(name: string, cells: string[], numbers: number[]): boolean {
  const first = numbers[0] ?? NaN;
  if (numbers.length < cells.length || numbers.length < 3 || !Number.isInteger(first)) return false;
  return (name === '' || first === 0 || first === 1) && numbers.every((value, index) => value === first + index);
}
