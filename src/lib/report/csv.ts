/** Rows as the text of a CSV file (RFC 4180): what all reports share. Knows no report. */

/** Joins cells by commas and rows by CRLF. A number that is not finite is an empty cell. */
export function writeCsv(rows: (string | number)[][]): string {
  return rows.map((row) => row.map(writeCell).join(',') + '\r\n').join('');
}

/** Quotes where needed. Text that a spreadsheet would run as a formula is kept from it by a leading apostrophe (OWASP). */
function writeCell(cell: string | number): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
