/**
 * What the state plate says at the end of the readings. Unknown is a state of its own, never a kind of normal; and it does not clear
 * an open finding, because losing a sensor proves no recovery.
 */
import type { Finding } from '../domain/finding';
import type { BadValue, PumpState, StateReason } from '../domain/pump-state';
import { isBad, Quality, type ReadingBlock } from '../domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '../domain/score';

/** Why a row without a finding is normal (`below-threshold`) or unknown (any other). */
export type RowReason = Exclude<StateReason, 'no-model' | 'finding-open'>;

/**
 * The end of the scores: the last row's reason, and since when the rows have been scored without a break, or unscored without one.
 * `sinceMs` is null where nothing was ever scored.
 */
export interface ScoreEnd {
  reason: RowReason;
  sinceMs: number | null;
}

const reasons = new Map<number | undefined, RowReason>([
  [ScoreStatus.scored, 'below-threshold'],
  [ScoreStatus.warmingUp, 'warming-up'],
  [ScoreStatus.gap, 'gap'],
  [ScoreStatus.missingValue, 'missing-value']
]);

/** Moves the end of the scores past one more block; `blocks.reduce(followScores, null)` gives that of many, in time order. */
export function followScores(end: ScoreEnd | null, block: ScoreBlock): ScoreEnd | null {
  let last = end;
  block.t.forEach((tMs, row) => {
    const isUnscored = Number.isNaN(block.score[row]!) && block.status[row] === ScoreStatus.scored;
    const reason = isUnscored ? 'no-score' : (reasons.get(block.status[row]) ?? 'no-score');
    const isKnown = reason === 'below-threshold';
    const wasKnown = last?.reason === 'below-threshold';
    const sinceMs = isKnown === wasKnown ? (last?.sinceMs ?? null) : tMs;
    last = { reason, sinceMs };
  });
  return last;
}

/**
 * Moves the newest bad value of `channels` past one more block, so that a window without a score can name it. Of several in one row the
 * highest code counts: one that stands still says more than one that is missing. A channel that the block lacks is missing in its last row.
 */
export function followBadValues(
  cause: BadValue | null,
  block: ReadingBlock,
  channels: readonly { name: string }[]
): BadValue | null {
  const places = channels.map(({ name }) => block.channels.indexOf(name));
  for (let row = block.t.length - 1; row >= 0; row--) {
    let worst: BadValue | null = null;
    for (const [i, place] of places.entries()) {
      const quality = block.quality[place]?.[row] ?? Quality.missing;
      if (isBad(quality) && quality > (worst?.quality ?? 0)) worst = { channel: channels[i]!.name, quality };
    }
    if (worst) return worst;
  }
  return cause;
}

/**
 * Describes the pump: without a model it is unknown; an open finding is an anomaly, whatever the last window; otherwise the last window
 * decides. Normal counts from the end of the last finding, if later than the first score after a hole. `end` is null without scores,
 * `cause` where no bad value is known.
 */
export function describePumpState(
  hasModel: boolean,
  end: ScoreEnd | null,
  findings: Finding[],
  cause: BadValue | null = null
): PumpState {
  const ends = findings.flatMap((finding) => finding.endMs ?? []);
  const endedFindings = ends.length;
  const unknown = { condition: 'unknown', finding: null, endedFindings } as const;
  if (!hasModel) return { ...unknown, reason: 'no-model', sinceMs: null };
  const finding = findings.find(({ endMs }) => endMs === null);
  if (finding)
    return { condition: 'anomaly', reason: 'finding-open', sinceMs: finding.startMs, finding, endedFindings };
  if (!end) return { ...unknown, reason: 'no-score', sinceMs: null };
  if (end.reason === 'missing-value' && cause) return { ...unknown, ...end, cause };
  if (end.reason !== 'below-threshold') return { ...unknown, ...end };
  const sinceMs = end.sinceMs === null ? null : ends.reduce((latest, endMs) => Math.max(latest, endMs), end.sinceMs);
  return { condition: 'normal', reason: 'below-threshold', sinceMs, finding: null, endedFindings };
}
