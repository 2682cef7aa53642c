/**
 * The beginning of a file and pieces from all along it, as rows: what the preview is judged from before the whole is read. Pieces
 * from further on show a sensor that begins to report late, and the days of a month that decide an order.
 */
import { encodings, type Answers, type Delimiter, type Encoding, type FileFormat } from '../domain/import-plan';
import { fail, ok, type Result } from '../domain/result';
import { cmapssStructure, isCmapss } from './cmapss/layout';
import type { Content } from './content';
import { sniffDelimiter } from './csv/dialect';
import { detectEncoding } from './csv/encoding';
import { sampleRows, type SampleRow } from './csv/sample';
import { lineNames, readGivenLines } from './given-lines';
import { findStructure, type GivenLines, type Structure } from './structure';

const headBytes = 256 * 1024;
const pieceBytes = 32 * 1024;
const pieces = 8;
const tableRows = 2000;

/** A file as far as it was looked at. `structure.rows` holds rows from all along it, those of its beginning first. */
export interface Sample {
  format: FileFormat;
  encoding: Encoding;
  delimiter: Delimiter;
  structure: Structure;
  /** Rows of the beginning, whatever they are. */
  head: SampleRow[];
}

/** Looks at a file; `not-text` where it is none of a known format, `no-row` where no row of readings is found. */
export async function sampleContent(content: Content, answers: Answers): Promise<Result<Sample>> {
  const given = readGivenLines(answers);
  if (!given.ok) return given;
  const sampled = await (content.table ? sampleTable(content, given.value) : sampleText(content, answers, given.value));
  return sampled.ok ? checkLines(sampled.value) : sampled;
}

/** Names cannot be read from a line that is not there, or holds nothing. */
function checkLines(sample: Sample): Result<Sample> {
  const { headerLine, unitsLine, dataLine } = sample.structure;
  const absent = [headerLine, unitsLine].find((at) => at !== null && !sample.head.some(({ line }) => line === at));
  if (absent != null)
    return fail('bad-plan', `line ${absent}`, 'nothing', 'a line of names or units near the beginning');
  const lowest = Math.max(headerLine ?? 0, unitsLine ?? 0);
  if (dataLine > lowest) return ok(sample);
  return fail(
    'bad-plan',
    lineNames['data-line'],
    String(dataLine),
    `a line below ${lowest}, which holds names or units`
  );
}

async function sampleTable({ table, file, format }: Content, given: GivenLines): Promise<Result<Sample>> {
  const head: SampleRow[] = [];
  for await (const batch of table!.rows()) {
    for (const fields of batch) head.push({ fields, line: head.length + 1 });
    if (head.length >= tableRows) break;
  }
  const structure = findStructure(
    head.filter(({ fields }) => fields.some((cell) => cell.trim() !== '')),
    given
  );
  if (!structure) return noRows(file.name, head);
  return ok({ format, encoding: 'utf-8', delimiter: ',', structure, head });
}

async function sampleText({ file }: Content, answers: Answers, given: GivenLines): Promise<Result<Sample>> {
  const begun = await readHead(file.pieces());
  const isWhole = begun.length <= headBytes;
  const head = begun.subarray(0, headBytes);
  const further = isWhole || !file.canSeek ? [] : await readFurther(file);
  const encoding = encodings.find((each) => each === answers['encoding']) ?? detectEncoding([head, ...further]);
  const decode = (bytes: Uint8Array): string => new TextDecoder(encoding).decode(bytes, { stream: true });
  const text = decode(head);
  const strangeness = findStrangeness(text);
  if (strangeness) return fail('not-text', file.name, strangeness, 'text, an Excel workbook or a Parquet file');

  const isBlankSeparated = answers['delimiter'] === undefined && isCmapss(text);
  const delimiter = isBlankSeparated ? ' ' : (readDelimiter(answers['delimiter']) ?? sniffDelimiter(text, isWhole));
  const rows = sampleRows(text, delimiter, isWhole);
  const structure = isBlankSeparated ? cmapssStructure(rows) : findStructure(rows, given);
  if (!structure) return noRows(file.name, rows);
  const more = further
    .flatMap((bytes) => middleRows(decode(bytes), delimiter))
    .filter(({ fields }) => fields.length === structure.width);
  structure.rows = [...structure.rows, ...more];
  return ok({ format: isBlankSeparated ? 'cmapss' : 'csv', encoding, delimiter, structure, head: rows });
}

function noRows(where: string, rows: SampleRow[]): Result<never> {
  const found = rows.slice(0, 3).map(({ fields }) => fields.join(' '));
  return fail('no-row', where, found.join(' / '), 'rows with a time and numbers in them');
}

async function readHead(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    parts.push(piece);
    length += piece.length;
    if (length > headBytes) break;
  }
  const head = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    head.set(part, at);
    at += part.length;
  }
  return head;
}

function readFurther(file: Content['file']): Promise<Uint8Array[]> {
  const begin = (index: number): number => {
    const at = Math.floor(((file.bytes - pieceBytes) * (index + 1)) / pieces);
    return Math.max(headBytes, at - (at % 2)); // whole characters of UTF-16
  };
  const starts = Array.from({ length: pieces }, (_, index) => begin(index));
  return Promise.all(starts.map((from) => file.range(from, from + pieceBytes)));
}

/** Rows of a piece that begins and ends anywhere. */
function middleRows(text: string, delimiter: Delimiter): SampleRow[] {
  const first = text.indexOf('\n') + 1;
  return sampleRows(text.slice(first), delimiter, false);
}

/** A delimiter as a person writes it. */
function readDelimiter(answer: string | undefined): Delimiter | null {
  const words: Record<string, Delimiter> = { comma: ',', semicolon: ';', tab: '\t', bar: '|', '\\t': '\t' };
  if (answer === undefined) return null;
  return words[answer] ?? ([',', ';', '\t', '|'] as const).find((each) => each === answer) ?? null;
}

/** What makes a text none: characters that no text holds in its first line, or one in a hundred; null for text. */
function findStrangeness(text: string): string | null {
  const strangers = (part: string): number => part.replace(/[^\0-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g, '').length;
  const first = text.split(/[\r\n]/, 1)[0] ?? '';
  if (strangers(first) === 0 && strangers(text) * 100 <= text.length) return null;
  return JSON.stringify(text.slice(0, 20));
}
