/**
 * The messages of one edge node in the order it sent them. Brokers may deliver a device's birth before the node's, or swap two
 * messages; so what comes too early waits a moment before its absence counts as a loss. Knows no content.
 */
import type { Clock } from '../../domain/clock';

export interface Sequence<T> {
  /** A birth of the node with number `seq`: what was held and follows it is delivered, the rest is dropped and counted. */
  start(seq: number): void;
  /** Delivers in order; what comes too early is held. */
  push(seq: number, message: T): void;
  /** Holds nothing more and waits for `start`. */
  stop(): void;
}

/** How long a message may overtake those before it, ms. */
const heldForMs = 250;
const mostHeld = 64;

/**
 * Creates a sequence that waits for `start`. `lose` is told how many messages are lost; where the order is broken it waits for `start`
 * again, because what was missed may have changed what everything means.
 */
export function createSequence<T>(
  clock: Clock,
  deliver: (message: T) => void,
  lose: (count: number, isBroken: boolean) => void
): Sequence<T> {
  /** The number that comes next; null before a birth. */
  let expected: number | null = null;
  const held = new Map<number, T>();
  let cancel: (() => void) | null = null;

  function clear(): void {
    cancel?.();
    cancel = null;
    held.clear();
  }

  function drain(): void {
    while (expected !== null && held.has(expected)) {
      const message = held.get(expected)!;
      held.delete(expected);
      expected = (expected + 1) % 256;
      deliver(message);
    }
  }

  function breakOff(extra: number): void {
    const next = expected;
    const missing = next === null ? 0 : Math.min(...[...held.keys()].map((seq) => (seq - next + 256) % 256));
    const count = missing + held.size + extra;
    expected = null;
    clear();
    lose(count, true);
  }

  return {
    start(seq) {
      expected = (seq + 1) % 256;
      drain();
      const left = held.size;
      clear();
      if (left > 0) lose(left, false);
    },
    push(seq, message) {
      if (seq === expected) {
        expected = (seq + 1) % 256;
        deliver(message);
        drain();
        if (held.size === 0) clear();
      } else if (held.has(seq) || held.size >= mostHeld) breakOff(1);
      else {
        held.set(seq, message);
        cancel ??= clock.after(heldForMs, () => breakOff(0));
      }
    },
    stop() {
      expected = null;
      clear();
    }
  };
}
