/** Scores rows that somebody sends, as the command line scores a file: quality judged, prepared by the manifest, findings as live. */
import type { Contribution, Finding } from '../../lib/domain/finding';
import type { PumpState } from '../../lib/domain/pump-state';
import { Quality, type ReadingBlock } from '../../lib/domain/reading-block';
import { ScoreStatus } from '../../lib/domain/score';
import { createContributionTally, readChannelRow } from '../../lib/detect/contribution';
import { createFlow } from '../../lib/monitor/monitor';
import type { LiveModel } from '../../lib/monitor/live';
import { sliceBlock } from '../../lib/prepare/blocks';
import { createBlockJudge } from '../../lib/prepare/quality/judge';
import { defaultRules } from '../../lib/prepare/quality/rules';

/** One row: values by channel name, null or left out where there is none. */
export interface Row {
  tMs: number | null;
  values: Record<string, number | null>;
}

/** What was found, row by row; `score` is null where it is unknown. */
export interface ScoredRows {
  rows: { tMs: number; score: number | null; status: number; isInFinding: boolean }[];
  /** Of the last row; none where it has no score. */
  contributions: Contribution[];
  findings: Finding[];
  state: PumpState;
}

/** Rows computed without a pause: other calls wait no longer than for these. */
const pieceRows = 512;
const asset = 'rows';

/**
 * The rows as a block of the model's channels. Rows without a time are a step of the model apart; null where times do not rise, with the
 * index of the row at which they do not.
 */
export function layOutRows({ manifest }: LiveModel, rows: readonly Row[]): ReadingBlock | { notRisingAt: number } {
  const channels = manifest.channels.map(({ name }) => name);
  const t = new Float64Array(rows.length);
  let lastMs = -manifest.stepMs;
  for (const [i, row] of rows.entries()) {
    t[i] = row.tMs ?? lastMs + manifest.stepMs;
    if (i > 0 && t[i]! <= lastMs) return { notRisingAt: i };
    lastMs = t[i]!;
  }
  const columns = channels.map((name) => Float32Array.from(rows, ({ values }) => values[name] ?? NaN));
  const quality = columns.map((column) =>
    Uint8Array.from(column, (value) => (Number.isNaN(value) ? Quality.missing : Quality.good))
  );
  return { assetId: asset, channels, t, columns, quality };
}

/** Scores a block of `layOutRows`. `pause` lets others have their turn. */
export async function scoreRows(
  { manifest, detector }: LiveModel,
  block: ReadingBlock,
  pause: () => Promise<void>
): Promise<ScoredRows> {
  const flow = createFlow({ assetId: asset, manifest });
  const judge = createBlockJudge(defaultRules(manifest.channels));
  const found: ScoredRows['rows'] = [];
  let contributions: Contribution[] = [];
  for (let from = 0; from < block.t.length; from += pieceRows) {
    if (from > 0) await pause();
    const last = Math.min(from + pieceRows, block.t.length) - 1;
    const rows = flow.prepare(judge(sliceBlock(block, { t0Ms: block.t[from]!, t1Ms: block.t[last]! })));
    const { scores, flags } = flow.conclude(rows, await detector.score(rows.series, rows.starts));
    scores.t.forEach((tMs, i) => {
      const score = scores.score[i]!;
      found.push({
        tMs,
        score: Number.isNaN(score) ? null : score,
        status: scores.status[i]!,
        isInFinding: flags[i] === 1
      });
    });
    contributions = [];
    if (scores.status.at(-1) !== ScoreStatus.scored) continue;
    const tally = createContributionTally(manifest.channels);
    tally.add(readChannelRow(scores, rows.seen, scores.t.length - 1));
    contributions = tally.contributions();
  }
  return { rows: found, contributions, findings: flow.findings(), state: flow.state() };
}
