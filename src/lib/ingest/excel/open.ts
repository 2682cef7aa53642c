/**
 * An Excel workbook (.xlsx) as a table of text, in the form a CSV file would have. The library parses the workbook, knows both
 * of Excel's epochs and tells dates from numbers by their format; what a cell means is not known here. A workbook is read whole:
 * its cells are scattered over several files of an archive.
 */
import type { CellValue } from 'read-excel-file/universal';
import { fail, ok, type Result } from '../../domain/result';
import { readZipDirectory } from '../archive/zip-directory';
import type { SourceFile } from '../source-file';
import type { Table } from '../table';

/** What the files of a workbook may unpack to. It becomes a string, and no engine makes longer ones. */
const mostUnpackedBytes = 400 * 2 ** 20;
const batchRows = 4096;

/** Rows of the library: dates are `Date`s in UTC that stand for a time without a zone. */
type Cell = CellValue | Date | null;

/**
 * Opens the sheet named `sheet`, or the first one with rows. Blank rows within it are kept, so that a row's place is its line.
 * `damaged-file` where it is no workbook, `no-row` where no sheet has a row, `not-found` where none has that name.
 */
export async function openWorkbook(file: SourceFile, sheet: string | null): Promise<Result<Table>> {
  const magic = await file.range(0, 4);
  if (magic[0] === 0xd0 && magic[1] === 0xcf) {
    return fail(
      'damaged-file',
      file.name,
      'an encrypted workbook, or one of Excel 97 to 2003',
      'a workbook saved as .xlsx'
    );
  }
  const directory = await readZipDirectory(file);
  if (!directory.ok) return directory;
  const unpacked = directory.value.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  if (unpacked > mostUnpackedBytes) {
    return fail(
      'refused-archive',
      file.name,
      `${unpacked} bytes unpacked`,
      `at most ${mostUnpackedBytes}; save the sheet as CSV`
    );
  }
  const read = await readSheets(file);
  if (!read.ok) return read;
  const withRows = read.value.filter(({ data }) => data.length > 0);
  const sheets = withRows.map(({ name }) => name);
  const chosen = sheet === null ? withRows[0] : withRows.find(({ name }) => name === sheet);
  if (!chosen && sheet !== null) return fail('not-found', file.name, sheet, sheets.join(', '));
  if (!chosen) return fail('no-row', file.name, 'no sheet with a row', 'a header and rows of readings below it');
  return ok({ sheets, sheet: chosen.name, rows: () => writeRows(chosen.data) });
}

async function readSheets(file: SourceFile): Promise<Result<{ name: string; data: Cell[][] }[]>> {
  const { default: readWorkbook } = await import('read-excel-file/universal');
  const bytes = await file.range(0, file.bytes);
  try {
    const sheets = await readWorkbook(bytes.slice().buffer);
    return ok(sheets.map(({ sheet, data }) => ({ name: sheet, data: data as Cell[][] })));
  } catch (error) {
    // Whatever the library finds wrong: no workbook part, broken XML, a cell that points nowhere.
    return fail('damaged-file', file.name, String(error), 'a whole workbook (.xlsx)');
  }
}

async function* writeRows(rows: Cell[][]): AsyncIterable<string[][]> {
  for (let at = 0; at < rows.length; at += batchRows)
    yield rows.slice(at, at + batchRows).map((row) => row.map(writeCell));
}

function writeCell(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Date) return writeTime(cell);
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  return String(cell);
}

/** `YYYY-MM-DDTHH:MM:SS.sss` without a zone; the time of day alone where the cell holds no day. */
function writeTime(date: Date): string {
  // The library rounds down to whole ms, and most serials of whole seconds lie a hair below them: .999 means the next second.
  const ms = date.getTime();
  const exact = (ms + 1) % 10 === 0 ? ms + 1 : ms;
  if (Number.isNaN(exact)) return '';
  const text = new Date(exact).toISOString().slice(0, -1);
  // Day 0 of both epochs: Excel's January 0th of 1900 is a December 31st, and before March of that year it is a day late.
  return /^(1899-12-3[01]|1904-01-01)T/.test(text) ? text.slice(11) : text;
}
