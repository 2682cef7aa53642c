/**
 * Stretches of stored rows into which late readings fell, waiting to be scored anew. Bounded: stretches that touch are one, and beyond
 * the bound the oldest are left with the scores they have.
 */

/** Rows of an asset in a stretch of time, both ends included. */
export interface Stretch {
  assetId: string;
  fromMs: number;
  toMs: number;
}

export interface Stretches {
  add(stretch: Stretch): void;
  /** All that wait, those that touch as one; none waits any more. */
  takeAll(): Stretch[];
  readonly length: number;
}

const mostStretches = 1000;

/** Creates the list, with nothing waiting. */
export function createStretches(): Stretches {
  let waiting: Stretch[] = [];
  return {
    add(stretch) {
      waiting.push(stretch);
      // Tidied when it is twice as long as it may be, so that a flood costs little for each.
      if (waiting.length > 2 * mostStretches) waiting = tidy(waiting);
    },
    takeAll() {
      const taken = tidy(waiting);
      waiting = [];
      return taken;
    },
    get length() {
      return waiting.length;
    }
  };
}

/** Stretches of one asset that touch become one; then the newest, by the order in which their assets last came. */
function tidy(stretches: Stretch[]): Stretch[] {
  const byAsset = new Map<string, Stretch[]>();
  for (const stretch of stretches) {
    const ofAsset = byAsset.get(stretch.assetId) ?? [];
    ofAsset.push(stretch);
    byAsset.delete(stretch.assetId);
    byAsset.set(stretch.assetId, ofAsset);
  }
  return [...byAsset.values()].flatMap(mergeTouching).slice(-mostStretches);
}

function mergeTouching(stretches: Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last && stretch.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, stretch.toMs);
    else merged.push({ ...stretch });
  }
  return merged;
}
