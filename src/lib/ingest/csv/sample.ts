/** The beginning of a file as rows of fields: what the delimiter and the columns are recognised from. */
import { delimiters, type Delimiter } from '../../domain/import-plan';
import { isMissing, readNumber } from './number';
import { createRowCutter } from './rows';
import { readIso } from './time';

/** Length of the text, in characters, from which the delimiter is recognised. */
const sniffedLength = 65_536;

/** The rows of `text`, the header first, without blank and broken ones. Unless `isWhole`, a last row without a line end is left out. */
export function sampleRows(text: string, delimiter: Delimiter, isWhole: boolean): string[][] {
  const rows: string[][] = [];
  const cutter = createRowCutter(delimiter, {
    row: (fields) => {
      if (fields.length > 1 || fields[0]!.trim() !== '') rows.push(fields);
    },
    broken: () => undefined,
    acceptsLineBreak: () => true
  });
  cutter.push(text);
  if (isWhole) cutter.finish();
  return rows;
}

/**
 * The delimiter under which most rows have as many fields as the header, two at least, and most of their cells are numbers or
 * times: decimal commas and commas in a header divide a `;` file evenly often enough. The more columns where that is equal.
 */
export function sniffDelimiter(text: string, isWhole: boolean): Delimiter {
  let best: { delimiter: Delimiter; score: number; columns: number } | null = null;
  for (const delimiter of delimiters) {
    const [header = [], ...rows] = sampleRows(
      text.slice(0, sniffedLength),
      delimiter,
      isWhole && text.length <= sniffedLength
    );
    const columns = header.length;
    const fitting = rows.filter((row) => columns > 1 && row.length === columns);
    const understood = fitting.flat().filter(isUnderstood).length;
    const score = understood === 0 ? 0 : (fitting.length / rows.length) * (understood / (fitting.length * columns));
    if (!best || score > best.score || (score === best.score && columns > best.columns))
      best = { delimiter, score, columns };
  }
  return best?.delimiter ?? ',';
}

function isUnderstood(cell: string): boolean {
  return isMissing(cell) || !Number.isNaN(readNumber(cell)) || !Number.isNaN(readIso(cell));
}
