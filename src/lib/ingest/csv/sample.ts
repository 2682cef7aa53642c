/** Parts of a text file as rows of fields: what everything about it is recognised from. */
import type { Delimiter } from '../../domain/import-plan';
import { createRowCutter } from './rows';

/** A row with the line it begins on; 1 is the first of the text it was cut from. */
export interface SampleRow {
  fields: string[];
  line: number;
}

/** The rows of `text`, without blank and broken ones. Unless `isWhole`, a last row without a line end is left out. */
export function sampleRows(text: string, delimiter: Delimiter, isWhole: boolean): SampleRow[] {
  const rows: SampleRow[] = [];
  const sink = {
    row(fields: string[], line: number) {
      if (fields.length > 1 || fields[0]!.trim() !== '') rows.push({ fields, line });
    },
    broken: () => undefined,
    acceptsLineBreak: () => true
  };
  if (delimiter === ' ') {
    const lines = text.split(/\r\n|\r|\n/);
    if (!isWhole) lines.pop();
    lines.forEach((line, index) => sink.row(splitBlanks(line), index + 1));
    return rows;
  }
  const cutter = createRowCutter(delimiter, sink);
  cutter.push(text);
  if (isWhole) cutter.finish();
  return rows;
}

/** The words of a line between any number of blanks. */
export function splitBlanks(line: string): string[] {
  return line.trim().split(/[ \t]+/);
}
