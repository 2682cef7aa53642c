/** The clock of a thread: the wall clock and its timers. */
import type { Clock } from '../../domain/clock';

/** Longer waits overflow a timer, which then fires at once. */
const longestMs = 2 ** 31 - 1;

export const threadClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, Math.min(milliseconds, longestMs));
    return () => clearTimeout(timer);
  }
};
