/**
 * Where in a table the names, the units and the readings begin: lines of title and remarks stand above many a header, a row of
 * units below it, and some files have no header at all. Judged by the rows alone, whatever format they come from.
 */
import { isUnitText } from './csv/unit';
import { looksLikeTime } from './csv/cell-kind';
import { commonWidth, looksLikeNumber } from './csv/dialect';
import { isMissing } from './csv/number';
import type { SampleRow } from './csv/sample';

/** A table's parts. Rows of readings are those of `width` fields from `dataLine` on. */
export interface Structure {
  width: number;
  headerLine: number | null;
  unitsLine: number | null;
  dataLine: number;
  /** As long as `width`; '' where a column has no name or no unit. */
  names: string[];
  units: string[];
  /** The rows of readings, as far as the sample goes. */
  rows: SampleRow[];
}

/** Where the lines of a table stand. */
type Lines = Pick<Structure, 'headerLine' | 'unitsLine' | 'dataLine'>;

/** Lines that a person named: null for a line that is not there. */
export interface GivenLines {
  header?: number | null;
  units?: number | null;
  data?: number;
}

/** How far above the readings a header may be: damaged rows may lie between. */
const headerReach = 50;

/**
 * The parts of the table that begins with `rows`, those that a person named where they stand; null where no row of it holds a number or
 * a time like the others.
 */
export function findStructure(rows: SampleRow[], given: GivenLines = {}): Structure | null {
  const width = commonWidth(rows.map(({ fields }) => fields.length));
  const fitting = rows.filter(({ fields }) => fields.length === width).map(({ fields }) => fields);
  const kinds = columnKinds(fitting, width);
  const first = rows.findIndex(({ fields }) => isDataRow(fields, kinds));
  if (first < 0) return null;
  const lines = placeLines(findLines(rows, first, width, given.data), given);
  const rowAt = (line: number | null) => rows.find((row) => row.line === line);
  const cells = (line: number | null): string[] =>
    Array.from({ length: width }, (_, column) => rowAt(line)?.fields[column]?.trim() ?? '');
  return {
    width,
    ...lines,
    names: cells(lines.headerLine),
    units: cells(lines.unitsLine).map((unit) => unit.replace(/^[[(](.*)[\])]$/, '$1').trim()),
    rows: rows.filter(({ line, fields }) => line >= lines.dataLine && fields.length === width)
  };
}

/** The lines as they are found, those right above where the readings were said to begin before those above row `first`, the first to look like one. */
function findLines(rows: SampleRow[], first: number, width: number, dataLine?: number): Lines {
  const said = dataLine === undefined ? -1 : rows.findIndex(({ line }) => line >= dataLine);
  const above = said < 0 ? null : linesAbove(rows, said, width);
  return above?.headerLine ? above : linesAbove(rows, first, width);
}

function linesAbove(rows: SampleRow[], first: number, width: number): Lines {
  const data = rows.slice(first).filter(({ fields }) => fields.length === width);
  const block = headerBlock(rows.slice(Math.max(0, first - headerReach), first), width, data);
  const unitsAt = block.findIndex(({ fields }, index) => index > 0 && isUnitsRow(fields));
  const header = (unitsAt > 0 ? block[unitsAt - 1] : block.at(-1)) ?? null;
  const dataRow = header ? rows[rows.indexOf(block.at(-1)!) + 1]! : rows[first]!;
  return {
    headerLine: header?.line ?? null,
    unitsLine: unitsAt > 0 ? block[unitsAt]!.line : null,
    dataLine: dataRow.line
  };
}

/** The lines found, with those given in their place. A line that is no header and no units any more is one of readings. */
function placeLines(found: Lines, { header = found.headerLine, units = found.unitsLine, data }: GivenLines): Lines {
  const unitsLine = units === header ? null : units;
  const freed = unitsLine === null ? (header === null ? found.headerLine : found.unitsLine) : null;
  const next = Math.max(freed ?? found.dataLine, (header ?? 0) + 1, (unitsLine ?? 0) + 1);
  return { headerLine: header, unitsLine, dataLine: data ?? next };
}

/** A number or a time where most rows of the column have one; other cells say nothing. */
type Kind = 'number' | 'time' | null;

function kindOf(cell: string): Kind {
  return looksLikeNumber(cell) ? 'number' : looksLikeTime(cell) ? 'time' : null;
}

function columnKinds(rows: string[][], width: number): Kind[] {
  return Array.from({ length: width }, (_, column) => {
    const said = rows.map((row) => row[column]!).filter((cell) => !isMissing(cell));
    const count = (kind: Kind): number => said.filter((cell) => kindOf(cell) === kind).length;
    const [numbers, times] = [count('number'), count('time')];
    if (Math.max(numbers, times) * 2 < said.length || numbers + times === 0) return null;
    return times > numbers ? 'time' : 'number';
  });
}

/** Half of the cells that should be numbers or times are; where a column holds times, one of them is. */
function isDataRow(fields: string[], kinds: Kind[]): boolean {
  if (fields.length !== kinds.length) return false;
  const isTimed = kinds.some((kind, column) => kind === 'time' && kindOf(fields[column]!) === 'time');
  if (kinds.includes('time') && !isTimed) return false;
  let [expected, found] = [0, 0];
  kinds.forEach((kind, column) => {
    if (kind === null || isMissing(fields[column]!)) return;
    expected++;
    if (kindOf(fields[column]!) === kind) found++;
  });
  return found > 0 && found * 2 >= expected;
}

/** The last rows above the readings that are as wide and hold words: the names, and what belongs to them. */
function headerBlock(above: SampleRow[], width: number, data: SampleRow[]): SampleRow[] {
  const isLastEmpty = data.every(({ fields }) => fields[width - 1]!.trim() === '');
  const isHeaderLike = ({ fields }: SampleRow): boolean => {
    // Many loggers end the rows with a delimiter and the header without one, or the other way round.
    const isWide =
      fields.length === width ||
      (width > 2 && fields.length === width - 1 && isLastEmpty) ||
      (fields.length > width && fields.slice(width).every((cell) => cell.trim() === ''));
    const said = fields.filter((cell) => cell.trim() !== '');
    return isWide && said.length > 0 && said.filter((cell) => kindOf(cell) !== null).length * 2 < said.length;
  };
  const last = above.findLastIndex(isHeaderLike);
  const before = above.slice(0, last).findLastIndex((row) => !isHeaderLike(row));
  return above.slice(before + 1, last + 1);
}

/** Half of the cells that say something are units, and none is a number. */
function isUnitsRow(fields: string[]): boolean {
  const said = fields.filter((cell) => cell.trim() !== '');
  const units = said.filter(isUnitText);
  return units.length > 0 && units.length * 2 >= said.length && !said.some(looksLikeNumber);
}
