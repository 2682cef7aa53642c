/**
 * Hysteresis: an alarm is set further out than it is cleared, so that a value that lingers about its limit does not make it chatter. It must
 * not know what is compared.
 */
import type { Deadband } from '../domain/alarm';
import { Truth } from './condition';
import type { Layout, WatchState } from './watch-state';

/** Width of a deadband in the limit's own unit, never below 0. */
export function measureDeadband({ value, of }: Deadband, limit: number, range: number | null): number {
  return Math.max(0, of === 'unit' ? value : (value / 100) * Math.abs(range ?? limit));
}

export interface Hysteresis {
  /** Goes on from having been set. */
  resume(state: WatchState): Truth;
  follow(state: WatchState, value: number): Truth;
}

/**
 * Follows values that grow towards the abnormal: set beyond `limit` and not below `setAt`, cleared from `clearAt` down, between them as before
 * (cleared before the first), unknown for NaN, which changes nothing.
 */
export function createHysteresis(layout: Layout, limit: number, setAt: number, clearAt: number): Hysteresis {
  const place = layout.addFlag(Truth.no);
  return {
    resume({ flags }) {
      flags[place] = Truth.yes;
      return Truth.unknown;
    },
    follow({ flags }, value) {
      if (value > limit && value >= setAt) return (flags[place] = Truth.yes);
      if (value <= clearAt) return (flags[place] = Truth.no);
      return Number.isNaN(value) ? Truth.unknown : (flags[place] as Truth);
    }
  };
}
