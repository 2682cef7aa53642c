/** A clock that a test turns by hand: nothing runs until `advance`, and then everything that is due, in order. */
import type { Clock } from '$lib/domain/clock';

export interface HandClock extends Clock {
  /** Lets so many ms pass. */
  advance(milliseconds: number): void;
  /** How many timers are set. */
  readonly pending: number;
  /** When the next timer is due; null where none is set. */
  readonly nextMs: number | null;
}

export function createHandClock(startMs = 1_764_000_000_000): HandClock {
  let nowMs = startMs;
  const timers = new Set<{ dueMs: number; act: () => void }>();
  const first = () => [...timers].sort((a, b) => a.dueMs - b.dueMs)[0];

  return {
    now: () => nowMs,
    after(milliseconds, act) {
      const timer = { dueMs: nowMs + milliseconds, act };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(milliseconds) {
      const endMs = nowMs + milliseconds;
      for (let timer = first(); timer && timer.dueMs <= endMs; timer = first()) {
        timers.delete(timer);
        nowMs = timer.dueMs;
        timer.act();
      }
      nowMs = endMs;
    },
    get pending() {
      return timers.size;
    },
    get nextMs() {
      return first()?.dueMs ?? null;
    }
  };
}
