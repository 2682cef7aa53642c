import { expect, test } from 'vitest';
import type { PumpState } from '$lib/domain/pump-state';
import { compareEntries, type FleetEntry } from '$lib/state/worst-first';
import { sampleAsset, sampleFinding } from '../../support/stored-samples';

const entry = (id: string, state: Partial<PumpState>): FleetEntry => ({
  asset: { ...sampleAsset(id), createdMs: 0 },
  model: null,
  state: { condition: 'normal', reason: 'below-threshold', sinceMs: 0, finding: null, endedFindings: 0, ...state }
});

test('the worst pump stands first: anomalies by their peak, then the unknown, then by past findings', () => {
  const finding = (peakScore: number) => ({ ...sampleFinding('a', 'm', 0), peakScore, threshold: 1 });
  const entries = [
    entry('normal', {}),
    entry('normal with past findings', { endedFindings: 2 }),
    entry('unknown', { condition: 'unknown', reason: 'no-model' }),
    entry('anomaly', { condition: 'anomaly', finding: finding(2) }),
    entry('worse anomaly', { condition: 'anomaly', finding: finding(5) })
  ];
  expect(entries.sort(compareEntries).map(({ asset }) => asset.id)).toEqual([
    'worse anomaly',
    'anomaly',
    'unknown',
    'normal with past findings',
    'normal'
  ]);
});
