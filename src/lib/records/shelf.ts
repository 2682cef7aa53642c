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
  flush(): Promise<void>;
}

/** Creates the shelf over a table; it may be used while its transaction lasts. */
export function createShelf<Row extends { kind: string; id: string }>(table: Table<Row, Key>): Shelf<Row> {
  const known = new Map<string, { key: Key; row: Row | undefined }>();
  const changed = new Set<string>();
  const nameOf = (key: Key) => JSON.stringify(key);

  return {
    async load(keys) {
      const missing = new Map<string, Set<string>>();
      for (const key of keys) {
        const [kind, id] = key;
        if (known.has(nameOf(key))) continue;
        if (!missing.has(kind)) missing.set(kind, new Set());
        missing.get(kind)!.add(id);
      }
      for (const [kind, ids] of missing) {
        const found = new Map((await readRows(table, kind, [...ids])).map((row) => [row.id, row]));
        for (const id of ids) known.set(nameOf([kind, id]), { key: [kind, id], row: found.get(id) });
      }
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
    async flush() {
      const rows: Row[] = [];
      const gone = new Map<string, string[]>();
      for (const name of changed) {
        const { key, row } = known.get(name)!;
        const [kind, id] = key;
        if (row !== undefined) rows.push(row);
        else if (!gone.get(kind)?.push(id)) gone.set(kind, [id]);
      }
      changed.clear();
      for (const [kind, ids] of gone) await deleteRows(table, kind, ids);
      if (rows.length > 0) await table.bulkPut(rows);
    }
  };
}

/** In one request, where nothing else lies between them. */
async function deleteRows<Row>(table: Table<Row, Key>, kind: string, ids: string[]): Promise<void> {
  const sorted = ids.sort();
  const stretch = table.where(':id').between([kind, sorted[0]], [kind, sorted.at(-1)], true, true);
  const wanted = new Set(sorted);
  const isAlone = (await stretch.primaryKeys()).every(([, id]) => wanted.has(id));
  await (isAlone ? stretch.delete() : table.bulkDelete(sorted.map((id): Key => [kind, id])));
}

/** These rows, and perhaps others between them: ids are asked for together because they lie together, and one stretch is read faster than each. */
async function readRows<Row extends { id: string }>(
  table: Table<Row, Key>,
  kind: string,
  ids: string[]
): Promise<Row[]> {
  // The order of the database's keys.
  const sorted = ids.sort();
  const most = 2 * sorted.length;
  const stretch = await table
    .where(':id')
    .between([kind, sorted[0]], [kind, sorted.at(-1)], true, true)
    .limit(most)
    .toArray();
  const reached = stretch.length < most ? null : stretch.at(-1)!.id;
  if (reached === null) return stretch;
  const beyond = await table.bulkGet(sorted.flatMap((id) => (id > reached ? [[kind, id] satisfies Key] : [])));
  return [...stretch, ...beyond.flatMap((row) => row ?? [])];
}
