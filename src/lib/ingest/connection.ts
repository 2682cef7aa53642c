/**
 * How a source connects, waits and tries again: one state machine for every network and serial source, so that they all back
 * off alike and tell the same states in the same order. Knows no protocol; time and chance are injected.
 */
import type { Clock } from '../domain/clock';
import { fail } from '../domain/result';
import type { Fault } from '../domain/result';
import type { SourcePhase, SourceState } from '../domain/source';

/** How long to wait, ms. Waits double from `firstWaitMs` up to `longestWaitMs`; half of each is left to chance. */
export interface ConnectionPolicy {
  firstWaitMs: number;
  longestWaitMs: number;
  /** A try that is not open after this is given up. */
  connectTimeoutMs: number;
  /** Only a connection that was open for so long makes the next wait short again. */
  settledAfterMs: number;
}

/** A second at first, a minute at most. */
export const defaultPolicy: ConnectionPolicy = {
  firstWaitMs: 1000,
  longestWaitMs: 60_000,
  connectTimeoutMs: 15_000,
  settledAfterMs: 30_000
};

/** How one try tells its fate. A try that is over is not listened to any more, whatever its socket still says. */
export interface Try {
  opened(): void;
  /** It failed or was cut; another try may help. */
  lost(fault: Fault): void;
  /** Trying again cannot help. */
  refused(fault: Fault): void;
  readonly isOver: boolean;
}

/** What a connection needs. `connect` starts a try and returns how to let go of all it holds; it is called once per try. */
export interface ConnectionParts {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  policy?: ConnectionPolicy;
  connect: (attempt: Try) => () => void;
  tell: (state: SourceState) => void;
}

export interface Connection {
  /** Starts the first try, soon; a second call does nothing. */
  open(): void;
  /** Tries now where it waits or was refused; otherwise does nothing. */
  retryNow(): void;
  /** Ends for good. Tells `closed` where it was ever opened, and nothing afterwards. */
  close(): void;
}

/** The wait, ms, before the try after `failures` (1 and up) in a row: doubled each time, capped, between half and all of it. */
export function waitAfter(failures: number, random: number, policy: ConnectionPolicy = defaultPolicy): number {
  const whole = Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** (failures - 1));
  return Math.round(whole * (0.5 + random / 2));
}

/** Creates the machine at rest. */
export function createConnection({
  clock,
  random,
  policy = defaultPolicy,
  connect,
  tell
}: ConnectionParts): Connection {
  let phase: SourcePhase | 'new' = 'new';
  let attempt = 0;
  let failures = 0;
  let openedMs = 0;
  let endTry: () => void = () => {};
  let cancelTimer: () => void = () => {};

  function enter(next: SourcePhase, nextTryMs: number | null = null, fault: Fault | null = null): void {
    phase = next;
    tell({ phase: next, sinceMs: clock.now(), attempt, nextTryMs, fault });
  }

  function schedule(milliseconds: number, act: () => void): void {
    cancelTimer();
    cancelTimer = clock.after(milliseconds, act);
  }

  function leaveTry(): void {
    cancelTimer();
    endTry();
    endTry = () => {};
  }

  function startTry(): void {
    let isOver = false;
    let release: (() => void) | null = null;
    endTry = () => {
      isOver = true;
      release?.();
      release = null;
    };
    const once = (act: () => void) => () => {
      if (!isOver) act();
    };
    attempt++;
    enter('connecting');
    // Whoever was told may have closed or retried.
    if (isOver) return;
    const timedOut = (): void => {
      const waited = `${policy.connectTimeoutMs / 1000} s of silence`;
      lose(fail('unexpected', 'connection', waited, 'an answer').fault);
    };
    schedule(policy.connectTimeoutMs, once(timedOut));
    release = connect({
      opened: once(() => {
        if (phase !== 'connecting') return;
        cancelTimer();
        openedMs = clock.now();
        attempt = 0;
        enter('open');
      }),
      lost: (fault) => once(() => lose(fault))(),
      refused: (fault) =>
        once(() => {
          leaveTry();
          enter('refused', null, fault);
        })(),
      get isOver() {
        return isOver;
      }
    });
    // The try may have ended while it was being started.
    if (isOver) release();
  }

  function lose(fault: Fault): void {
    if (phase === 'open' && clock.now() - openedMs >= policy.settledAfterMs) failures = 0;
    failures++;
    leaveTry();
    const wait = waitAfter(failures, random(), policy);
    schedule(wait, startTry);
    enter('waiting', clock.now() + wait, fault);
  }

  return {
    open() {
      if (phase !== 'new') return;
      phase = 'connecting';
      schedule(0, startTry);
    },
    retryNow() {
      if (phase !== 'waiting' && phase !== 'refused') return;
      phase = 'connecting';
      schedule(0, startTry);
    },
    close() {
      const wasNew = phase === 'new';
      if (phase === 'closed') return;
      leaveTry();
      attempt = 0;
      phase = 'closed';
      if (!wasNew) enter('closed');
    }
  };
}
