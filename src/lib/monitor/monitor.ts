/**
 * The flow, and nothing else:
 *
 *   ReadingBlock ─prepare→ windows ─detector→ scores ─detect→ findings → state
 *
 * The same object scores a live source block by block, a whole recording in one push, and a file on the command line; any
 * grouping of the same rows gives the same scores and findings. It holds no clock, no storage and no display text, and it
 * does not know what a detector is made of.
 */
import type { Finding } from '../domain/finding';
import type { Manifest } from '../domain/manifest';
import type { Detector } from '../domain/ports';
import type { PumpState } from '../domain/pump-state';
import type { ReadingBlock } from '../domain/reading-block';
import type { ScoreBlock } from '../domain/score';
import { createFindingTracker } from '../detect/findings';
import { describePumpState, followScores, type ScoreEnd } from '../detect/state';
import { createPreparation, type PreparedRows } from '../prepare/preparation';
import { unscale } from '../prepare/scale';

export interface MonitorOptions {
  assetId: string;
  manifest: Manifest;
  detector: Detector;
}

/** What one push led to. `flags[i]` is 1 where a finding is open as known at row i of `scores`. */
export interface Monitored {
  scores: ScoreBlock;
  flags: Uint8Array;
  /** Findings opened, grown or closed by this push. */
  changed: Finding[];
}

export interface Monitor {
  /** Takes the next readings of the asset, in time order. Wait for one push before the next. */
  push(block: ReadingBlock): Promise<Monitored>;
  findings(): Finding[];
  state(): PumpState;
}

/** Wires the stages by a manifest. */
export function createMonitor({ assetId, manifest, detector }: MonitorOptions): Monitor {
  const preparation = createPreparation(manifest);
  const tracker = createFindingTracker({
    assetId,
    modelId: manifest.id,
    rule: manifest.recipe.findings,
    threshold: manifest.threshold.value,
    channels: manifest.channels
  });
  let end: ScoreEnd | null = null;

  return {
    async push(block) {
      const rows = preparation.push(block);
      const scores = await scoreRows(assetId, manifest, detector, rows);
      const found = tracker.push(scores, rows.seen);
      end = followScores(end, scores);
      return { scores, ...found };
    },
    findings: () => tracker.all(),
    state: () => describePumpState(true, end, tracker.all())
  };
}

/** Scores the windows of prepared rows and lays them out beside the rows without a score. */
export async function scoreRows(
  assetId: string,
  { id, channels }: Pick<Manifest, 'id' | 'channels'>,
  detector: Detector,
  rows: PreparedRows
): Promise<ScoreBlock> {
  const { score, channelError, expected } = await detector.score(rows.series, rows.starts);
  const column = (valueOf: (window: number) => number) => {
    const values = new Float32Array(rows.t.length).fill(NaN);
    rows.ends.forEach((row, window) => (values[row] = valueOf(window)));
    return values;
  };
  const width = channels.length;
  return {
    assetId,
    modelId: id,
    channels: channels.map(({ name }) => name),
    t: rows.t,
    status: rows.status,
    score: column((window) => score[window]!),
    channelError: channels.map((_, c) => column((window) => channelError[window * width + c]!)),
    expected: channels.map((scale, c) => column((window) => unscale(expected[window * width + c]!, scale)))
  };
}
