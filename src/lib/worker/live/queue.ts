/** Readings between their arrival and their turn. Bounded: under load the oldest are dropped, counted and told. */
import type { Reading } from '../../domain/reading';

/** A reading with its source and the wall clock on its arrival. */
export interface Arrival {
  sourceId: string;
  reading: Reading;
  arrivedMs: number;
}

export interface ReadingQueue {
  push(arrival: Arrival): void;
  /** Everything that waits, oldest first; the queue is empty then. */
  takeAll(): Arrival[];
  readonly length: number;
}

/** Creates a queue of at most `most` readings. `onDrop` is told the source of each reading dropped. */
export function createReadingQueue(most: number, onDrop: (sourceId: string) => void): ReadingQueue {
  let waiting: Arrival[] = [];
  // Dropped ones stay in the array until it is taken, or half of it is: shifting an array a hundred thousand times costs more.
  let first = 0;

  return {
    push(arrival) {
      waiting.push(arrival);
      if (waiting.length - first <= most) return;
      onDrop(waiting[first]!.sourceId);
      first += 1;
      if (first * 2 > waiting.length) {
        waiting = waiting.slice(first);
        first = 0;
      }
    },
    takeAll() {
      const taken = first === 0 ? waiting : waiting.slice(first);
      waiting = [];
      first = 0;
      return taken;
    },
    get length() {
      return waiting.length - first;
    }
  };
}
