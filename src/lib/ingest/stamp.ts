/**
 * The time of a row, as its plan says it is written: one cell or two, to a moment. Exists so that every format and the reader of
 * bytes agree on it. Knows one row only, and of the rows before it the moment it is given.
 */
import type { Decimal, Grouping, TimeFormat, TimePlan } from '../domain/import-plan';
import { dateReader } from './csv/calendar';
import { numberReader } from './csv/number';
import { readIso } from './csv/time';
import { openZone, type Zone } from './time-zone';

/** Reads the text of a stamp. */
export interface StampReader {
  /** Its digits taken as UTC, ms; the moment itself where `hasZone`. NaN where it is no such time. */
  read(cell: string): number;
  /** Whether the stamp read last named its own zone, or needs none. */
  hasZone: boolean;
}

/** Within a doubled hour a row this much earlier than the one before it is taken for the hour's second run, ms; less is disorder. */
const runBackMs = 120_000;
const latestMs = 8.64e15;
const dayMs = 86_400_000;

/** Days from the workbook's epoch to 1970: 1899-12-30, since Excel's 1900 has a 29 February that never was, and 1904-01-01. */
const epochDays = { 'excel-1900': 25_569, 'excel-1904': 24_107 } as const;
const epochFactors = { 'epoch-s': 1e3, 'epoch-ms': 1, 'epoch-us': 1e-3, 'epoch-ns': 1e-6 } as const;

/** The text of a row's time: a date's cell and a clock's are one. */
export function stampCell({ column, clockColumn }: Pick<TimePlan, 'column' | 'clockColumn'>, fields: string[]): string {
  const cell = fields[column] ?? '';
  return clockColumn === null ? cell : `${cell.trim()} ${(fields[clockColumn] ?? '').trim()}`;
}

/** A reader of stamps in `format`; numbers in them are written as the file's are. */
export function createStampReader(
  format: TimeFormat,
  numbers: { decimal: Decimal; grouping: Grouping },
  rowMs: number
): StampReader {
  if (format === 'iso') return isoReader();
  if (format === 'day-first' || format === 'month-first' || format === 'year-first') {
    const readDate = dateReader(format);
    const reader: StampReader = {
      hasZone: false,
      read(cell) {
        const { ms, hasZone } = readDate(cell);
        reader.hasZone = hasZone;
        return ms;
      }
    };
    return reader;
  }
  const readNumber = numberReader(numbers.decimal, numbers.grouping);
  const toMs = numberToMs(format, rowMs);
  return {
    // A spreadsheet's date is what its clock showed.
    hasZone: !format.startsWith('excel'),
    read: (cell) => toMs(readNumber(cell))
  };
}

/** The number of a stamp as ms: epochs to the microsecond, spreadsheet days to the millisecond; NaN outside the calendar. */
export function numberToMs(format: TimeFormat, rowMs: number): (value: number) => number {
  const within = (ms: number): number => (Math.abs(ms) <= latestMs ? ms : NaN);
  if (format === 'excel-1900' || format === 'excel-1904') {
    const days = epochDays[format];
    return (value) => (value > 0 ? within(Math.round((value - days) * dayMs)) : NaN);
  }
  if (format === 'rows') return (value) => (Number.isInteger(value) ? within(value * rowMs) : NaN);
  const factor = epochFactors[format as keyof typeof epochFactors];
  // Rounding to whole microseconds gives the written milliseconds back, which a double does not hold exactly.
  return (value) => within(Math.round(value * factor * 1e3) / 1e3);
}

function isoReader(): StampReader {
  const reader: StampReader = {
    hasZone: false,
    read(cell) {
      const ms = readIso(cell);
      if (cell.length <= 10) {
        reader.hasZone = false;
        return ms;
      }
      const end = cell.charCodeAt(cell.length - 1);
      const isPlain = end >= 48 && end <= 57 && !/[+-]\d\d(:?\d\d)?$/.test(cell.slice(11));
      reader.hasZone = !isPlain && /(?:[zZ]|[+-]\d\d(?::?\d\d)?)\s*$/.test(cell.slice(11));
      return ms;
    }
  };
  return reader;
}

/** How doubled hours were met: each once, with how far its first row lay from the row before, ms, and whether its other run came. */
export interface DoubledHour {
  enteredAfterMs: number;
  ranBack: boolean;
  atMs: number;
}

/** Puts the rows of one asset on the time line. */
export interface Placer {
  /** The moment of a local time, after a row at `latestMs` (NaN for none); NaN for a time that the clock skipped. */
  place(localMs: number, latestMs: number): number;
  readonly doubled: readonly DoubledHour[];
}

/** The zone of a plan; UTC where its name is none, which `findPlanFault` refuses beforehand. */
export function zoneOf({ zone }: Pick<TimePlan, 'zone'>): Zone {
  return openZone(zone) ?? openZone('UTC')!;
}

/** A placer in `zone`, for rows in this order. */
export function createPlacer(zone: Zone, { doubledHour, order }: Pick<TimePlan, 'doubledHour' | 'order'>): Placer {
  const doubled: DoubledHour[] = [];
  const isFalling = order === 'falling';
  return {
    doubled,
    place(localMs, latest) {
      if (zone.fixedOffsetMs !== null) return localMs - zone.fixedOffsetMs;
      const { first, second } = zone.resolve(localMs);
      if (Number.isNaN(second)) return first;
      if (doubledHour !== 'by-order') return doubledHour === 'first' ? first : second;
      // Newest first, the hour's second run comes before its first one.
      const [before, after] = isFalling ? [second, first] : [first, second];
      let hour = doubled.at(-1);
      if (!hour || Math.abs(first - hour.atMs) > dayMs) {
        hour = { enteredAfterMs: isFalling ? latest - before : before - latest, ranBack: false, atMs: first };
        doubled.push(hour);
      }
      // Once in the run that comes after, the hour does not begin again.
      if (hour.ranBack) return after;
      if (isFalling ? before > latest + runBackMs : before < latest - runBackMs) hour.ranBack = true;
      return hour.ranBack ? after : before;
    }
  };
}
