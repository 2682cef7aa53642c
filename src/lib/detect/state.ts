/**
 * What the state plate says at the end of the readings. Unknown is a state of its own, never a kind of normal; and it does not clear
 * an open finding, because losing a sensor proves no recovery.
 */
import type { Finding } from '../domain/finding';
import type { PumpState, StateReason } from '../domain/pump-state';
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
 * Describes the pump: without a model it is unknown; an open finding is an anomaly, whatever the last window; otherwise the last window
 * decides. Normal counts from the end of the last finding, if later than the first score after a hole. `end` is null without scores.
 */
export function describePumpState(hasModel: boolean, end: ScoreEnd | null, findings: Finding[]): PumpState {
  const ends = findings.flatMap((finding) => finding.endMs ?? []);
  const endedFindings = ends.length;
  const unknown = { condition: 'unknown', finding: null, endedFindings } as const;
  if (!hasModel) return { ...unknown, reason: 'no-model', sinceMs: null };
  const finding = findings.find(({ endMs }) => endMs === null);
  if (finding)
    return { condition: 'anomaly', reason: 'finding-open', sinceMs: finding.startMs, finding, endedFindings };
  if (!end) return { ...unknown, reason: 'no-score', sinceMs: null };
  if (end.reason !== 'below-threshold') return { ...unknown, ...end };
  const sinceMs = end.sinceMs === null ? null : ends.reduce((latest, endMs) => Math.max(latest, endMs), end.sinceMs);
  return { condition: 'normal', reason: 'below-threshold', sinceMs, finding: null, endedFindings };
}
