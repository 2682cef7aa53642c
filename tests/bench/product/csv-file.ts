/** CSV files for the import, of any size, written while they are made: a time and so many sensors, one row a second. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const startMs = Date.UTC(2020, 0, 1);
const rowsPerPiece = 10_000;
/** Value texts repeat after so many rows; the times do not. */
const period = 997;

/** Writes the file; a row of ten channels has 100 bytes. Returns its bytes. */
export async function writeCsv(file: string, rows: number, channels: number): Promise<number> {
  const names = Array.from({ length: channels }, (_, c) => `sensor ${String.fromCharCode(97 + c)}`);
  const values = Array.from({ length: period }, (_, row) =>
    names.map((_, c) => (50 + c + 10 * Math.sin(row / 50 + c)).toFixed(5).slice(0, 7)).join(',')
  );
  const stream = createWriteStream(file);
  await once(stream, 'open');
  stream.write(`time,${names.join(',')}\n`);
  for (let first = 0; first < rows; first += rowsPerPiece) {
    const count = Math.min(rowsPerPiece, rows - first);
    const lines = Array.from({ length: count }, (_, i) => {
      const row = first + i;
      const time = new Date(startMs + 1000 * row).toISOString();
      return `${time.slice(0, 10)} ${time.slice(11, 19)},${values[row % period]}\n`;
    });
    if (!stream.write(lines.join(''), 'latin1')) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
  return stream.bytesWritten;
}
