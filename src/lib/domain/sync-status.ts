/** How a device stands with its backend, as pages show it. */

/** What makes an exchange worthwhile. */
export type SyncCause = 'start' | 'write' | 'online' | 'visible' | 'poke' | 'timer' | 'signed-in';

/** Why nothing more is tried until somebody does something about it. */
export type PauseCause = 'signed-out' | 'forbidden' | 'outdated' | 'too-large' | 'unacceptable';

export type SyncOutcome =
  | { kind: 'done'; pushed: number; pulled: number }
  | { kind: 'paused'; why: PauseCause }
  /** Worth another try; `afterMs` where the backend said when. `older-backend`: it does not know yet what this version writes. */
  | { kind: 'later'; why: 'unreachable' | 'bad-answer' | 'older-backend'; afterMs?: number };

export interface SyncStatus {
  isRunning: boolean;
  /** Operations that the backend has not settled. */
  pending: number;
  conflicts: number;
  /** When everything was last exchanged, wall clock of the device; null for never since the start. */
  lastSuccessMs: number | null;
  last: SyncOutcome | null;
  /** By how much this device's clock is further ahead of the backend's than it believes, ms. */
  aheadMs: number;
}
