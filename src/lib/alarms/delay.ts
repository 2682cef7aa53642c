/**
 * On-delay and off-delay: a change counts once it has held for so long by the samples' own time, and a pending one is dropped when the
 * opposite is seen. Unknown is no evidence either way: it stops the clock of a pending change, and where it lasts longer than the delay itself
 * the change begins anew, since what was seen before says nothing any more. So a few lost samples do not put an alarm off for ever, and two sides
 * of an outage are never taken for one stretch. It must not know what is delayed.
 */
import { Truth } from './condition';
import type { Layout, WatchState } from './watch-state';

export interface Delay {
  /** Goes on from being active. */
  resume(state: WatchState): void;
  isActive(state: WatchState): boolean;
  /** True where the opposite has been seen and has not held for long enough; if not, only the opposite can change anything. */
  isPending(state: WatchState): boolean;
  /** Takes what is the case at `tMs`, times not falling; true where `isActive` changed by it. */
  follow(state: WatchState, tMs: number, truth: Truth): boolean;
  /** Lets a pending change take effect at once; true where there was one. */
  settle(state: WatchState): boolean;
}

/** Creates the delay, and reserves what it remembers of an asset: not active at first. */
export function createDelay(onMs: number, offMs: number, layout: Layout): Delay {
  const activeAt = layout.addFlag(Truth.no);
  /** Since when the opposite of active holds, moved forward by what was unknown in between; NaN where none is pending. */
  const sinceAt = layout.addNumbers(NaN);
  const unknownSinceAt = layout.addNumbers(NaN);

  function change({ numbers, flags }: WatchState): true {
    flags[activeAt] = flags[activeAt] === Truth.yes ? Truth.no : Truth.yes;
    numbers[sinceAt] = numbers[unknownSinceAt] = NaN;
    return true;
  }

  function follow(state: WatchState, tMs: number, truth: Truth): boolean {
    const { numbers, flags } = state;
    const sinceMs = numbers[sinceAt]!;
    const unknownSinceMs = numbers[unknownSinceAt]!;
    if (truth === flags[activeAt]) {
      numbers[sinceAt] = numbers[unknownSinceAt] = NaN;
      return false;
    }
    if (truth === Truth.unknown) {
      if (Number.isNaN(unknownSinceMs) && !Number.isNaN(sinceMs)) numbers[unknownSinceAt] = tMs;
      return false;
    }
    const delayMs = flags[activeAt] === Truth.yes ? offMs : onMs;
    if (Number.isNaN(sinceMs)) numbers[sinceAt] = tMs;
    else if (!Number.isNaN(unknownSinceMs)) {
      const unknownMs = tMs - unknownSinceMs;
      numbers[sinceAt] = unknownMs > delayMs ? tMs : sinceMs + unknownMs;
    }
    numbers[unknownSinceAt] = NaN;
    return tMs - numbers[sinceAt]! >= delayMs && change(state);
  }

  const isPending = ({ numbers }: WatchState) => !Number.isNaN(numbers[sinceAt]);
  return {
    resume: ({ flags }) => void (flags[activeAt] = Truth.yes),
    isActive: ({ flags }) => flags[activeAt] === Truth.yes,
    isPending,
    follow,
    settle: (state) => isPending(state) && change(state)
  };
}
