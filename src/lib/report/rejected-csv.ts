/** Rows of a file that could not be read, as a CSV file: where, what stands there, what was expected, and what became of it. */
import type { RejectedRow } from '../domain/asset';
import { writeCsv } from './csv';

const columns = ['file', 'line', 'column', 'value', 'expected', 'reason', 'kept', 'row'];

/**
 * Writes one line per rejected row or cell of `file`. `expect` has the words for what should have stood there. `column` and
 * `value` are empty where the reason speaks of the row as a whole; `kept` is `yes` where the row was imported without this value.
 */
export function writeRejectedCsv(file: string, rows: RejectedRow[], expect: (row: RejectedRow) => string): string {
  const lines = rows.map((row) => {
    const { line, column, value = '', reason, isKept, text } = row;
    return [file, line, column, value, expect(row), reason, isKept ? 'yes' : 'no', text];
  });
  return writeCsv([columns, ...lines]);
}
