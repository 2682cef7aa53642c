/** The one fact of the status line about live sources. Apart from their other words because every page says it. */

/** Nothing set up, readings come, some source waits or is refused, or another tab monitors. */
export type SourceFact = 'none' | 'live' | 'waiting' | 'paused';

const words: Record<SourceFact, string> = { none: 'None', live: 'Live', waiting: 'Waiting', paused: 'Paused' };

/** `None`, `Live`, `Waiting` or `Paused`. */
export function sourceFactWord(fact: SourceFact): string {
  return words[fact];
}
