/**
 * Scores to findings: opens by k of n, closes with hysteresis. Causal: what it says of a row never depends on later rows, so batch and
 * live agree. An unknown window is no evidence either way: it opens nothing, closes nothing, and interrupts both counts, because
 * windows on two sides of a hole are not "the last n". A finding that is open stays open through it.
 */
import type { Channel } from '../domain/channel';
import type { Finding } from '../domain/finding';
import type { FindingRule } from '../domain/recipe';
import { ScoreStatus, type ScoreBlock } from '../domain/score';
import { createContributionTally, readChannelRow, type ChannelRow, type ContributionTally } from './contribution';
import { gradeEvidence, gradeSeverity } from './severity';

/** What the findings of one asset by one model rest on. `channels` are the model's, in the order of the scores' columns. */
export interface FindingTrackerOptions {
  assetId: string;
  modelId: string;
  rule: FindingRule;
  threshold: number;
  channels: Pick<Channel, 'name' | 'unit'>[];
  /** A finding that was open when the rows before these ended: it goes on. */
  resumed?: Finding | null;
}

/** Follows successive scores; any grouping of the same rows gives the same findings. */
export interface FindingTracker {
  /**
   * Takes the next rows; `seen` holds the smoothed values in the channels' own units, one column per channel, as long as `scores.t`.
   * `flags[i]` is 1 where a finding is open as known at row i. `changed` holds the findings opened, grown or closed in these rows,
   * in the order they began.
   */
  push(scores: ScoreBlock, seen: Float32Array[]): { flags: Uint8Array; changed: Finding[] };
  /** Every finding so far, in the order they began; only the last can be open. */
  all(): Finding[];
}

/** A scored window above the threshold; `position` counts scored windows since the count was last interrupted. */
interface AboveRow extends ChannelRow {
  position: number;
  tMs: number;
  score: number;
}

/** A finding under way. `windows` leaves out the last `belowRun` windows, which may turn out to be its end. */
interface OpenFinding {
  startMs: number;
  openedMs: number;
  peakMs: number;
  peakScore: number;
  windows: number;
  windowsAbove: number;
  belowRun: number;
  belowSinceMs: number;
  tally: ContributionTally;
}

/**
 * Creates the tracker. A score is above strictly above the threshold and below strictly below `closeRatio` × threshold; one that is NaN
 * counts as unknown. A finding begins with the earliest of the windows above that opened it and ends with the first of the
 * `closeM` windows that closed it; its id is `asset:model:startMs`.
 */
export function createFindingTracker({
  assetId,
  modelId,
  rule,
  threshold,
  channels,
  resumed = null
}: FindingTrackerOptions): FindingTracker {
  const closeBelow = rule.closeRatio * threshold;
  const ended: Finding[] = [];
  let open: OpenFinding | null = resumed && resume(resumed);
  let lastAbove: AboveRow[] = [];
  let position = 0;

  function push(scores: ScoreBlock, seen: Float32Array[]): { flags: Uint8Array; changed: Finding[] } {
    const flags = new Uint8Array(scores.t.length);
    const endedBefore = ended.length;
    const before = { open, windows: open?.windows };
    for (let row = 0; row < flags.length; row++) {
      const score = scores.status[row] === ScoreStatus.scored ? scores.score[row]! : NaN;
      const tMs = scores.t[row]!;
      const above = score > threshold ? { position, tMs, score, ...readChannelRow(scores, seen, row) } : null;
      if (Number.isNaN(score)) interrupt();
      else if (open) follow(open, tMs, score, above);
      else watch(above);
      flags[row] = open ? 1 : 0;
    }
    const changed = ended.slice(endedBefore);
    if (open && (open !== before.open || open.windows !== before.windows)) changed.push(describe(open, null));
    return { flags, changed };
  }

  /** The finding as it was left, but for windows below it that might have been its end: those are counted again. */
  function resume({
    startMs,
    openedMs,
    peakMs,
    peakScore,
    windows,
    windowsAbove,
    contributions
  }: Finding): OpenFinding {
    // A score is the mean of its channels' errors; those of the windows above lay between the threshold and the peak.
    const rowError = ((threshold + peakScore) / 2) * channels.length;
    const tally = createContributionTally(channels, { contributions, rows: windowsAbove, rowError });
    return { startMs, openedMs, peakMs, peakScore, windows, windowsAbove, belowRun: 0, belowSinceMs: NaN, tally };
  }

  function interrupt(): void {
    lastAbove = [];
    if (!open) return;
    open.windows += open.belowRun;
    open.belowRun = 0;
  }

  function watch(above: AboveRow | null): void {
    position += 1;
    if (!above) return;
    lastAbove = [...lastAbove.filter((row) => row.position > above.position - rule.openN), above];
    if (lastAbove.length < rule.openK) return;
    open = begin(lastAbove, above);
    lastAbove = [];
  }

  function begin(rows: AboveRow[], last: AboveRow): OpenFinding {
    const first = rows[0]!;
    const windows = last.position - first.position + 1;
    const finding: OpenFinding = {
      startMs: first.tMs,
      openedMs: last.tMs,
      peakMs: first.tMs,
      peakScore: -Infinity,
      windows,
      windowsAbove: 0,
      belowRun: 0,
      belowSinceMs: NaN,
      tally: createContributionTally(channels)
    };
    for (const row of rows) addAbove(finding, row);
    return finding;
  }

  function follow(finding: OpenFinding, tMs: number, score: number, above: AboveRow | null): void {
    if (score < closeBelow) {
      if (finding.belowRun === 0) finding.belowSinceMs = tMs;
      finding.belowRun += 1;
      if (finding.belowRun < rule.closeM) return;
      ended.push(describe(finding, finding.belowSinceMs));
      open = null;
      return;
    }
    finding.windows += finding.belowRun + 1;
    finding.belowRun = 0;
    if (above) addAbove(finding, above);
  }

  function addAbove(finding: OpenFinding, row: AboveRow): void {
    finding.windowsAbove += 1;
    finding.tally.add(row);
    if (row.score <= finding.peakScore) return;
    finding.peakScore = row.score;
    finding.peakMs = row.tMs;
  }

  function describe(finding: OpenFinding, endMs: number | null): Finding {
    const { startMs, openedMs, peakMs, peakScore, windows, windowsAbove } = finding;
    const ratio = peakScore / threshold;
    return {
      id: `${assetId}:${modelId}:${startMs}`,
      assetId,
      modelId,
      startMs,
      openedMs,
      endMs,
      peakMs,
      peakScore,
      threshold,
      windows,
      windowsAbove,
      severity: gradeSeverity(ratio),
      evidence: gradeEvidence(ratio, windowsAbove / windows),
      contributions: finding.tally.contributions()
    };
  }

  return { push, all: () => (open ? [...ended, describe(open, null)] : [...ended]) };
}
