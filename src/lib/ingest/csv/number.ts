/**
 * The numbers of a text file. Exists because this runs once per cell: a million rows of ten columns are ten million calls, so
 * the usual short decimal is read by hand and only the rest by the engine.
 */
import type { Decimal, Grouping } from '../../domain/import-plan';
import { Quality } from '../../domain/reading-block';

/** Largest magnitude that does not become Infinity in the Float32 columns of a block. */
const float32Limit = 3.4028235677973362e38;

/** Words that loggers and spreadsheets write where they have no value. */
const missingWords = new Set(',-,--,---,?,na,n/a,#n/a,#na,nan,null,none,nil,<null>,(null)'.split(','));

/** Words for a value that the source itself does not believe; the longer ones are digital states of PI. */
const badWords = new Set(
  (
    'bad,bad input,bad data,bad quality,i/o timeout,no data,no good data,no value,no sample,pt created,scan off,scan timeout,calc failed,' +
    'comm fail,comm loss,configure,intf shut,not connect,shutdown,over range,under range,out of serv,error,' +
    '#value!,#div/0!,#ref!,#num!,#name?,#null!,#error'
  ).split(',')
);

/**
 * The value of a cell with a decimal point, or NaN where it is no finite number that a Float32 can hold. Sign, exponent and outer
 * blanks are allowed; decimal commas, grouping, hexadecimal and Infinity are not. `isMissing` tells why a NaN is one.
 */
export function readNumber(cell: string): number {
  const length = cell.length;
  const sign = cell.charCodeAt(0);
  const first = sign === 45 || sign === 43 ? 1 : 0;
  // Fifteen digits are exact in a double and so is the power of ten: the one division rounds as the engine's own reading does.
  if (length > 15 || length === first) return readSlowly(cell);
  let digits = 0;
  let scale = 0;
  for (let at = first; at < length; at++) {
    const code = cell.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      digits = digits * 10 + (code - 48);
      scale *= 10;
    } else if (code === 46 && scale === 0 && length > first + 1) {
      scale = 1;
    } else return readSlowly(cell);
  }
  const value = scale > 1 ? digits / scale : digits;
  return sign === 45 ? -value : value;
}

/**
 * Reads numbers with this decimal mark, in groups of three or without groups. A cell whose groups are not of three digits, or
 * that holds another mark, is no number: nothing is guessed.
 */
export function numberReader(decimal: Decimal, grouping: Grouping): (cell: string) => number {
  if (decimal === '.' && grouping === '') return readNumber;
  const mark = grouping === '' ? '' : grouping === ' ' ? '[ \\u00a0\\u202f]' : `\\${grouping}`;
  const grouped = new RegExp(`^\\s*[+-]?[1-9]\\d{0,2}(?:${mark}\\d{3})+(?:\\${decimal}\\d*)?\\s*$`);
  const marks = new RegExp(mark, 'g');
  return (cell) => {
    let text = cell.trim();
    if (mark !== '' && grouped.test(text)) text = text.replace(marks, '');
    if (decimal === ',') text = text.includes('.') ? 'x' : text.replace(',', '.');
    return readNumber(text);
  };
}

/** True for an empty cell and for the words that stand for "no value" or for a bad one, in any case. */
export function isMissing(cell: string): boolean {
  return qualityOfWord(cell) !== Quality.unreadable;
}

/** The quality of a cell that is no number: `missing`, `sourceBad` or `unreadable`. */
export function qualityOfWord(cell: string): number {
  const last = cell.charCodeAt(cell.length - 1);
  // No such word ends with a digit, and most cells asked about do.
  if (last >= 48 && last <= 57) return Quality.unreadable;
  const word = cell.trim().toLowerCase();
  if (missingWords.has(word)) return Quality.missing;
  return badWords.has(word) || badWords.has(word.replace(/^\[-?\d+\]\s*/, '')) ? Quality.sourceBad : Quality.unreadable;
}

function readSlowly(cell: string): number {
  if (!/^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell)) return NaN;
  const value = Number(cell);
  return Math.abs(value) < float32Limit ? value : NaN;
}
