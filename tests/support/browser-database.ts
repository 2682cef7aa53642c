/**
 * Databases for the contract tests in the browser: a name of its own per test, its rows counted from outside, and removed.
 */
import { Dexie } from 'dexie';

let count = 0;

export function freshName(): string {
  return `contract-${Date.now()}-${count++}`;
}

/** Rows in all tables of a database except `meta`; 0 where there is no such database. */
export async function countRows(name: string): Promise<number> {
  if (!(await Dexie.exists(name))) return 0;
  const db = await new Dexie(name).open();
  const counts = await Promise.all(db.tables.filter((table) => table.name !== 'meta').map((table) => table.count()));
  db.close();
  return counts.reduce((sum, rows) => sum + rows, 0);
}
