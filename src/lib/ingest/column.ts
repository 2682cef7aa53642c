/**
 * What a column of a sample looks like: time, number, verdict, row index or words. A majority of its cells decides, so that a few
 * damaged rows do not hide a column; the import lists them one by one.
 */
import type { ChannelRole } from '../domain/channel';
import type { PreviewColumn, TimeFormat } from '../domain/import-plan';
import { datePartsOf, dateOrders, ordersOf, type DateOrder } from './csv/calendar';
import { isClock } from './csv/cell-kind';
import { isMissing } from './csv/number';
import { readIso } from './csv/time';

/** Lower case, letters only: `Is_Anomaly` is found as `isanomaly`. */
const labelNames = new Set(
  'anomaly,isanomaly,changepoint,ischangepoint,label,islabel,fault,isfault,labels,failure,isfailure'.split(',')
);
const majority = 0.5;

const timeNames = /time|date|stamp|epoch|zeit|datum|uhr|^ts$|^t$|^dt$/i;

/** Epoch seconds from 1973 to 5138; each further unit is a thousand times as large. */
const [firstEpochS, endEpochS] = [1e8, 1e11] as const;
const epochFormats: TimeFormat[] = ['epoch-s', 'epoch-ms', 'epoch-us', 'epoch-ns'];
/** Days from 1954 to 2119, as a spreadsheet counts them from 1900. */
const [firstSerial, endSerial] = [20_000, 80_000] as const;

/** A column with the role it should have unless it is chosen for the time, the asset or the tag. */
export interface ProfiledColumn extends Omit<PreviewColumn, 'suggested'> {
  index: number;
  firstCell: string;
  role: ChannelRole;
  isNamedTime: boolean;
  /** True where most cells are a time of day alone, or a date alone. */
  isClock: boolean;
  isDate: boolean;
  /** With a time format of numbers divided by signs: the orders that every cell allows. Empty for all other columns. */
  orders: DateOrder[];
  /** Middle, lowest and highest number; NaN where there is none. */
  median: number;
  low: number;
  high: number;
  /** Distinct texts, counted up to a limit, and whether most of them are words. */
  distinct: number;
  isWords: boolean;
  /** True where cells come again, as times do where a row is about one of several things. */
  repeats: boolean;
}

const maxDistinct = 1000;

/**
 * Profiles a column from its cells in file order. Shares count only cells that say something: missing ones do not. Times, row
 * indices and words are `ignored`; a column named as a verdict is a `label` if it holds 0 and 1 only, and never a `reading`.
 */
export function profileColumn(
  index: number,
  name: string,
  unit: string,
  cells: string[],
  readNumber: (cell: string) => number
): ProfiledColumn {
  const said = cells.filter((cell) => !isMissing(cell));
  const most = said.length * majority;
  const numbers = said.map(readNumber).filter((value) => !Number.isNaN(value));
  const isIso = said.filter((cell) => !Number.isNaN(readIso(cell))).length > most;
  const dated = isIso ? [] : said.filter((cell) => ordersOf(cell).length > 0);
  const isDated = dated.length > most;
  const orders = isDated ? commonOrders(dated) : [];
  const numericShare = said.length === 0 ? 0 : numbers.length / said.length;
  const isNumeric = numericShare > majority;
  const isNamedTime = timeNames.test(name);
  const numberFormat = isNumeric ? findNumberFormat(numbers, isNamedTime) : null;
  const timeFormat = isIso ? 'iso' : isDated ? (orders[0] ?? 'day-first') : numberFormat;
  const sorted = Float64Array.from(numbers).sort();
  const distinct = new Set(said.slice(0, 100_000)).size;

  let role: ChannelRole = 'ignored';
  if (isNumeric && timeFormat === null && !isRowIndex(name, cells, numbers)) {
    const isVerdict = labelNames.has(name.toLowerCase().replace(/[^a-z]/g, ''));
    if (!isVerdict) role = 'reading';
    else if (numbers.every((value) => value === 0 || value === 1)) role = 'label';
  }
  return {
    index,
    name,
    unit,
    numericShare,
    timeFormat,
    firstCell: cells[0] ?? '',
    role,
    isNamedTime,
    isClock: said.filter(isClock).length > most,
    isDate: (isIso || isDated) && said.filter((cell) => !cell.includes(':')).length > most,
    orders,
    median: sorted[sorted.length >> 1] ?? NaN,
    low: sorted[0] ?? NaN,
    high: sorted.at(-1) ?? NaN,
    distinct: Math.min(distinct, maxDistinct),
    isWords: said.length > 0 && !isNumeric && !isIso && !isDated,
    repeats: distinct <= said.length * 0.8
  };
}

/**
 * The orders of day, month and year that nearly all dates allow; none where no order does. A few damaged cells decide nothing. A
 * two-digit year comes first only where dashes divide, or no day can be meant.
 */
function commonOrders(cells: string[]): DateOrder[] {
  const allowed = cells.map(ordersOf);
  const counts = dateOrders.map((order) => allowed.filter((orders) => orders.includes(order)).length);
  const best = Math.max(...counts);
  const orders = dateOrders.filter((_, index) => counts[index]! === best && best > cells.length * majority);
  if (orders.length < 2 || !orders.includes('year-first')) return orders;
  return mayBeginWithYear(cells) ? orders : orders.filter((order) => order !== 'year-first');
}

/** In `24-03-09` the year may come first; which number stands still while the others count tells most files apart. */
function mayBeginWithYear(cells: string[]): boolean {
  const parts = cells.map(datePartsOf).filter((each) => each !== null);
  if (parts.some(({ sign }) => sign !== '-')) return false;
  const moves = (place: 0 | 2): boolean => new Set(parts.map(({ numbers }) => numbers[place])).size > 1;
  return moves(0) === moves(2) || moves(2);
}

/** Epochs by the magnitude of most values, and spreadsheet days; null where most are no such time or do not run in one direction. */
function findNumberFormat(values: number[], isNamedTime: boolean): TimeFormat | null {
  const unit = epochFormats.findIndex((_, power) => {
    const inRange = values.filter((value) => value >= firstEpochS * 1000 ** power && value < endEpochS * 1000 ** power);
    return inRange.length > values.length * majority;
  });
  if (unit >= 0) {
    const inAny = values.filter((value) => value >= firstEpochS);
    return isOrdered(inAny) ? epochFormats[unit]! : null;
  }
  const serials = values.filter((value) => value >= firstSerial && value < endSerial);
  const isSerial = isNamedTime && serials.length > values.length * 0.9 && isOrdered(serials);
  return isSerial ? 'excel-1900' : null;
}

function isOrdered(values: number[]): boolean {
  const steps = values.slice(1).map((value, index) => value - values[index]!);
  const most = steps.length * 0.9;
  const isOneWay = steps.filter((s) => s >= 0).length >= most || steps.filter((s) => s <= 0).length >= most;
  return isOneWay && !(steps.length > 0 && steps.every((step) => step === 0));
}

const indexNames =
  /^(|#|no\.?|nr\.?|id|idx|index|row|rows|record|number|count|counter|line|sample|seq|sequence|lfd\.? ?nr\.?|unnamed: 0)$/i;

/** True for a column without a name, or named as a number of rows, whose whole numbers count the rows one by one. */
function isRowIndex(name: string, cells: string[], numbers: number[]): boolean {
  const first = numbers[0] ?? NaN;
  if (numbers.length < cells.length || numbers.length < 3 || !Number.isInteger(first)) return false;
  return indexNames.test(name.trim()) && numbers.every((value, index) => value === first + index);
}
