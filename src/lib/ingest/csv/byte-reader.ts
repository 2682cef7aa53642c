/**
 * The bytes of a text file to rows, without making a string of each cell: lines are cut and plain numbers and times are read where
 * they stand. Exists because a million rows of ten columns are ten million strings otherwise, which is most of what reading a file
 * costs. Quotes around a whole cell are passed over here; a line with any other quote goes, with what follows it, to PapaParse (`rows.ts`),
 * and a row that is not plain goes to the row reader as text. Which way a row took makes no difference to what is read from it. Long, because the
 * loop over bytes and what it remembers stand in one closure: handing them about costs what this file is there to save.
 */
import type { ImportPlan } from '../../domain/import-plan';
import { Quality } from '../../domain/reading-block';
import type { RowReader } from '../row-reader';
import { numberToMs, createStampReader } from '../stamp';
import { decoderFor } from './encoding';
import { createRowCutter, maxRowLength } from './rows';
import { splitBlanks } from './sample';

/** Reads a text file's bytes, in an encoding that writes ASCII as ASCII, into a row reader. */
export interface ByteReader {
  push(bytes: Uint8Array): void;
  finish(): void;
}

const [lf, cr, quote, minus, plus, point, zero, nine, blank] = [10, 13, 34, 45, 43, 46, 48, 57, 32] as const;
const [colon, bigT, bigZ] = [58, 84, 90] as const;

/** What is done with a column; 0 passes it over. */
const number = 1;
const time = 2;
const assetName = 3;

/** Bytes handed to PapaParse at once from a line with a quote on. */
const quotedBytes = 16_384;
/** Fifteen digits are exact in a double, and so are the powers of ten they are divided by. */
const maxDigits = 15;
const powers = Float64Array.from({ length: maxDigits + 1 }, (_, exponent) => Number(`1e${exponent}`));

/** A reader for one file; `reader` gets its rows and may be given those of further files of the same plan afterwards. */
export function createByteReader(plan: ImportPlan, reader: RowReader): ByteReader {
  const cutter = createRowCutter(plan.delimiter as ',', reader);
  const delimiter = plan.delimiter.charCodeAt(0);
  const decimal = plan.decimal.charCodeAt(0);
  const isWide = plan.layout === 'wide' && plan.time.clockColumn === null;
  const isNumericTime = /^(epoch|rows|excel)/.test(plan.time.format);
  const stamps = createStampReader(plan.time.format, plan, plan.time.rowMs);
  const toMs = isNumericTime ? numberToMs(plan.time.format, plan.time.rowMs) : null;
  const { cells } = reader;
  const kinds = new Uint8Array(plan.width);
  const places = new Int32Array(plan.width);
  cells.columns.forEach((column, index) => {
    kinds[column] = number;
    places[column] = index;
  });
  kinds[plan.time.column] = time;
  if (plan.assetColumn !== null) kinds[plan.assetColumn] = assetName;
  const decoder = decoderFor(plan.encoding);
  const lineDecoder = decoderFor(plan.encoding);

  let rest: Uint8Array = new Uint8Array(0);
  let line = 1;
  let isAtStart = true;
  let bytes = rest;
  /** Behind the number or stamp that was read last. */
  let at = 0;
  /** True while the cell at hand stands in quotes: then it ends with one. */
  let isInQuotes = false;
  let stampMs = NaN;
  let hasZone = false;
  let asset = '';
  let assetBytes: Uint8Array = new Uint8Array(0);
  /** The date read last, as it stands, and what it is: rows of a file share few dates. */
  let dateBytes: Uint8Array = new Uint8Array(0);
  let dateMs = NaN;

  const isEnd = (byte: number | undefined): boolean =>
    isInQuotes ? byte === quote : byte === delimiter || byte === lf || byte === cr;

  /** Where the cell at `from` ends, its closing quote being behind it; -1 where it holds a quote, or a line end between its quotes. */
  function cellEnd(from: number): number {
    const text = bytes;
    let end = from;
    if (isInQuotes) {
      for (let byte = text[end]!; byte !== quote; byte = text[++end]!) if (byte === lf || byte === cr) return -1;
      return end;
    }
    for (let byte = text[end]!; byte !== delimiter && byte !== lf && byte !== cr; byte = text[++end]!) {
      if (byte === quote) return -1;
    }
    return end;
  }

  /** Plain digits with at most one decimal mark; NaN for everything else, with `at` anywhere. */
  function readPlainNumber(from: number): number {
    at = from;
    let byte = bytes[at]!;
    const isNegative = byte === minus;
    if (isNegative || byte === plus) byte = bytes[++at]!;
    const first = at;
    let value = 0;
    while (byte >= zero && byte <= nine) {
      value = value * 10 + (byte - zero);
      byte = bytes[++at]!;
    }
    let scale = 1;
    if (byte === decimal && byte !== delimiter) {
      byte = bytes[++at]!;
      while (byte >= zero && byte <= nine) {
        value = value * 10 + (byte - zero);
        scale *= 10;
        byte = bytes[++at]!;
      }
      if (at - first < 2) return NaN;
    } else if (at === first) return NaN;
    if (!isEnd(byte) || at - first > maxDigits) return NaN;
    return isNegative ? -value / scale : value / scale;
  }

  const two = (from: number): number => {
    const [high, low] = [bytes[from]! - zero, bytes[from + 1]! - zero];
    return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NaN;
  };

  /** Reads the date at `from` unless it is the one read last. Returns where it ends; less than `from` for no date. */
  function readDate(from: number): number {
    const { length } = dateBytes;
    let isSame = length > 0;
    for (let index = 0; isSame && index < length; index++) isSame = dateBytes[index] === bytes[from + index];
    const mark = bytes[from + length];
    if (isSame && (mark === blank || mark === bigT)) return from + length;
    let end = from;
    while (end - from < 11 && bytes[end] !== blank && bytes[end] !== bigT && !isEnd(bytes[end])) end++;
    if (end - from < 6 || (bytes[end] !== blank && bytes[end] !== bigT)) return -1;
    const text = String.fromCharCode(...bytes.subarray(from, end));
    dateMs = stamps.read(text);
    dateBytes = Number.isNaN(dateMs) ? dateBytes.subarray(0, 0) : bytes.slice(from, end);
    return Number.isNaN(dateMs) ? -1 : end;
  }

  /** A date and `hh:mm:ss[.f]`, perhaps with Z, the usual forms, read by hand; NaN for any other, with `at` anywhere. */
  function readPlainStamp(from: number): number {
    const clock = readDate(from) + 1;
    if (clock <= from || bytes[clock + 2] !== colon || bytes[clock + 5] !== colon) return NaN;
    const [hour, minute, second] = [two(clock), two(clock + 3), two(clock + 6)];
    if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
    at = clock + 8;
    let fractionUs = 0;
    if (bytes[at] === point && point !== delimiter) {
      let unit = 1e5;
      const first = ++at;
      for (let digit = bytes[at]! - zero; digit >= 0 && digit <= 9; digit = bytes[++at]! - zero) {
        fractionUs += digit * unit;
        unit = unit === 1 ? 0 : unit / 10;
        if (at - first > 8) return NaN;
      }
      if (at === first) return NaN;
    }
    hasZone = bytes[at] === bigZ;
    if (hasZone) at++;
    if (!isEnd(bytes[at])) return NaN;
    return dateMs + ((hour * 60 + minute) * 60 + second) * 1000 + fractionUs / 1000;
  }

  function readTime(from: number): void {
    stampMs = NaN;
    if (toMs) {
      const value = readPlainNumber(from);
      if (!Number.isNaN(value)) {
        stampMs = toMs(value);
        hasZone = stamps.hasZone;
        return;
      }
    } else {
      stampMs = readPlainStamp(from);
      if (!Number.isNaN(stampMs)) return;
    }
    at = cellEnd(from);
    if (at < 0 || at - from > 64) return;
    stampMs = stamps.read(lineDecoder.decode(bytes.subarray(from, at)));
    ({ hasZone } = stamps);
  }

  function readAsset(from: number): void {
    at = cellEnd(from);
    if (at < 0) return;
    const length = at - from;
    let isSame = length === assetBytes.length && length > 0;
    for (let index = 0; isSame && index < length; index++) isSame = assetBytes[index] === bytes[from + index];
    if (isSame) return;
    assetBytes = bytes.slice(from, at);
    asset = lineDecoder.decode(assetBytes).trim();
  }

  /**
   * Reads the wide row at `from` into the reader's cells. Returns where the next line begins, or -1 where the row has to be read as
   * text: it holds a quote, another number of fields, or a cell that is neither plain nor a word for no value.
   */
  function readPlainRow(from: number): number {
    // Local, because what a closure holds costs a look-up at each of ten million digits.
    const text = bytes;
    const last = kinds.length - 1;
    let next = from;
    for (let column = 0; column <= last; column++) {
      const kind = kinds[column];
      const isQuoted = text[next] === quote;
      if (isQuoted) next++;
      if (kind === number) {
        const start = next;
        const index = places[column]!;
        let byte = text[next]!;
        const isNegative = byte === minus;
        if (isNegative || byte === plus) byte = text[++next]!;
        const first = next;
        let value = 0;
        while (byte >= zero && byte <= nine) {
          value = value * 10 + (byte - zero);
          byte = text[++next]!;
        }
        let isNumber = next > first;
        if (byte === decimal && (isQuoted || byte !== delimiter)) {
          const mark = next;
          byte = text[++next]!;
          while (byte >= zero && byte <= nine) {
            value = value * 10 + (byte - zero);
            byte = text[++next]!;
          }
          isNumber = next - first > 1;
          value /= powers[next - mark - 1] ?? NaN;
        }
        const hasEnded = isQuoted ? byte === quote : byte === delimiter || byte === lf || byte === cr;
        if (isNumber && hasEnded && next - first <= maxDigits) {
          cells.setNumber(index, isNegative ? -value : value);
        } else {
          isInQuotes = isQuoted;
          next = cellEnd(start);
          if (next < 0 || !readWord(index, start, next)) return -1;
        }
      } else {
        isInQuotes = isQuoted;
        if (kind === time) readTime(next);
        else if (kind === assetName) readAsset(next);
        else at = cellEnd(next);
        if (at < 0) return -1;
        next = at;
      }
      if (isQuoted) next++;
      if (column < last) {
        if (text[next] !== delimiter) return -1;
        next++;
      }
    }
    const end = next;
    if (text[next] === cr) next++;
    if (text[next] !== lf || end - from > maxRowLength) return -1;
    if (Number.isNaN(stampMs) || (plan.assetColumn !== null && asset === '')) return -1;
    const reason = reader.keep(stampMs, hasZone, plan.assetColumn === null ? '' : asset);
    // As text it would be left out for the same reason; but in a clock's second hour it would not be the same row.
    if (reason !== null) {
      const column = reason === 'bad-name' ? plan.assetColumn! : plan.time.column;
      reader.leaveOut(reason, line, lineDecoder.decode(text.subarray(from, end)), column);
    }
    line++;
    return next + 1;
  }

  /** Reads a cell that is no plain number; false where it is no word for no value either. */
  function readWord(index: number, from: number, to: number): boolean {
    if (to === from) {
      cells.values[index] = NaN;
      cells.quality[index] = Quality.missing;
      return true;
    }
    return to - from <= 64 && cells.setText(index, lineDecoder.decode(bytes.subarray(from, to)));
  }

  function readLine(from: number, lineFeed: number): void {
    if (line >= plan.dataLine) {
      const end = lineFeed > from && bytes[lineFeed - 1] === cr ? lineFeed - 1 : lineFeed;
      const text = lineDecoder.decode(bytes.subarray(from, end));
      reader.row(plan.delimiter === ' ' ? splitBlanks(text) : text.split(plan.delimiter), line, text);
    }
    line++;
  }

  /** Whether a line has to go to the cutter: a quote, a carriage return inside, or too long a line. */
  function isPlainLine(from: number, lineFeed: number): boolean {
    if (lineFeed - from > maxRowLength) return false;
    for (let place = from; place < lineFeed; place++) {
      const byte = bytes[place];
      if (byte === quote || (byte === cr && place < lineFeed - 1)) return false;
    }
    return true;
  }

  function handOver(from: number, to: number): void {
    if (cutter.isIdle) cutter.resumeAt(line);
    cutter.push(decoder.decode(bytes.subarray(from, to), { stream: true }));
    ({ line } = cutter);
  }

  /** End of what is handed to the cutter from `from` on: a line end, some way on. */
  function quotedEnd(from: number, last: number): number {
    if (last - from <= quotedBytes) return last;
    const end = bytes.lastIndexOf(lf, from + quotedBytes) + 1;
    return end > from ? end : bytes.indexOf(lf, from) + 1;
  }

  /** Reads all complete lines of `bytes`, up to `last`, which is behind a line end. */
  function readLines(last: number): void {
    let from = 0;
    while (from < last) {
      if (cutter.isIdle) {
        const next = isWide && line >= plan.dataLine ? readPlainRow(from) : -1;
        if (next >= 0) {
          from = next;
          continue;
        }
        const lineFeed = bytes.indexOf(lf, from);
        if (isPlainLine(from, lineFeed)) {
          readLine(from, lineFeed);
          from = lineFeed + 1;
          continue;
        }
      }
      const end = quotedEnd(from, last);
      handOver(from, end);
      from = end;
    }
  }

  return {
    push(piece) {
      let next = piece;
      if (isAtStart && rest.length + next.length < 3) {
        rest = join(rest, next);
        return;
      }
      next = join(rest, next);
      if (isAtStart && next[0] === 0xef && next[1] === 0xbb && next[2] === 0xbf) next = next.subarray(3);
      isAtStart = false;
      bytes = next;
      const last = bytes.lastIndexOf(lf) + 1;
      readLines(last);
      rest = bytes.slice(last);
      bytes = rest;
      if (rest.length > maxRowLength || !cutter.isIdle) {
        handOver(0, rest.length);
        rest = rest.subarray(rest.length);
      }
    },
    finish() {
      if (rest.length > 0) {
        bytes = join(rest, Uint8Array.of(lf));
        readLines(bytes.length);
      }
      if (!cutter.isIdle) {
        cutter.push(decoder.decode());
        cutter.finish();
      }
    }
  };
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
