import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '$lib/domain/finding';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';
import { ScoreStatus } from '$lib/domain/score';
import { describePumpState, followBadValues, followScores } from '$lib/detect/state';
import { scoresOf } from './scores';

function findingOf(startMs: number, endMs: number | null): Finding {
  return {
    id: `pump:model:${startMs}`,
    assetId: 'pump',
    modelId: 'model',
    startMs,
    openedMs: startMs,
    endMs,
    peakMs: startMs,
    peakScore: 2,
    threshold: 1,
    windows: 1,
    windowsAbove: 1,
    severity: 'medium',
    evidence: 'clear',
    contributions: []
  };
}

describe('followScores', () => {
  const endOf = (...scores: (number | null)[]) => followScores(null, scoresOf(scores).scores);

  it('tells since when rows have been scored, or not', () => {
    expect(endOf(null, null, 1, 1, 5)).toEqual({ reason: 'below-threshold', sinceMs: 2000 });
    expect(endOf(1, 1, 1, null, null)).toEqual({ reason: 'gap', sinceMs: 3000 });
    expect(endOf(1, null, 1, 1)).toEqual({ reason: 'below-threshold', sinceMs: 2000 });
  });

  it('has no time where nothing was ever scored', () => {
    expect(endOf(null, null)).toEqual({ reason: 'gap', sinceMs: null });
    expect(endOf()).toBeNull();
  });

  it.each([
    [ScoreStatus.warmingUp, 'warming-up'],
    [ScoreStatus.gap, 'gap'],
    [ScoreStatus.missingValue, 'missing-value'],
    [ScoreStatus.scored, 'no-score'],
    [77, 'no-score']
  ])('reads status %i without a score as %s', (status, reason) => {
    const { scores } = scoresOf([1, 1, null]);
    scores.status[2] = status;
    expect(followScores(null, scores)).toEqual({ reason, sinceMs: 2000 });
  });

  it('does not depend on the grouping', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, null), { maxLength: 30 }), fc.nat(30), (values, cut) => {
        const blocks = [scoresOf(values.slice(0, cut)).scores, scoresOf(values.slice(cut), cut).scores];
        expect(blocks.reduce(followScores, null)).toEqual(endOf(...values));
      })
    );
  });
});

describe('describePumpState', () => {
  const scored = { reason: 'below-threshold', sinceMs: 1000 } as const;
  const lost = { reason: 'missing-value', sinceMs: 7000 } as const;

  it('is unknown without a model or a score', () => {
    const unknown = { condition: 'unknown', sinceMs: null, finding: null, endedFindings: 0 };
    expect(describePumpState(false, scored, [])).toEqual({ ...unknown, reason: 'no-model' });
    expect(describePumpState(true, null, [])).toEqual({ ...unknown, reason: 'no-score' });
  });

  it('is unknown, and says why, when the last window is', () => {
    expect(describePumpState(true, lost, [findingOf(2000, 3000)])).toEqual({
      condition: 'unknown',
      reason: 'missing-value',
      sinceMs: 7000,
      finding: null,
      endedFindings: 1
    });
  });

  it('is an anomaly while a finding is open, even when the last window is unknown', () => {
    const open = findingOf(6000, null);
    for (const end of [scored, lost]) {
      expect(describePumpState(true, end, [findingOf(2000, 3000), open])).toEqual({
        condition: 'anomaly',
        reason: 'finding-open',
        sinceMs: 6000,
        finding: open,
        endedFindings: 1
      });
    }
  });

  it.each([
    ['the first score after a hole', [], 1000],
    ['the end of the last finding', [findingOf(2000, 3000), findingOf(4000, 5000)], 5000],
    ['the first score, where the last finding ended before', [findingOf(0, 500)], 1000]
  ])('is normal since %s', (_, findings, sinceMs) => {
    expect(describePumpState(true, scored, findings)).toEqual({
      condition: 'normal',
      reason: 'below-threshold',
      sinceMs,
      finding: null,
      endedFindings: findings.length
    });
  });
});

describe('followBadValues', () => {
  const channels = [{ name: 'flow' }, { name: 'pressure' }];
  const blockOf = (flow: number[], pressure: number[]): ReadingBlock => ({
    assetId: 'pump',
    channels: ['label', 'pressure', 'flow'],
    t: Float64Array.from(flow.keys()),
    columns: [flow, pressure, flow].map((column) => new Float32Array(column.length)),
    quality: [Uint8Array.from(flow, () => Quality.missing), Uint8Array.from(pressure), Uint8Array.from(flow)]
  });

  it('names the newest bad value of the channels, and keeps it until there is a newer one', () => {
    const first = followBadValues(null, blockOf([0, Quality.stuck, 0], [Quality.missing, 0, 0]), channels);
    expect(first).toEqual({ channel: 'flow', quality: Quality.stuck });
    const second = followBadValues(first, blockOf([0, 0], [0, Quality.contradicts]), channels);
    expect(second).toBe(first);
    expect(followBadValues(second, blockOf([0], [Quality.outOfRange]), channels)).toEqual({
      channel: 'pressure',
      quality: Quality.outOfRange
    });
  });

  it('prefers the code that says more where several are bad at once', () => {
    expect(followBadValues(null, blockOf([Quality.missing], [Quality.stuck]), channels)?.channel).toBe('pressure');
    expect(followBadValues(null, blockOf([Quality.stuck], [Quality.missing]), channels)?.channel).toBe('flow');
  });

  it('takes a channel that the block lacks for missing', () => {
    expect(followBadValues(null, blockOf([0], [0]), [...channels, { name: 'speed' }])).toEqual({
      channel: 'speed',
      quality: Quality.missing
    });
  });

  it('reaches the state where a value is the reason, and only there', () => {
    const cause = { channel: 'flow', quality: Quality.stuck };
    const ended = (reason: 'missing-value' | 'gap' | 'below-threshold') =>
      describePumpState(true, { reason, sinceMs: 5 }, [], cause);
    expect(ended('missing-value')).toMatchObject({ condition: 'unknown', reason: 'missing-value', sinceMs: 5, cause });
    expect(ended('gap')).not.toHaveProperty('cause');
    expect(ended('below-threshold')).not.toHaveProperty('cause');
    expect(describePumpState(true, { reason: 'missing-value', sinceMs: 5 }, [])).not.toHaveProperty('cause');
  });
});
