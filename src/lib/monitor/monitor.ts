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
import type { Detector, WindowScores } from '../domain/ports';
import type { BadValue, PumpState } from '../domain/pump-state';
import type { ReadingBlock } from '../domain/reading-block';
import type { ScoreBlock } from '../domain/score';
import { createFindingTracker } from '../detect/findings';
import { describePumpState, followBadValues, followScores, type ScoreEnd } from '../detect/state';
import { createPreparation, type PreparedRows } from '../prepare/preparation';
import { unscale } from '../prepare/scale';

/** What the flow of one asset is made from. `open` is a finding that was open when the readings before these ended. */
export interface FlowOptions {
  assetId: string;
  manifest: Manifest;
  open?: Finding | null;
}

export interface MonitorOptions extends FlowOptions {
  detector: Detector;
}

/** What one push led to. `flags[i]` is 1 where a finding is open as known at row i of `scores`. */
export interface Monitored {
  scores: ScoreBlock;
  flags: Uint8Array;
  /** Findings opened, grown or closed by this push. */
  changed: Finding[];
}

/** The flow of one asset in two halves, so that a host may score the windows of many assets together in between. */
export interface Flow {
  /** Takes the next readings of the asset, in time order. */
  prepare(block: ReadingBlock): PreparedRows;
  /**
   * Takes what the detector said of the windows of `rows`; once for each `prepare`, in the same order. Without `isDetailed` the scores lack
   * what belongs to single channels, wherever no finding needs it: for a fleet that is twenty arrays a reading.
   */
  conclude(rows: PreparedRows, found: WindowScores, isDetailed?: boolean): Monitored;
  findings(): Finding[];
  state(): PumpState;
}

/** The flow with its detector: readings in, scores and findings out. */
export interface Monitor extends Pick<Flow, 'findings' | 'state'> {
  /** Takes the next readings of the asset, in time order. Wait for one push before the next. */
  push(block: ReadingBlock): Promise<Monitored>;
}

/** Wires the stages by a manifest. */
export function createFlow({ assetId, manifest, open = null }: FlowOptions): Flow {
  const preparation = createPreparation(manifest);
  const tracker = createFindingTracker({
    assetId,
    modelId: manifest.id,
    rule: manifest.recipe.findings,
    threshold: manifest.threshold.value,
    channels: manifest.channels,
    resumed: open
  });
  let end: ScoreEnd | null = null;
  let cause: BadValue | null = null;

  return {
    prepare(block) {
      cause = followBadValues(cause, block, manifest.channels);
      return preparation.push(block);
    },
    conclude(rows, found, isDetailed = true) {
      // What a finding tells of its channels comes from the windows above the threshold.
      const isNeeded = isDetailed || found.score.some((score) => score > manifest.threshold.value);
      const scores = layOutScores(assetId, manifest, rows, found, isNeeded ? manifest.channels : []);
      end = followScores(end, scores);
      return { scores, ...tracker.push(scores, rows.seen) };
    },
    findings: () => tracker.all(),
    state: () => describePumpState(true, end, tracker.all(), cause)
  };
}

/** The whole flow of one asset. */
export function createMonitor({ detector, ...options }: MonitorOptions): Monitor {
  const flow = createFlow(options);
  return {
    ...flow,
    async push(block) {
      const rows = flow.prepare(block);
      return flow.conclude(rows, await detector.score(rows.series, rows.starts));
    }
  };
}

/** Scores the windows of prepared rows. */
export async function scoreRows(
  assetId: string,
  { id, channels }: Pick<Manifest, 'id' | 'channels'>,
  detector: Detector,
  rows: PreparedRows
): Promise<ScoreBlock> {
  return layOutScores(assetId, { id, channels }, rows, await detector.score(rows.series, rows.starts), channels);
}

/** Lays the scores of the windows out beside the rows without one, with what belongs to all the model's channels or, of none given, to none. */
function layOutScores(
  assetId: string,
  { id, channels: { length: width } }: Pick<Manifest, 'id' | 'channels'>,
  rows: PreparedRows,
  { score, channelError, expected }: WindowScores,
  channels: Manifest['channels']
): ScoreBlock {
  const column = (valueOf: (window: number) => number) => {
    const values = new Float32Array(rows.t.length).fill(NaN);
    for (let window = 0; window < rows.ends.length; window++) values[rows.ends[window]!] = valueOf(window);
    return values;
  };
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
