/** A map whose changes since the last `keep` can be taken back: what doubles of storage make transactions of. */
export interface Undoable<Key, Value> {
  readonly size: number;
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  values(): IterableIterator<Value>;
  entries(): [Key, Value][];
  keep(): void;
  undo(): void;
  /** Another map with what was kept last. */
  copy(): Undoable<Key, Value>;
}

export function createUndoable<Key, Value>(content: Iterable<[Key, Value]> = []): Undoable<Key, Value> {
  const map = new Map<Key, Value>(content);
  /** What was there before the first change of each key; undefined for nothing. */
  const before = new Map<Key, Value | undefined>();

  function remember(key: Key): void {
    if (!before.has(key)) before.set(key, map.get(key));
  }

  return {
    get size() {
      return map.size;
    },
    get: (key) => map.get(key),
    set(key, value) {
      remember(key);
      map.set(key, value);
    },
    delete(key) {
      remember(key);
      map.delete(key);
    },
    values: () => map.values(),
    entries: () => [...map],
    keep: () => before.clear(),
    undo() {
      for (const [key, value] of before) {
        if (value === undefined) map.delete(key);
        else map.set(key, value);
      }
      before.clear();
    },
    copy() {
      const kept = new Map(map);
      for (const [key, value] of before) {
        if (value === undefined) kept.delete(key);
        else kept.set(key, value);
      }
      return createUndoable(kept);
    }
  };
}
