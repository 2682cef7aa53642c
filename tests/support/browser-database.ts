/**
 * Databases for the contract tests in the browser: a name of its own per test, its rows counted from outside, and removed.
 */
import { Dexie } from 'dexie';

let count = 0;

export function freshName(): string {
  return `contract-${Date.now()}-${count++}`;
}

/** Rows in all tables of a database except `meta` and those left out; 0 where there is no such database. */
export async function countRows(name: string, leftOut: readonly string[] = []): Promise<number> {
  if (!(await Dexie.exists(name))) return 0;
  const db = await new Dexie(name).open();
  const counted = db.tables.filter((table) => table.name !== 'meta' && !leftOut.includes(table.name));
  const counts = await Promise.all(counted.map((table) => table.count()));
  db.close();
  return counts.reduce((sum, rows) => sum + rows, 0);
}
