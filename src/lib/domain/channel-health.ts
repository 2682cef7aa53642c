/**
 * How far a channel's signal can be relied on, in the four words of NAMUR NE 107 besides good, worst first: the signal is invalid;
 * it is invalid for a time, while somebody works on it; it is outside its specification; it is valid, and maintenance is due.
 */
export const healthStates = ['failure', 'function-check', 'out-of-specification', 'maintenance', 'good'] as const;
export type HealthState = (typeof healthStates)[number];

/** One channel as its newest values show it. */
export interface ChannelHealth {
  channel: string;
  state: HealthState;
  /** The `Quality` code of the newest value, which is the reason. */
  quality: number;
  /** Since when the state holds, ms UTC. */
  sinceMs: number;
}
