/**
 * The delimiter of a text file and how it writes numbers, by what fits most rows and cells. Exists because a guess from the first
 * line is wrong where decimals are commas or the header has commas in it; what cannot be told is left open, to be asked.
 */
import { delimiters, type Decimal, type Delimiter, type Grouping } from '../../domain/import-plan';
import { looksLikeTime } from './cell-kind';
import { isMissing } from './number';
import { sampleRows } from './sample';

/** Length of the text, in characters, from which the delimiter is recognised. */
const sniffedLength = 65_536;

/** A number in one of the notations there are, whichever. */
const numberLike =
  /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+|\d{1,3}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?)(?:[eE][+-]?\d+)?$/;

/** True where a cell is a number in any notation. */
export function looksLikeNumber(cell: string): boolean {
  return numberLike.test(cell.trim());
}

/**
 * The delimiter under which most rows have as many fields as the commonest row, two at least, and most of their cells are numbers
 * or times: decimal commas and commas in a header divide a `;` file evenly often enough. The more columns where that is equal.
 */
export function sniffDelimiter(text: string, isWhole: boolean): Delimiter {
  let best: { delimiter: Delimiter; score: number; columns: number } | null = null;
  const head = text.slice(0, sniffedLength);
  for (const delimiter of delimiters) {
    const rows = sampleRows(head, delimiter, isWhole && text.length <= sniffedLength);
    const columns = commonWidth(rows.map(({ fields }) => fields.length));
    const fitting = rows.filter(({ fields }) => columns > 1 && fields.length === columns);
    const cells = fitting.flatMap(({ fields }) => fields);
    const said = cells.filter((cell) => !isMissing(cell));
    const understood = said.filter((cell) => looksLikeNumber(cell) || looksLikeTime(cell)).length;
    const score = understood === 0 ? 0 : (fitting.length / rows.length) * (understood / said.length);
    if (!best || score > best.score || (score === best.score && columns > best.columns))
      best = { delimiter, score, columns };
  }
  return best?.delimiter ?? ',';
}

/** The commonest of these widths, of two or more fields where any row has them; the larger of equally common ones. */
export function commonWidth(widths: number[]): number {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  const several = [...counts].filter(([width]) => width > 1);
  const ranked = (several.length > 0 ? several : [...counts]).sort(([a, na], [b, nb]) => nb - na || b - a);
  return ranked[0]?.[0] ?? 0;
}

/** How numbers are written; `decimal` null where the cells allow both. `example` is a cell that does. */
export interface Notation {
  decimal: Decimal | null;
  grouping: Grouping;
  example: string;
}

/** What cells say of the notation, counted. */
export interface NotationCounts {
  /** Numbers that only a decimal comma, or only a decimal point, can make sense of. */
  comma: number;
  point: number;
  /** `1,234` and `1.234`: grouped, or with three decimals. */
  threeAfterComma: number;
  threeAfterPoint: number;
  blankGroups: number;
  quoteGroups: number;
  example: string;
}

/** Counts of nothing, to be added to. */
export function noNotation(): NotationCounts {
  return { comma: 0, point: 0, threeAfterComma: 0, threeAfterPoint: 0, blankGroups: 0, quoteGroups: 0, example: '' };
}

/** Adds what one cell says. */
export function countNotation(counts: NotationCounts, cell: string): void {
  // The commonest cell of all: decimals that say by their number which mark they stand behind.
  if (/^-?\d+\.(?:\d{1,2}|\d{4,})$/.test(cell)) {
    counts.point++;
    return;
  }
  const text = cell.trim();
  if (!/[.,' \u00a0\u202f]/.test(text) || !numberLike.test(text)) return;
  const digits = text.replace(/^[+-]/, '').replace(/[eE].*$/, '');
  const hasExponent = digits.length < text.replace(/^[+-]/, '').length;
  if (/[ \u00a0\u202f]/.test(digits)) counts.blankGroups++;
  if (digits.includes("'")) counts.quoteGroups++;
  const [commas, points] = [digits.split(',').length - 1, digits.split('.').length - 1];
  if (commas > 0 && points > 0) {
    if (digits.lastIndexOf(',') > digits.lastIndexOf('.')) counts.comma++;
    else counts.point++;
  } else if (commas > 1) counts.point++;
  else if (points > 1) counts.comma++;
  else if (commas === 1) {
    if (/^[1-9]\d{0,2},\d{3}$/.test(digits) && !hasExponent) {
      counts.threeAfterComma++;
      counts.example ||= text;
    } else counts.comma++;
  } else if (points === 1) {
    if (/^[1-9]\d{0,2}\.\d{3}$/.test(digits) && !hasExponent) counts.threeAfterPoint++;
    else counts.point++;
  }
}

/** Cells that decide must be one in so many of those they decide about, and not one slip of a logger. */
const fewCells = 20;

/**
 * The notation that the counts speak for. Open where `1,234` is all there is, and where too few cells decide: one damaged cell must not multiply a thousand others by a thousand. A lone `1.234` is a decimal point,
 * unless commas in the file are decimal ones.
 */
export function decideNotation(counts: NotationCounts): Notation {
  const { comma, point, threeAfterComma, threeAfterPoint, blankGroups, quoteGroups, example } = counts;
  const other: Grouping = blankGroups > 0 ? ' ' : quoteGroups > 0 ? "'" : '';
  if (comma > point) {
    const isOpen = threeAfterPoint > comma * fewCells;
    return { decimal: isOpen ? null : ',', grouping: threeAfterPoint > 0 ? '.' : other || '.', example };
  }
  if (point > comma || threeAfterComma === 0) {
    const isOpen = threeAfterComma > (point + threeAfterPoint) * fewCells;
    return { decimal: isOpen ? null : '.', grouping: threeAfterComma > 0 ? ',' : other, example };
  }
  return { decimal: null, grouping: '', example };
}
