/** A listener that writes down what a source tells. */
import type { Reading } from '$lib/domain/reading';
import type { SourceListener, SourceLoss, SourceState } from '$lib/domain/source';

export interface Notes extends SourceListener {
  all: Reading[];
  states: SourceState[];
  losses: SourceLoss[];
  stales: (string | null)[];
  /** How often anything was told. */
  readonly calls: number;
}

export function createNotes(): Notes {
  const all: Reading[] = [];
  const states: SourceState[] = [];
  const losses: SourceLoss[] = [];
  const stales: (string | null)[] = [];
  let calls = 0;
  return {
    all,
    states,
    losses,
    stales,
    get calls() {
      return calls;
    },
    readings(readings) {
      calls++;
      all.push(...readings);
    },
    state(state) {
      calls++;
      states.push(state);
    },
    loss(loss) {
      calls++;
      losses.push(loss);
    },
    stale(asset) {
      calls++;
      stales.push(asset);
    }
  };
}
