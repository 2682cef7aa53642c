/**
 * When to sync: at the start, after a write, when the network is back, the page is looked at, the backend pokes, and from time to time. One
 * run at a time; what is asked for meanwhile makes one more. Failures back off with jitter, a pause waits for a person.
 */
import type { Clock } from '../domain/clock';
import type { Random } from '../domain/random';
import type { SyncCause, SyncOutcome } from '../domain/sync-status';

export interface SyncTriggers {
  tell(trigger: SyncCause): void;
  /** No run begins any more; the one under way ends by itself. */
  stop(): void;
}

export interface SyncTriggersParts {
  syncOnce(): Promise<SyncOutcome>;
  clock: Clock;
  random: Pick<Random, 'uniform'>;
  /** Pause between two runs of their own accord. */
  everyMs?: number;
}

/** Writes come in heaps: the first goes at once, and those behind it at most so often. */
const debounceMs = 200;
/** Pokes reach all devices at one moment; so they do not all ask at one. */
const spreadMs = 250;
const firstBackOffMs = 1000;
const longestBackOffMs = 5 * 60_000;

/** Those by which a person, or the network, gives reason to hope although the last run failed or paused. */
const urgent: readonly SyncCause[] = ['start', 'online', 'visible', 'signed-in'];

/** Creates the triggers; `start` has to be told, too. */
export function createSyncTriggers({ syncOnce, clock, random, everyMs = 60_000 }: SyncTriggersParts): SyncTriggers {
  let isStopped = false;
  let isRunning = false;
  let isAskedAgain = false;
  let failures = 0;
  let isPaused = false;
  let begunMs = -Infinity;
  let due: { atMs: number; callOff: () => void } | null = null;

  function schedule(delayMs: number): void {
    if (isStopped) return;
    const atMs = clock.now() + delayMs;
    // A clock that was set back must not put the next run off until it has caught up.
    if (due && due.atMs <= atMs && due.atMs >= clock.now()) return;
    due?.callOff();
    due = { atMs, callOff: clock.after(delayMs, run) };
  }

  function run(): void {
    due?.callOff();
    due = null;
    if (isStopped) return;
    if (isRunning) {
      isAskedAgain = true;
      return;
    }
    isRunning = true;
    isAskedAgain = false;
    begunMs = clock.now();
    // The ledger failed: what it holds is safe, and later it may be well again.
    syncOnce().then(takeOutcome, () => takeOutcome({ kind: 'later', why: 'unreachable' }));
  }

  /** How long a write waits for others; not at all by a clock that was set back. */
  function debounce(): number {
    const sinceMs = clock.now() - begunMs;
    return sinceMs >= 0 ? Math.max(0, debounceMs - sinceMs) : 0;
  }

  function takeOutcome(outcome: SyncOutcome): void {
    isRunning = false;
    isPaused = outcome.kind === 'paused';
    // An older backend tells what others did all the same.
    if (outcome.kind === 'later' && outcome.why !== 'older-backend') {
      failures++;
      const longest = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(failures, 20));
      schedule(Math.max(outcome.afterMs ?? 0, longest * (0.5 + 0.5 * random.uniform())));
      return;
    }
    failures = 0;
    if (isPaused) return;
    schedule(isAskedAgain ? debounce() : everyMs * (0.75 + 0.5 * random.uniform()));
  }

  return {
    tell(trigger) {
      if (urgent.includes(trigger)) {
        failures = 0;
        isPaused = false;
        due?.callOff();
        due = null;
        run();
        return;
      }
      if (isPaused || failures > 0) return;
      if (isRunning) isAskedAgain = true;
      else schedule(trigger === 'poke' ? spreadMs * random.uniform() : trigger === 'write' ? debounce() : 0);
    },
    stop() {
      isStopped = true;
      due?.callOff();
      due = null;
    }
  };
}
