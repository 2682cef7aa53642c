/** A CSV file of any size that is made while it is read: a time and nine sensors, one row a second. It is never held as a whole. */
import type { SourceFile } from '../../src/lib/ingest/source-file';

const header = 'time,alpha,beta,gamma,delta,epsilon,zeta,eta,theta,iota\n';
const startMs = Date.UTC(2020, 0, 1);
const rowsPerPiece = 10_000;
/** Rows are padded to one length, so that the size is known beforehand. */
const rowBytes = 100;

/** The cells of the sensors, row for row; they come again after a while, so that making the file costs little beside reading it. */
const tails = Array.from({ length: 5000 }, (_, index) => {
  const values = Array.from({ length: 9 }, (__, channel) => Math.sin(index / 100 + channel) * (10 + channel));
  const cells = values.map((value) => value.toFixed(5).slice(0, 7)).join(',');
  // Digits behind the last one change nothing that is looked at.
  return cells.padEnd(rowBytes - 'yyyy-mm-dd hh:mm:ss,\n'.length, '0');
});

/** `rows` rows below a header, 100 bytes each. */
export function createEndlessCsv(rows: number): SourceFile {
  const encoder = new TextEncoder();
  const row = (index: number): string => {
    const time = new Date(startMs + index * 1000).toISOString().slice(0, 19).replace('T', ' ');
    return `${time},${tails[index % tails.length]!}\n`;
  };
  async function* pieces(): AsyncIterable<Uint8Array> {
    yield encoder.encode(header);
    for (let first = 0; first < rows; first += rowsPerPiece) {
      const count = Math.min(rowsPerPiece, rows - first);
      yield encoder.encode(Array.from({ length: count }, (_, index) => row(first + index)).join(''));
    }
  }
  return {
    name: 'endless.csv',
    bytes: header.length + rows * rowBytes,
    pieces,
    async range(from, to) {
      if (from > 0) throw new Error('only the beginning can be asked for');
      const first = await pieces()[Symbol.asyncIterator]().next();
      return first.done ? new Uint8Array(0) : first.value.slice(0, to);
    }
  };
}
