/**
 * Text from a live source becomes readings: whole messages, or JSON lines cut anywhere between messages. `auto` tells the
 * formats apart message by message. What cannot be read is told with its place; nothing is guessed. Knows no connection.
 */
import { fail } from '../../domain/result';
import type { Fault } from '../../domain/result';
import type { Reading } from '../../domain/reading';
import type { SourceLoss, WireFormat } from '../../domain/source';
import { createCsvLines } from './csv-lines';
import type { Frame } from './frame';
import { isInflux, readInflux } from './influx';
import { isTelemetry, readJson } from './json';
import { createLayouts } from './layouts';
import { isSenml, readSenml } from './senml';

/** Longest message or line, in UTF-16 units. */
export const longestMessage = 1 << 20;

export interface WireReader {
  /**
   * Reads one message that came at `nowMs`; `asset` is the owner of readings that name none. A message's end ends its last line,
   * but for JSON that is not closed yet: that waits for the next message.
   */
  read(text: string, nowMs: number, asset: string): Reading[];
  /** Reads one whole line of a stream. */
  readLine(line: string, nowMs: number, asset: string): Reading[];
  /** Tells the beginning of a message that will not go on as lost: it was whole, or the connection is a new one. */
  restart(): void;
}

/** JSON that is not closed yet, and how deep inside its end is, so that no character is looked at twice. */
interface OpenJson {
  text: string;
  depth: number;
  isText: boolean;
  isEscaped: boolean;
}

/**
 * Creates a reader of one format (`json` knows SenML by its names). `loss` is told at most once per call: how much could not be
 * read, with the latest case.
 */
export function createWireReader(format: WireFormat, loss: (loss: SourceLoss) => void): WireReader {
  const layouts = createLayouts();
  const csv = createCsvLines();
  let open: OpenJson | null = null;

  function readFrame(nowMs: number, asset: string, act: (frame: Frame) => void): Reading[] {
    let count = 0;
    let example: Fault | null = null;
    const frame: Frame = {
      asset,
      nowMs,
      layouts,
      readings: [],
      reject(where, found, expected) {
        count++;
        example = fail('unexpected', where, shorten(found), expected).fault;
      }
    };
    act(frame);
    if (example) loss({ kind: 'unreadable', count, example });
    return frame.readings;
  }

  function readDocument(document: unknown, frame: Frame): void {
    if (format === 'senml' || isSenml(document)) readSenml(document, frame);
    else readJson(document, frame);
  }

  function readWhole(line: string, frame: Frame): void {
    const text = line.trim();
    if (text === '') return;
    if (text.length > longestMessage) {
      return frame.reject('line', `${text.length} characters`, `at most ${longestMessage}`);
    }
    if (mayBeJson(text)) {
      const document = parseJson(text);
      if (document === undefined) frame.reject('line', text, 'JSON');
      else readDocument(document, frame);
    } else if (format === 'json' || format === 'senml') frame.reject('line', text, 'JSON');
    else if (text.startsWith('#')) return;
    else if (format === 'influx') readInflux(text, frame);
    else if (format === 'csv') csv.read(text, frame);
    else if (isInflux(text)) readInflux(text, frame);
    else if (csv.accepts(text)) csv.read(text, frame);
    else frame.reject('line', text, 'JSON, SenML, line protocol, or CSV behind a header line');
  }

  function mayBeJson(text: string): boolean {
    return format !== 'influx' && format !== 'csv' && (text[0] === '{' || text[0] === '[');
  }

  /** Goes on with JSON that was cut. Returns what is still to be read of `text`. */
  function continueOpen(begun: OpenJson, text: string, frame: Frame): string {
    open = null;
    const end = text.indexOf('\n');
    const piece = end < 0 ? text : text.slice(0, end);
    const rest = end < 0 ? '' : text.slice(end + 1);
    // The other half never came where this message stands on its own.
    const own = mayBeJson(piece.trimStart()) ? parseJson(piece) : undefined;
    if (isTelemetry(own)) {
      const { where, found, expected } = unfinished(begun);
      frame.reject(where, found, expected);
      return text;
    }
    const joined = extend(begun, piece);
    if (end >= 0 || joined.depth <= 0) readWhole(joined.text, frame);
    else if (joined.text.length > longestMessage) frame.reject('message', joined.text, 'JSON that ends');
    else open = joined;
    return rest;
  }

  function readMessage(message: string, frame: Frame): void {
    if (message.length > longestMessage) {
      open = null;
      return frame.reject('message', `${message.length} characters`, `at most ${longestMessage}`);
    }
    const text = open ? continueOpen(open, message, frame) : message;
    if (open || text === '') return;
    if (mayBeJson(text.trimStart())) {
      const document = parseJson(text);
      if (document !== undefined) return readDocument(document, frame);
    }
    const lines = text.split('\n');
    const last = lines.pop()!;
    for (const line of lines) readWhole(line, frame);
    const tail = mayBeJson(last.trimStart())
      ? extend({ text: '', depth: 0, isText: false, isEscaped: false }, last)
      : null;
    if (tail && tail.depth > 0) open = tail;
    else readWhole(last, frame);
  }

  return {
    read: (text, nowMs, asset) => readFrame(nowMs, asset, (frame) => readMessage(text, frame)),
    readLine: (line, nowMs, asset) => readFrame(nowMs, asset, (frame) => readWhole(line, frame)),
    restart() {
      if (open) loss({ kind: 'unreadable', count: 1, example: unfinished(open) });
      open = null;
    }
  };
}

/** `begun` with `piece` behind it. Its depth counts the braces and brackets that are open outside texts; 0 where all are closed. */
function extend(begun: OpenJson, piece: string): OpenJson {
  let { depth, isText, isEscaped } = begun;
  for (let i = 0; i < piece.length; i++) {
    const character = piece[i];
    if (isEscaped) isEscaped = false;
    else if (isText) {
      if (character === '\\') isEscaped = true;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
  }
  return { text: begun.text + piece, depth, isText, isEscaped };
}

function unfinished({ text }: OpenJson): Fault {
  return fail('unexpected', 'message', text, 'the rest of the message').fault;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function shorten(found: unknown): string {
  return typeof found === 'string' ? found.slice(0, 200) : (JSON.stringify(found) ?? String(found)).slice(0, 200);
}
