/**
 * The run-to-failure files of NASA's C-MAPSS: 26 columns between blanks and no header. Engine, cycle, three settings, 21 sensors;
 * the order is that of the data set's own readme. The engine is the asset, and its cycles are the only time there is.
 */
import { splitBlanks, type SampleRow } from '../csv/sample';
import { looksLikeNumber } from '../csv/dialect';

const columnNames: readonly string[] = [
  'engine',
  'cycle',
  ...[1, 2, 3].map((number) => `setting_${number}`),
  ...Array.from({ length: 21 }, (_, index) => `sensor_${index + 1}`)
];
export const [engineColumn, cycleColumn] = [0, 1] as const;

/** A cycle is a flight of unknown length; an hour is assumed, so that an engine's life is read off a clock with ease. */
export const assumedCycleMs = 3_600_000;

/** True where the lines of a text are such rows: 26 numbers, the first two whole. */
export function isCmapss(head: string): boolean {
  const lines = head.split(/\r\n|\r|\n/, 50).filter((line) => line.trim() !== '');
  if (lines.length > 1) lines.pop(); // cut, perhaps
  const fitting = lines.map(splitBlanks).filter((fields) => fields.length === columnNames.length);
  const isRow = (fields: string[]): boolean =>
    fields.every(looksLikeNumber) && /^\d+$/.test(fields[engineColumn]!) && /^\d+$/.test(fields[cycleColumn]!);
  return (
    fitting.length > 0 && fitting.length >= lines.length * 0.8 && fitting.filter(isRow).length >= fitting.length * 0.8
  );
}

/** The structure every such file has. */
export function cmapssStructure(rows: SampleRow[]) {
  const width = columnNames.length;
  return {
    width,
    headerLine: null,
    unitsLine: null,
    dataLine: 1,
    names: [...columnNames],
    units: columnNames.map(() => ''),
    rows: rows.filter(({ fields }) => fields.length === width)
  };
}
