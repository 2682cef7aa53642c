/** The clock of the server: the wall clock, and timers that do not keep a process alive which is done otherwise. */
import type { Clock } from '../lib/domain/clock';

/** Longer waits overflow a timer, which then fires at once. */
const longestMs = 2 ** 31 - 1;

export const serverClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, Math.min(milliseconds, longestMs)).unref();
    return () => clearTimeout(timer);
  }
};
