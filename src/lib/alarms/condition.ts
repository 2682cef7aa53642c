/**
 * What every kind of condition offers to a rule, and what it is given. Three answers are possible: yes, no, and unknown, which is neither.
 * A condition is made once for all assets of a plan and holds nothing of any: what it remembers lies in the asset's state. It must not know
 * delays, alarms or priorities.
 */
import type { WatchState } from './watch-state';

/** Whether a condition holds; as numbers, because they lie among the flags. */
export const Truth = { no: 0, yes: 1, unknown: 2 } as const;
export type Truth = (typeof Truth)[keyof typeof Truth];

/** A row of readings, a window's score, or time alone; as bits, so that what a condition needs is one number. */
export const StepKind = { row: 1, score: 2, time: 4 } as const;

/** One step in time. One object is filled again and again, so that a step costs nothing; only what belongs to its kind is to be read. */
export interface Step {
  kind: number;
  tMs: number;
  /** NaN where the window has no score. */
  score: number;
  threshold: number;
}

export interface Condition {
  /** The kinds of steps that can change it, added up. It is given no others. */
  readonly needs: number;
  /** Goes on from having held when its alarm was last seen; what is to be said of it until its first step. */
  resume(state: WatchState): Truth;
  /** The condition after the step. A row's values lie in the state before it. */
  judge(state: WatchState, step: Step): Truth;
  /** What was compared last, and with what; null where that is no number. */
  value(state: WatchState): number | null;
  limit(state: WatchState): number | null;
}

/** The number, or null where it is none. */
export function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
