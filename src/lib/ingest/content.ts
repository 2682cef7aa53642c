/**
 * What is in a file, whatever its format: its rows, as often as they are needed. Exists so that preview and import, on the page and
 * on the command line, open files in one place; parsers that only some files need are loaded when such a file comes.
 */
import type { FileFormat, ImportPlan } from '../domain/import-plan';
import { fail, ok, type Result } from '../domain/result';
import { createByteReader } from './csv/byte-reader';
import { asciiPieces, decoderFor } from './csv/encoding';
import { createRowCutter } from './csv/rows';
import { splitBlanks } from './csv/sample';
import type { RowReader } from './row-reader';
import type { RowSink } from './row-sink';
import type { SourceFile } from './source-file';
import type { Table } from './table';

/** An opened file. `table` null: it is text. */
export interface Content {
  file: SourceFile;
  table: Table | null;
  /** `csv` for any text. */
  format: Exclude<FileFormat, 'cmapss'>;
}

/** How rows are cut out of a content. */
type Cut = Pick<ImportPlan, 'encoding' | 'delimiter'>;

/** Opens a file that is not packed; `sheet` null takes a workbook's first sheet with rows. Faults name the file. */
export async function openContent(file: SourceFile, sheet: string | null): Promise<Result<Content>> {
  const magic = await file.range(0, 4);
  const starts = (...bytes: number[]): boolean => bytes.every((byte, index) => magic[index] === byte);
  if (starts(0x50, 0x41, 0x52, 0x31)) {
    const { openParquet } = await import('./parquet/open');
    return asContent(file, 'parquet', await openParquet(file));
  }
  if (starts(0x50, 0x4b, 3, 4)) {
    const { openWorkbook } = await import('./excel/open');
    return asContent(file, 'excel', await openWorkbook(file, sheet));
  }
  if (starts(0xd0, 0xcf, 0x11, 0xe0))
    return fail('not-text', file.name, 'a workbook in the old .xls format', 'it saved as .xlsx or as CSV');
  return ok({ file, table: null, format: 'csv' });
}

function asContent(file: SourceFile, format: 'excel' | 'parquet', table: Result<Table>): Result<Content> {
  return table.ok ? ok({ file, format, table: table.value }) : table;
}

/** Hands every row to `sink`, as text, until `isDone`. */
export async function visitRows(
  { file, table }: Content,
  { encoding, delimiter }: Cut,
  sink: RowSink,
  isDone: () => boolean = () => false
): Promise<void> {
  if (table) return visitTable(table, sink, isDone);
  const cutter = delimiter === ' ' ? blankCutter(sink) : createRowCutter(delimiter, sink);
  const decoder = decoderFor(encoding);
  for await (const piece of asciiPieces(file.pieces(), encoding)) {
    cutter.push(decoder.decode(piece, { stream: true }));
    if (isDone()) return;
  }
  cutter.push(decoder.decode());
  cutter.finish();
}

/**
 * Hands every row to a row reader. `onPiece` is called between pieces with the bytes read so far, and the next piece is read once
 * it resolves: what the reader filled can be taken and stored meanwhile, so that memory stays bounded.
 */
export async function readContent(
  { file, table }: Content,
  plan: ImportPlan,
  reader: RowReader,
  onPiece: (bytesRead: number) => void | Promise<void> = () => undefined
): Promise<void> {
  if (table) {
    await visitTable(table, reader, () => false, onPiece);
    return;
  }
  const bytes = createByteReader(plan, reader);
  let bytesRead = 0;
  for await (const piece of asciiPieces(
    countedPieces(file, (count) => (bytesRead += count)),
    plan.encoding
  )) {
    bytes.push(piece);
    await onPiece(bytesRead);
  }
  bytes.finish();
}

async function* countedPieces(file: SourceFile, count: (bytes: number) => void): AsyncIterable<Uint8Array> {
  for await (const piece of file.pieces()) {
    count(piece.length);
    yield piece;
  }
}

async function visitTable(
  table: Table,
  sink: RowSink,
  isDone: () => boolean,
  onBatch: (bytesRead: number) => void | Promise<void> = () => undefined
): Promise<void> {
  let line = 1;
  for await (const batch of table.rows()) {
    for (const fields of batch) sink.row(fields, line++, null);
    await onBatch(0);
    if (isDone()) return;
  }
}

/** Lines of words between blanks. */
function blankCutter(sink: RowSink): { push(text: string): void; finish(): void } {
  let rest = '';
  let line = 1;
  return {
    push(text) {
      const lines = (rest + text).split(/\r\n|\n/);
      rest = lines.pop()!;
      for (const each of lines) sink.row(splitBlanks(each), line++, each);
    },
    finish() {
      if (rest !== '') sink.row(splitBlanks(rest), line, rest);
    }
  };
}
