/**
 * A Parquet file as a table of text. The library decodes pages; here each logical type becomes the text a CSV file would hold. One
 * row group is in memory at a time, because a file of years has many.
 */
import type { FileMetaData, ParquetParsers, SchemaElement } from 'hyparquet';
import { fail, ok, type Result } from '../../domain/result';
import { FileFault } from '../file-fault';
import type { SourceFile } from '../source-file';
import type { Table } from '../table';

/** Rows of a row group above which its cells would not fit the memory of a tablet. */
const mostGroupCells = 60_000_000;
const batchRows = 4096;

/** Opens the file; its header row are the column names. `damaged-file` where it is no Parquet file, or one that is cut off. */
export async function openParquet(file: SourceFile): Promise<Result<Table>> {
  const mark = new TextDecoder().decode(await file.range(0, 4));
  if (mark !== 'PAR1') return fail('damaged-file', file.name, JSON.stringify(mark), 'a whole Parquet file');
  const { parquetMetadataAsync } = await import('hyparquet');
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(asBuffer(file));
  } catch (error) {
    return fail('damaged-file', file.name, String(error), 'a whole Parquet file');
  }
  const columns = topColumns(metadata.schema);
  const largest = Math.max(0, ...metadata.row_groups.map((group) => Number(group.num_rows)));
  if (largest * columns.length > mostGroupCells) {
    return fail(
      'refused-archive',
      file.name,
      `a row group of ${largest} rows`,
      `at most ${mostGroupCells} cells in one`
    );
  }
  return ok({ sheets: [], sheet: null, rows: () => readRows(file, metadata, columns) });
}

async function* readRows(
  file: SourceFile,
  metadata: FileMetaData,
  columns: SchemaElement[]
): AsyncIterable<string[][]> {
  const [{ parquetRead }, { compressors }] = await Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
  const names = columns.map(({ name }) => name);
  const writers = columns.map(cellWriter);
  yield [names];
  let rowStart = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rowEnd = rowStart + Number(group.num_rows);
    let rows: unknown[][] = [];
    try {
      await parquetRead({
        file: asBuffer(file),
        metadata,
        columns: names,
        rowStart,
        rowEnd,
        compressors,
        parsers,
        onComplete: (read) => (rows = read)
      });
    } catch (error) {
      throw new FileFault(
        'damaged-file',
        `${file.name}, row group ${index + 1}`,
        String(error),
        'a whole Parquet file'
      );
    }
    if (rows.length !== rowEnd - rowStart) {
      throw new FileFault(
        'damaged-file',
        `${file.name}, row group ${index + 1}`,
        `${rows.length} rows`,
        `${rowEnd - rowStart} rows`
      );
    }
    for (let at = 0; at < rows.length; at += batchRows) {
      yield rows.slice(at, at + batchRows).map((row) => row.map((cell, column) => writers[column]!(cell)));
    }
    rowStart = rowEnd;
  }
}

/** The file as the library reads it. */
function asBuffer(file: SourceFile): { byteLength: number; slice(from: number, to?: number): Promise<ArrayBuffer> } {
  return {
    byteLength: file.bytes,
    async slice(from, to = file.bytes) {
      const bytes = await file.range(from, to);
      return bytes.slice().buffer;
    }
  };
}

/** The children of the root: the schema is a tree, written depth first. */
function topColumns([root, ...rest]: SchemaElement[]): SchemaElement[] {
  const columns: SchemaElement[] = [];
  for (let at = 0; columns.length < (root?.num_children ?? 0) && at < rest.length;) {
    columns.push(rest[at]!);
    for (let open = 1; open > 0 && at < rest.length; at++) open += (rest[at]!.num_children ?? 0) - 1;
  }
  return columns;
}

/** Times of every unit as ISO text to the last digit the file has, still without a zone. */
const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms) => isoText(BigInt(ms), 1000n, 3),
  timestampFromMicroseconds: (us) => isoText(BigInt(us), 1_000_000n, 6),
  timestampFromNanoseconds: (ns) => isoText(BigInt(ns), 1_000_000_000n, 9),
  dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10)
};

function isoText(ticks: bigint, perSecond: bigint, digits: number): string {
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((ticks - fraction) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) return String(ticks);
  return `${date.toISOString().slice(0, 19)}.${String(fraction).padStart(digits, '0')}`;
}

/** How the cells of a column become text. */
function cellWriter(column: SchemaElement): (cell: unknown) => string {
  const { converted_type: converted, logical_type: logical, type } = column;
  if (logical?.type === 'TIMESTAMP') return logical.isAdjustedToUTC ? writeUtc : writePlain;
  // Before there were logical types, a time stamp was always UTC. That of INT96 is whatever its writer took it for.
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS') return writeUtc;
  if (logical?.type === 'TIME') return timeWriter({ MILLIS: 1e3, MICROS: 1e6, NANOS: 1e9 }[logical.unit]);
  if (converted === 'TIME_MILLIS') return timeWriter(1e3);
  if (converted === 'TIME_MICROS') return timeWriter(1e6);
  return type === 'FLOAT' ? writeFloat : writePlain;
}

function writePlain(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  if (typeof cell === 'object')
    return JSON.stringify(cell, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  return String(cell);
}

function writeUtc(cell: unknown): string {
  const text = writePlain(cell);
  return text === '' ? '' : `${text}Z`;
}

/** The shortest text that is this number in single precision: 5.4 rather than 5.400000095367432. */
function writeFloat(cell: unknown): string {
  if (typeof cell !== 'number' || !Number.isFinite(cell)) return writePlain(cell);
  for (const digits of [7, 8]) {
    const short = Number(cell.toPrecision(digits));
    if (Math.fround(short) === cell) return String(short);
  }
  return String(cell);
}

function timeWriter(perSecond: number): (cell: unknown) => string {
  return (cell) => {
    if (cell === null || cell === undefined) return '';
    return new Date(Math.round((Number(cell) / perSecond) * 1000)).toISOString().slice(11, 23);
  };
}
