/**
 * Stretches of stored readings into which late ones fell, waiting to be scored anew. Bounded: an asset has one stretch, and beyond the bound the
 * oldest keep the scores they have. A piece is scored at a time, because calls must not wait for a year of history.
 */
import type { ReadingBlock } from '../../lib/domain/reading-block';
import { scoreStretch, type LiveModel } from '../../lib/monitor/live';
import type { ReadingsStore } from './readings-store';

export interface LateScores {
  /** Notes rows that were stored behind their asset's newest. */
  note(block: ReadingBlock, model: LiveModel): void;
  forget(assetId: string): void;
  /** Scores a piece of the stretch that waits longest, and stores the scores. */
  scoreNext(): Promise<void>;
  readonly length: number;
}

const mostStretches = 1000;
const mostRows = 2000;

interface Stretch {
  fromMs: number;
  toMs: number;
  model: LiveModel;
}

/** Creates the list, with nothing waiting. */
export function createLateScores(store: Pick<ReadingsStore, 'readReadings' | 'write'>): LateScores {
  const waiting = new Map<string, Stretch>();

  return {
    note({ assetId, t }, model) {
      const before = waiting.get(assetId);
      waiting.delete(assetId);
      if (waiting.size >= mostStretches) waiting.delete(waiting.keys().next().value!);
      const toMs = t.at(-1)! + warmUpMs(model);
      const fromMs = Math.min(before?.fromMs ?? Infinity, t[0]!);
      waiting.set(assetId, { fromMs, toMs: Math.max(before?.toMs ?? -Infinity, toMs), model });
    },

    forget: (assetId) => void waiting.delete(assetId),

    async scoreNext() {
      const next = waiting.entries().next().value;
      if (!next) return;
      const [assetId, { fromMs, toMs, model }] = next;
      waiting.delete(assetId);
      const block = await store.readReadings(assetId, fromMs - warmUpMs(model), toMs, mostRows);
      const isWhole = block.t.length < mostRows;
      const reachedMs = isWhole ? toMs : block.t.at(-1)!;
      const scores = block.t.length > 0 ? await scoreStretch(assetId, model, [block], fromMs, reachedMs) : null;
      if (scores) await store.write({ readings: [], scores: [scores], findings: [], standings: [] });
      // Readings so dense that a piece does not even span the warm-up cannot be gone through like this.
      if (isWhole || reachedMs <= fromMs) return;
      const since = waiting.get(assetId);
      waiting.set(assetId, {
        fromMs: Math.min(reachedMs, since?.fromMs ?? Infinity),
        toMs: since?.toMs ?? toMs,
        model
      });
    },

    get length() {
      return waiting.size;
    }
  };
}

/** The rows a model needs to have seen before it can say anything, as a stretch of time, ms. */
export function warmUpMs({ manifest: { recipe, stepMs } }: LiveModel): number {
  return (recipe.window.steps + recipe.prepare.smoothRows + 2) * stepMs;
}
