/** CSV text made from made-up readings, as a logger would write it. */
import type { ReadingBlock } from '../../src/lib/domain/reading-block';

/** A file with a time column, the channels, and a label that is 1 from `faultRow` on. */
export function writeCsv({ t, channels, columns }: ReadingBlock, faultRow: number, delimiter = ';'): string {
  const rows = Array.from(t, (tMs, row) =>
    [
      new Date(tMs).toISOString().slice(0, 19).replace('T', ' '),
      ...columns.map((column) => column[row]!.toFixed(4)),
      row >= faultRow ? '1' : '0'
    ].join(delimiter)
  );
  return [['time', ...channels, 'anomaly'].join(delimiter), ...rows, ''].join('\r\n');
}
