/**
 * The flow of many assets at once:
 *
 *   ReadingBlock ─quality→ ─pace→ ─prepare→ windows of all assets ─detector→ scores ─detect→ findings → states
 *
 * It exists because ten thousand pumps that each score a window alone cost a hundred times what they cost together. Per asset it is the
 * flow of `monitor.ts`, row for row. It holds no clock and no queue, and does not know where readings come from.
 */
import type { ChannelHealth } from '../domain/channel-health';
import type { Finding } from '../domain/finding';
import type { Manifest } from '../domain/manifest';
import type { Detector, WindowScores } from '../domain/ports';
import type { PumpState } from '../domain/pump-state';
import type { ReadingBlock } from '../domain/reading-block';
import type { ScoreBlock } from '../domain/score';
import { describePumpState } from '../detect/state';
import { createPacer, type Pacer } from '../prepare/pace';
import { joinBlocks } from '../prepare/blocks';
import { createPreparation, type PreparedRows } from '../prepare/preparation';
import type { OperatingState } from '../prepare/operating-state';
import type { QualityJudge } from '../prepare/quality/judge';
import { createFlow, scoreRows, type Flow } from './monitor';

/** A model at work. Assets that share a model share its detector, and their windows are scored together. */
export interface LiveModel {
  manifest: Manifest;
  detector: Detector;
}

/** What one asset came to in one advance. */
export interface Advance {
  assetId: string;
  /** The readings with the quality of each value judged. */
  readings: ReadingBlock;
  /** Null without a model. */
  scores: ScoreBlock | null;
  /** Findings opened, grown or closed. */
  changed: Finding[];
  state: PumpState;
  health: ChannelHealth[];
  /** How the pump ran at each row. Good until the next advance. */
  operating: readonly OperatingState[];
}

export interface LiveMonitor {
  /** Takes an asset in, or anew with another model. `open` is a finding that was open when it was last seen. */
  add(assetId: string, judge: QualityJudge, model: LiveModel | null, open: Finding | null): void;
  remove(assetId: string): void;
  /**
   * Takes the next readings, at most one block an asset, each later than the asset's block before. Wait for one advance before the
   * next. A block of an asset that was not added is left out. Without `isDetailed` scores may lack what belongs to single channels.
   */
  advance(blocks: ReadingBlock[], isDetailed?: boolean): Promise<Advance[]>;
}

interface Watched {
  judge: QualityJudge;
  model: LiveModel | null;
  flow: Flow | null;
  pacer: Pacer | null;
}

/**
 * Creates a monitor of no asset yet. Windows that a detector fails to score have no score, which is unknown, and `onFailure` is told why: the
 * readings themselves are no less true.
 */
export function createLiveMonitor(onFailure: (error: unknown) => void): LiveMonitor {
  const assets = new Map<string, Watched>();

  async function advance(blocks: ReadingBlock[], isDetailed = true): Promise<Advance[]> {
    const judged = blocks.flatMap((block) => {
      const asset = assets.get(block.assetId);
      return asset ? [{ asset, readings: asset.judge.judge(block) }] : [];
    });
    const groups = new Map<Detector, PreparedRows[]>();
    const prepared = judged.map(({ asset: { model, flow, pacer }, readings }) => {
      if (!model || !flow || !pacer) return null;
      const rows = flow.prepare(pacer.push(readings));
      const group = groups.get(model.detector);
      if (group) group.push(rows);
      else groups.set(model.detector, [rows]);
      return rows;
    });
    const found = new Map<PreparedRows, WindowScores>();
    for (const [detector, group] of groups) {
      try {
        await scoreTogether(detector, group, found);
      } catch (error) {
        onFailure(error);
        for (const rows of group) found.set(rows, noScores(rows.starts.length, detector.channels));
      }
    }
    return judged.map(({ asset, readings }, i) => {
      const rows = prepared[i];
      const outcome = rows && asset.flow!.conclude(rows, found.get(rows)!, isDetailed);
      return {
        assetId: readings.assetId,
        readings,
        scores: outcome?.scores ?? null,
        changed: outcome?.changed ?? [],
        state: asset.flow?.state() ?? describePumpState(false, null, []),
        health: asset.judge.health(),
        operating: asset.judge.operating()
      };
    });
  }

  return {
    add(assetId, judge, model, open) {
      const flow = model && createFlow({ assetId, manifest: model.manifest, open });
      assets.set(assetId, { judge, model, flow, pacer: model && createPacer(model.manifest.stepMs) });
    },
    remove: (assetId) => void assets.delete(assetId),
    advance
  };
}

function noScores(windows: number, channels: number): WindowScores {
  const none = (length: number) => new Float32Array(length).fill(NaN);
  return { score: none(windows), channelError: none(windows * channels), expected: none(windows * channels) };
}

/** Scores the windows of several prepared stretches, of one detector, in one call, and files what came out under each stretch. */
async function scoreTogether(
  detector: Detector,
  group: PreparedRows[],
  found: Map<PreparedRows, WindowScores>
): Promise<void> {
  const channels = detector.channels;
  const values = new Float32Array(group.reduce((sum, rows) => sum + rows.series.values.length, 0));
  const starts = new Int32Array(group.reduce((sum, rows) => sum + rows.starts.length, 0));
  let row = 0;
  let window = 0;
  for (const rows of group) {
    values.set(rows.series.values, row * channels);
    for (const start of rows.starts) starts[window++] = row + start;
    row += rows.series.values.length / channels;
  }
  const all = await detector.score({ values, channels }, starts);
  let from = 0;
  for (const rows of group) {
    const to = from + rows.starts.length;
    found.set(rows, {
      score: all.score.subarray(from, to),
      channelError: all.channelError.subarray(from * channels, to * channels),
      expected: all.expected.subarray(from * channels, to * channels)
    });
    from = to;
  }
}

/**
 * Scores stored readings anew, after late ones found their place among them: the rows from `fromMs` to `toMs`. `blocks` must begin early
 * enough for the windows that end there. Null where no row lies in the range.
 */
export async function scoreStretch(
  assetId: string,
  { manifest, detector }: LiveModel,
  blocks: ReadingBlock[],
  fromMs: number,
  toMs: number
): Promise<ScoreBlock | null> {
  const rows = createPreparation(manifest).push(createPacer(manifest.stepMs).push(joinBlocks(blocks)));
  const scores = await scoreRows(assetId, manifest, detector, rows);
  const first = scores.t.findIndex((tMs) => tMs >= fromMs);
  const beyond = scores.t.findIndex((tMs) => tMs > toMs);
  const end = beyond < 0 ? scores.t.length : beyond;
  if (first < 0 || first >= end) return null;
  return {
    ...scores,
    t: scores.t.slice(first, end),
    score: scores.score.slice(first, end),
    status: scores.status.slice(first, end),
    channelError: scores.channelError.map((column) => column.slice(first, end)),
    expected: scores.expected.map((column) => column.slice(first, end))
  };
}
