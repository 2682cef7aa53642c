/**
 * The numbers of a text file. Exists because this runs once per cell: a million rows of ten columns are ten million calls, so
 * the usual short decimal is read by hand and only the rest by the engine. Decimal point only: `1,5` is not guessed at.
 */

/** Largest magnitude that does not become Infinity in the Float32 columns of a block. */
const float32Limit = 3.4028235677973362e38;

/** Words that loggers and historians write where they have no value; the longer ones are digital states of PI. */
const missingWords = new Set(
  (
    ',-,--,---,?,na,n/a,#n/a,#na,nan,null,none,nil,bad,bad input,i/o timeout,no data,pt created,scan off,scan timeout,' +
    'calc failed,comm fail,configure,intf shut,not connect,shutdown'
  ).split(',')
);

/**
 * The value of a cell, or NaN where it is no finite number that a Float32 can hold. Sign, decimal point, exponent and outer
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

/** True for an empty cell and for the words that stand for "no value", in any case. */
export function isMissing(cell: string): boolean {
  return missingWords.has(cell.trim().toLowerCase());
}

function readSlowly(cell: string): number {
  if (!/^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell)) return NaN;
  const value = Number(cell);
  return Math.abs(value) < float32Limit ? value : NaN;
}
