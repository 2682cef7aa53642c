/** A bounded picture of an endless row of numbers, spread evenly over it: every 2ⁿ-th of them. Made without chance, so that a report repeats. */
export interface Thinned {
  add(value: number): void;
  /** What was kept, sorted; at most `size`. */
  sorted(): Float64Array;
}

/** Creates one that keeps between `size` / 2 and `size` numbers once it has seen so many. */
export function createThinned(size: number): Thinned {
  const kept = new Float64Array(size);
  let count = 0;
  let stride = 1;
  let seen = 0;

  return {
    add(value) {
      if (seen++ % stride !== 0) return;
      if (count === size) {
        for (let i = 0; 2 * i < size; i++) kept[i] = kept[2 * i]!;
        count = size >> 1;
        stride *= 2;
        if ((seen - 1) % stride !== 0) return;
      }
      kept[count++] = value;
    },
    sorted: () => kept.slice(0, count).sort()
  };
}
