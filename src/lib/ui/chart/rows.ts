/** Chooses the few rows of a slice that a table shows. */

/** At most `most` places of 0 … count − 1, evenly spread, with the first and the last. */
export function spreadRows(count: number, most: number): number[] {
  const rows = Math.min(count, most);
  return Array.from({ length: rows }, (_, i) => (rows === 1 ? 0 : Math.round((i * (count - 1)) / (rows - 1))));
}
