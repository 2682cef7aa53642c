/**
 * Text, cut anywhere, to rows of fields with their line numbers. PapaParse splits a row into its fields; where a row ends is
 * decided here, because PapaParse reads on after a stray quote to the end of the file if need be. Knows no header, no time and
 * no number. Memory is bounded by one piece of text and `maxRowLength`.
 */
import Papa from 'papaparse';
import type { Delimiter } from '../../domain/import-plan';
import type { RowSink } from '../row-sink';

/** A row may have this many characters, quoted line ends included; what is longer is broken. */
export const maxRowLength = 65_536;
/** A quoted row may run over this many lines, so that a stray quote costs a bounded look ahead. */
export const maxRowLines = 100;

/** Cuts rows out of pieces of text. `finish` takes what is left as the last row. */
export interface RowCutter {
  /** The line on which the next row begins. */
  readonly line: number;
  /** True where everything pushed so far was handed over: whoever cuts the plain lines between may go on alone. */
  readonly isIdle: boolean;
  /** Goes on at another line, which is not the beginning of the file. Only while idle. */
  resumeAt(line: number): void;
  push(text: string): void;
  finish(): void;
}

/**
 * A cutter for one file: drops a leading byte order mark, takes CRLF, LF and CR for a line end and hands each row to `sink`.
 * The rows do not depend on where the pieces are cut.
 */
export function createRowCutter(delimiter: Delimiter, sink: RowSink): RowCutter {
  const fieldParser = new Papa.Parser({ delimiter, newline: '\n' });
  let pending = '';
  let line = 1;
  let isAtStart = true;
  let endedWithCr = false;
  /** Inside a line that was reported as too long: its rest is dropped. */
  let isSkipping = false;

  function splitFields(text: string): { data: string[][]; errors: unknown[] } {
    return fieldParser.parse(text, 0, true);
  }

  /** Reads the rows of `window`, which ends at a line end. Returns how far: less than all where the last row is still open. */
  function readWindow(window: string): number {
    if (!window.includes('"')) {
      for (const fields of splitFields(window).data) sink.row(fields, line++, null);
      return window.length;
    }
    let at = 0;
    while (at < window.length) {
      const end = endOfRow(window, at, delimiter);
      if (end === openRow) break;
      at = end === brokenRow ? breakLine(window, at) : readQuotedRow(window, at, end);
    }
    return at;
  }

  /** Hands over the row at `from`, which may hold quotes. Returns where the next one begins. */
  function readQuotedRow(window: string, from: number, end: number): number {
    const text = window.slice(from, end - 1);
    const { data, errors } = splitFields(window.slice(from, end));
    const fields = data[0];
    const lines = countLineEnds(window, from, end);
    if (!fields || data.length > 1 || errors.length > 0) return breakLine(window, from);
    if (lines > 1 && !sink.acceptsLineBreak(fields)) return breakLine(window, from);
    sink.row(fields, line, text);
    line += lines;
    return end;
  }

  function breakLine(window: string, from: number): number {
    const end = window.indexOf('\n', from);
    sink.broken('bad-quotes', line++, window.slice(from, end));
    return end + 1;
  }

  /** Reads all complete rows of `pending`; with `isLast`, a row that is still open will not be closed any more. */
  function readPending(isLast: boolean): void {
    let start = 0;
    for (;;) {
      if (isSkipping) {
        const end = pending.indexOf('\n', start);
        start = end < 0 ? pending.length : end + 1;
        if (end < 0) break;
        isSkipping = false;
      }
      const isFull = pending.length - start > maxRowLength;
      const end = pending.lastIndexOf('\n', start + maxRowLength) + 1;
      if (end <= start) {
        if (!isFull) break;
        sink.broken('field-count', line++, pending.slice(start, start + maxRowLength));
        isSkipping = true;
        continue;
      }
      const window = pending.slice(start, end);
      const read = readWindow(window);
      if (read > 0) start += read;
      else if (isFull || isLast) start += breakLine(window, 0);
      else break;
    }
    pending = pending.slice(start);
  }

  return {
    get line() {
      return line;
    },
    get isIdle() {
      return pending === '' && !isSkipping && !endedWithCr;
    },
    resumeAt(next) {
      line = next;
      isAtStart = false;
    },
    push(text) {
      if (text === '') return;
      let piece = text;
      if (isAtStart && piece.startsWith('\ufeff')) piece = piece.slice(1);
      if (endedWithCr && piece.startsWith('\n')) piece = piece.slice(1);
      isAtStart = false;
      endedWithCr = text.endsWith('\r');
      if (piece.includes('\r')) piece = piece.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
      pending += piece;
      if (piece.includes('\n') || pending.length > maxRowLength) readPending(false);
    },
    finish() {
      if (pending !== '' && !pending.endsWith('\n')) pending += '\n';
      readPending(true);
    }
  };
}

const openRow = -1;
const brokenRow = -2;

/**
 * Index just behind the row at `from`; `openRow` where a quote is not closed before the text ends, `brokenRow` where a closing
 * quote is followed by something else than blanks and the end of the field, or where the row runs over too many lines. A quote
 * inside an unquoted field is plain text. RFC 4180, section 2.
 */
function endOfRow(text: string, from: number, delimiter: Delimiter): number {
  let at = from;
  let lines = 1;
  let lineEnd = text.indexOf('\n', from);
  for (;;) {
    if (text[at] === '"') {
      do {
        at = text.indexOf('"', at + 1) + 1;
        if (at === 0) return openRow;
      } while (text[at] === '"');
      while (text[at] === ' ') at++;
      for (; lineEnd < at; lineEnd = text.indexOf('\n', lineEnd + 1)) lines++;
      if (lines > maxRowLines) return brokenRow;
    } else while (text[at] !== delimiter && text[at] !== '\n') at++;
    if (text[at] === '\n') return at + 1;
    if (text[at] !== delimiter) return brokenRow;
    at++;
  }
}

function countLineEnds(text: string, from: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
