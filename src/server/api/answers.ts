/** How readings, scores, findings and standings look in answers: their schemas, and what makes them. Unknown is null, never zero. */
import * as v from 'valibot';
import type { Finding } from '../../lib/domain/finding';
import { isBad, type ReadingBlock } from '../../lib/domain/reading-block';
import { pumpLayout } from '../scoring/reading-columns';
import type { AssetStanding, StoredScore } from '../scoring/readings-store';

const orNull = v.nullable(v.number());

/** Names of the reasons why a window has no score. */
const statusNames = ['scored', 'warming-up', 'gap', 'missing-value'] as const;
export const statusName = v.picklist(statusNames);
export function nameStatus(status: number): (typeof statusNames)[number] {
  return statusNames[status] ?? 'missing-value';
}

export const contributionOut = v.strictObject({
  channel: v.string(),
  unit: v.string(),
  share: v.number(),
  seen: orNull,
  expected: orNull
});

export const findingOut = v.strictObject({
  id: v.string(),
  assetId: v.string(),
  modelId: v.string(),
  startMs: v.number(),
  openedMs: v.number(),
  endMs: orNull,
  peakMs: v.number(),
  peakScore: v.number(),
  threshold: v.number(),
  windows: v.number(),
  windowsAbove: v.number(),
  severity: v.picklist(['low', 'medium', 'high']),
  evidence: v.picklist(['weak', 'clear', 'strong']),
  contributions: v.array(contributionOut)
});

/** A finding without what later versions of a device may have added. */
export function showFinding({ contributions, ...finding }: Finding): v.InferOutput<typeof findingOut> {
  const { id, assetId, modelId, startMs, openedMs, endMs, peakMs, peakScore, threshold } = finding;
  const { windows, windowsAbove, severity, evidence } = finding;
  return {
    ...{ id, assetId, modelId, startMs, openedMs, endMs, peakMs, peakScore, threshold },
    ...{ windows, windowsAbove, severity, evidence },
    contributions: contributions.map(({ channel, unit, share, seen, expected }) => ({
      channel,
      unit,
      share,
      seen,
      expected
    }))
  };
}

/** A pump as it stands. `isAnomaly` is null while that is unknown. */
export const standingOut = v.strictObject({
  assetId: v.string(),
  isSimulated: v.boolean(),
  newestMs: orNull,
  condition: v.picklist(['normal', 'anomaly', 'unknown']),
  reason: v.string(),
  isAnomaly: v.nullable(v.boolean()),
  modelId: v.nullable(v.string()),
  score: orNull,
  threshold: orNull,
  finding: v.nullable(findingOut)
});

export function showStanding({ state, ...standing }: AssetStanding): v.InferOutput<typeof standingOut> {
  const { condition, reason, finding } = state;
  const isAnomaly = condition === 'unknown' ? null : condition === 'anomaly';
  return { ...standing, condition, reason, isAnomaly, finding: finding as Finding | null };
}

/** One reading; `bad` names the values that are not to be believed, by their code. */
export const readingOut = v.strictObject({
  tMs: v.number(),
  values: v.record(v.string(), orNull),
  bad: v.record(v.string(), v.number())
});

export function showReadings({ t, columns, quality }: ReadingBlock): v.InferOutput<typeof readingOut>[] {
  return Array.from(t, (tMs, row) => {
    const values: Record<string, number | null> = {};
    const bad: Record<string, number> = {};
    pumpLayout.names.forEach((name, c) => {
      const value = columns[c]![row]!;
      const code = quality[c]![row]!;
      values[name] = Number.isNaN(value) ? null : Number(value.toPrecision(7));
      if (isBad(code) && !Number.isNaN(value)) bad[name] = code;
    });
    return { tMs, values, bad };
  });
}

export const scoreOut = v.strictObject({ tMs: v.number(), modelId: v.string(), score: orNull, status: statusName });

export function showScore({ status, ...score }: StoredScore): v.InferOutput<typeof scoreOut> {
  return { ...score, status: nameStatus(status) };
}
