import type { Finding } from './finding';

/** What the state plate says. Unknown is a state of its own, never a kind of normal. */
export type PumpCondition = 'normal' | 'anomaly' | 'unknown';

/** Why the state is what it is; `ui` turns the code into a sentence. */
export type StateReason =
  'no-model' | 'finding-open' | 'below-threshold' | 'gap' | 'missing-value' | 'warming-up' | 'no-score';

/** A value that cannot be scored: its channel and its `Quality` code. */
export interface BadValue {
  channel: string;
  quality: number;
}

/** The state at the end of the readings. `sinceMs` is null where nothing was ever scored. */
export interface PumpState {
  condition: PumpCondition;
  reason: StateReason;
  sinceMs: number | null;
  /** The open finding, where there is one. */
  finding: Finding | null;
  /** Findings earlier in the readings that have ended. */
  endedFindings: number;
  /** The newest value that left a window without a score, where that is the reason and the value is known. */
  cause?: BadValue;
}
