/**
 * Dates written as people and spreadsheets write them, numbers divided by a sign, in an order that the plan names. Which order it
 * is cannot be seen in one cell; `datesOf` says which ones a cell allows.
 */

/** Order of day, month and year. */
export type DateOrder = 'day-first' | 'month-first' | 'year-first';
export const dateOrders: readonly DateOrder[] = ['day-first', 'month-first', 'year-first'];

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:([.,:])(\d{1,9}))?)?(?:\s*([AaPp])\.?\s?[Mm]\.?)?`;
const offset = String.raw`(?:\s*([Zz]|[+-]\d\d(?::?\d\d)?))?`;
const written = new RegExp(
  String.raw`^\s*(\d{1,4}|[A-Za-z]{3,9})([./\- ])\s?(\d{1,2}|[A-Za-z]{3,9})(?:\2|,)\s?(\d{1,4})(?:(?:\s*,)?[Tt\s]\s*${clock}${offset})?\s*$`
);

/** The three parts of a date as they stand, a month's name as its number with `named` telling which part it was. */
interface Parts {
  numbers: [number, number, number];
  digits: [number, number, number];
  sign: string;
  named: number;
  clockMs: number;
  offset: string | undefined;
}

/** A date read by one order. */
export interface Dated {
  /** Its digits taken as UTC; with `hasZone` the moment itself. */
  ms: number;
  hasZone: boolean;
}

/** Reads dates in `order`; NaN for anything else, dates that do not exist included. The object handed out is reused. */
export function dateReader(order: DateOrder): (cell: string) => Readonly<Dated> {
  const dated: Dated = { ms: NaN, hasZone: false };
  return (cell) => {
    const parts = readParts(cell);
    dated.ms = parts ? toMs(parts, order) : NaN;
    dated.hasZone = parts?.offset !== undefined;
    return dated;
  };
}

/** The orders in which a cell is a date. More than one: the cell alone does not tell. */
export function ordersOf(cell: string): DateOrder[] {
  const parts = readParts(cell);
  return parts ? dateOrders.filter((order) => !Number.isNaN(toMs(parts, order))) : [];
}

/** The numbers of a cell's date in the order they stand in it, with their divider; null where it is none. */
export function datePartsOf(cell: string): Pick<Parts, 'numbers' | 'digits' | 'sign'> | null {
  return readParts(cell);
}

function readParts(cell: string): Parts | null {
  if (cell.length > 64) return null;
  const match = written.exec(cell);
  if (!match) return null;
  const texts = [match[1]!, match[3]!, match[4]!] as const;
  const named = texts.findIndex((text) => /[A-Za-z]/.test(text));
  const numbers = texts.map((text) => (/\d/.test(text) ? Number(text) : readMonth(text))) as Parts['numbers'];
  const digits = texts.map((text) => text.length) as Parts['digits'];
  if ((match[2] === ' ' && named < 0) || texts.slice(named + 1).some((text) => /[A-Za-z]/.test(text))) return null;
  const clockMs = match[5] === undefined ? 0 : readClock(match);
  return Number.isNaN(clockMs) ? null : { numbers, digits, sign: match[2]!, named, clockMs, offset: match[11] };
}

/** Ms since midnight; NaN where there is no such time of day. */
function readClock(match: RegExpExecArray): number {
  const [, , , , , hours, minutes, seconds = '0', mark, fraction = '', half] = match;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return NaN;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return NaN;
  // Behind a colon up to three digits count milliseconds, as loggers write them; behind a point they are a fraction.
  const isCount = mark === ':' && fraction.length <= 3;
  const fractionMs = isCount ? Number(fraction) : Number(fraction.slice(0, 6).padEnd(6, '0')) / 1e3;
  return ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + fractionMs;
}

function readMonth(name: string): number {
  const month = months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  const full = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october'];
  const isMonth = name.length === 3 || [...full, 'november', 'december', 'sept'].includes(name.toLowerCase());
  return isMonth ? month : 0;
}

function toMs({ numbers, digits, named, clockMs, offset }: Parts, order: DateOrder): number {
  const places = order === 'day-first' ? [0, 1, 2] : order === 'month-first' ? [1, 0, 2] : [2, 1, 0];
  const [day, month, year] = places.map((place) => numbers[place]!) as [number, number, number];
  const yearDigits = digits[places[2]!]!;
  if (named >= 0 && named !== places[1]) return NaN;
  // Nobody writes `24-Mar-09` for the ninth.
  if (named >= 0 && order === 'year-first' && digits[0] !== 4) return NaN;
  if ((yearDigits !== 4 && yearDigits !== 2) || digits[places[0]!]! > 2) return NaN;
  const fullYear = yearDigits === 4 ? year : year + (year < 69 ? 2000 : 1900);
  const date = Date.UTC(fullYear, month - 1, day);
  if (month < 1 || month > 12 || day < 1 || fullYear < 100 || new Date(date).getUTCDate() !== day) return NaN;
  return date + clockMs - offsetMs(offset);
}

function offsetMs(text: string | undefined): number {
  if (text === undefined || text === 'Z' || text === 'z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3).replace(':', '') || 0);
  return (text.startsWith('-') ? -1 : 1) * minutes * 60_000;
}
