/**
 * Readings as CSV lines that come one by one behind a header line, as small loggers send them. The header may come again, after
 * a restart. Whole files are `ingest/csv`; here nothing can be looked at twice.
 */
import Papa from 'papaparse';
import { isMissing, readNumber } from '../csv/number';
import { findUnit } from '../csv/unit';
import { addReading, isName } from './frame';
import type { Frame } from './frame';
import { readTime, timeExpected } from './time';

/** A header line understood. `channels` are the indices of the columns that hold values. */
interface Header {
  line: string;
  delimiter: string;
  width: number;
  time: number;
  asset: number;
  channels: number[];
  names: string[];
  units: string[];
}

export interface CsvLines {
  /** True where the line can be made sense of: it is a header, or there was one with as many columns. */
  accepts(line: string): boolean;
  /** Reads one line: a header, or a row of the header before it. What is neither is told. */
  read(line: string, frame: Frame): void;
}

const delimiters = [';', '\t', '|', ','];
const timeNames = /^(ts|time|times?tamp|date_?time|date)$/i;
const assetNames = /^(asset|asset_?id|device|pump)$/i;

/** Creates a reader that has seen no header yet. */
export function createCsvLines(): CsvLines {
  let header: Header | null = null;
  /** A row has confirmed the header; until then any other line that may be one takes its place. */
  let isProven = false;

  function findHeader(line: string): Header | null {
    const found = readHeader(line);
    return found && (!isProven || found.time >= 0 || line === header?.line) ? found : null;
  }

  return {
    accepts(line) {
      if (header && split(line, header.delimiter).length === header.width) return true;
      return (findHeader(line)?.width ?? 0) > 1;
    },
    read(line, frame) {
      const next = findHeader(line);
      if (next) {
        header = next;
        isProven = false;
        return;
      }
      if (!header) return frame.reject('line', line, 'a header line with the names of the columns first');
      const cells = split(line, header.delimiter);
      if (cells.length !== header.width) return frame.reject('line', line, `${header.width} columns`);
      const time = header.time < 0 ? null : cells[header.time]!;
      const tMs = readTime(time);
      if (Number.isNaN(tMs)) return frame.reject('line, time', time, timeExpected);
      const hasPoint = header.channels.some((column) => cells[column]!.includes('.'));
      const raw = header.channels.map((column) => readCell(cells[column]!, hasPoint));
      const asset = header.asset < 0 ? frame.asset : cells[header.asset]!.trim();
      isProven ||= raw.some((value) => typeof value === 'number');
      addReading(frame, 'line', asset, tMs, header.names, header.units, raw);
    }
  };
}

/** A header, where every cell is a name and none is a value; null otherwise. */
function readHeader(line: string): Header | null {
  // Nearly every line is a row and shows it at once.
  if (!/^\s*["\p{L}_]/u.test(line)) return null;
  const count = (delimiter: string) => line.split(delimiter).length;
  const delimiter = delimiters.reduce((best, next) => (count(next) > count(best) ? next : best));
  const cells = split(line, delimiter).map((cell) => cell.trim());
  const isHeader = cells.every((cell) => isName(cell) && /^[\p{L}_]/u.test(cell) && !isMissing(cell));
  if (!isHeader || new Set(cells).size < cells.length) return null;
  const time = cells.findIndex((cell) => timeNames.test(cell));
  const asset = cells.findIndex((cell) => assetNames.test(cell));
  const channels = cells.map((_, column) => column).filter((column) => column !== time && column !== asset);
  if (channels.length === 0) return null;
  const names = channels.map((column) => cells[column]!);
  return { line, delimiter, width: cells.length, time, asset, channels, names, units: names.map(findUnit) };
}

/** The number in a cell, null where it is missing, or the text. A comma is a decimal comma only where no cell has a point. */
function readCell(cell: string, hasPoint: boolean): number | string | null {
  if (isMissing(cell)) return null;
  const value = readNumber(hasPoint || !/^\s*[+-]?\d+,\d+\s*$/.test(cell) ? cell : cell.replace(',', '.'));
  return Number.isNaN(value) ? cell : value;
}

function split(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter);
  return Papa.parse<string[]>(line, { delimiter, newline: '\n' }).data[0] ?? [];
}
