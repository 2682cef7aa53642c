/** Time as the simulation makes it: events in the order of their moments, each run until nothing is left to do before the next begins. */
import type { Clock } from '$lib/domain/clock';

export interface VirtualTime {
  /** The true time, ms UTC. */
  now(): number;
  after(milliseconds: number, act: () => void): () => void;
  /** A promise that resolves then. */
  pause(milliseconds: number): Promise<void>;
  /** Runs what happens up to that moment. */
  runTo(atMs: number): Promise<void>;
  /** How many events have run. */
  count(): number;
}

interface Event {
  atMs: number;
  order: number;
  act: (() => void) | null;
}

export function createVirtualTime(startMs: number): VirtualTime {
  /** A binary heap: the earliest first, of one moment in the order they were asked for. */
  const heap: Event[] = [];
  let nowMs = startMs;
  let order = 0;
  let ran = 0;

  const isBefore = (a: Event, b: Event) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

  function push(event: Event): void {
    let i = heap.push(event) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && isBefore(event, heap[parent]!); parent = (i - 1) >> 1) {
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  function pop(): void {
    const event = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, event)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = event;
  }

  function after(milliseconds: number, act: () => void): () => void {
    const event: Event = { atMs: nowMs + Math.max(0, milliseconds), order: order++, act };
    push(event);
    return () => void (event.act = null);
  }

  return {
    now: () => nowMs,
    after,
    pause: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    async runTo(atMs) {
      for (let next = heap[0]; next && next.atMs <= atMs; next = heap[0]) {
        const { act } = next;
        pop();
        if (!act) continue;
        nowMs = next.atMs;
        ran++;
        act();
        await quiet();
      }
      nowMs = atMs;
    },
    count: () => ran
  };
}

/** Until no promise has anything to do any more: nothing in the simulation waits for the world outside. */
const quiet = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A device's own clock: off by `skewMs()`, which may jump. Its timers run true. */
export function createSkewedClock(time: VirtualTime, skewMs: () => number): Clock {
  return { now: () => time.now() + skewMs(), after: time.after };
}
