/** What a single cell of a sample looks like. Which of several readings of it is right is decided by its column, not here. */
import { datePartsOf } from './calendar';
import { readIso } from './time';

const clock = /^\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,:]\d{1,9})?)?(?:\s*[AaPp]\.?\s?[Mm]\.?)?\s*$/;

/** True for a time of day alone. */
export function isClock(cell: string): boolean {
  return clock.test(cell);
}

/** True for a date, a date with a time, or a time of day. */
export function looksLikeTime(cell: string): boolean {
  if (cell.length < 4 || cell.length > 64) return false;
  return isClock(cell) || !Number.isNaN(readIso(cell)) || datePartsOf(cell) !== null;
}
