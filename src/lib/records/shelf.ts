/** Rows of one table within one transaction: as they were read, or as they shall be. Written to the table when told. */
import { Dexie, type Table } from 'dexie';

/** Kind and id. */
export type Key = [string, string];

interface Shelf<Row> {
  /** Reads all of these that are not known yet, at once. */
  load(keys: Key[]): Promise<void>;
  get(key: Key): Promise<Row | undefined>;
  /** Undefined deletes. */
  set(key: Key, row: Row | undefined): void;
  forget(): void;
  flush(): Promise<void>;
}

/** Creates the shelf over a table; it may be used while its transaction lasts. */
export function createShelf<Row>(table: Table<Row, Key>): Shelf<Row> {
  const known = new Map<string, { key: Key; row: Row | undefined }>();
  const changed = new Set<string>();
  const nameOf = ([kind, id]: Key) => `${kind} ${id}`;

  return {
    async load(keys) {
      const missing = keys.filter((key) => !known.has(nameOf(key)));
      if (missing.length === 0) return;
      const rows = await table.bulkGet(missing);
      missing.forEach((key, i) => known.set(nameOf(key), { key, row: rows[i] }));
    },
    get(key) {
      const name = nameOf(key);
      const found = known.get(name);
      if (found) return Dexie.Promise.resolve(found.row);
      return table.get(key).then((row) => {
        known.set(name, { key, row });
        return row;
      });
    },
    set(key, row) {
      known.set(nameOf(key), { key, row });
      changed.add(nameOf(key));
    },
    forget: () => known.clear(),
    async flush() {
      const rows: Row[] = [];
      const gone: Key[] = [];
      for (const name of changed) {
        const { key, row } = known.get(name)!;
        if (row === undefined) gone.push(key);
        else rows.push(row);
      }
      changed.clear();
      if (gone.length > 0) await table.bulkDelete(gone);
      if (rows.length > 0) await table.bulkPut(rows);
    }
  };
}
