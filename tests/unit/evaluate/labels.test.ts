import { expect, test } from 'vitest';
import { ScoreStatus, type ScoreBlock } from '$lib/domain/score';
import { compareLabels } from '$lib/evaluate/labels';
import { sampleFinding } from '../../support/stored-samples';

/** 20 rows at 1 s: trained on rows 0–4, label on rows 10–14, no score at row 7, finding known at row 11, ended at row 17. */
const t = Float64Array.from({ length: 20 }, (_, row) => row * 1000);
const label = Float32Array.from(t, (_, row) => (row >= 10 && row <= 14 ? 1 : 0));
const marks = Float32Array.from(t, (_, row) => (row === 10 || row === 15 ? 1 : 0));
const block = {
  assetId: 'a',
  channels: ['flow', 'anomaly', 'changepoint'],
  t,
  columns: [new Float32Array(20), label, marks],
  quality: [new Uint8Array(20), new Uint8Array(20), new Uint8Array(20)]
};
const status = Uint8Array.from(t, (_, row) => (row === 7 ? ScoreStatus.gap : ScoreStatus.scored));
const scores = {
  assetId: 'a',
  modelId: 'm',
  channels: [],
  t,
  score: new Float32Array(20),
  status,
  channelError: [],
  expected: []
} satisfies ScoreBlock;
const finding = { ...sampleFinding('a', 'm', 9000), openedMs: 11_000, endMs: 17_000 };

test('counts by hand: alarms from when they were known, rows trained on and rows without a score left out', () => {
  const request = {
    blocks: [block],
    scores: [scores],
    findings: [finding],
    labels: ['anomaly', 'changepoint'],
    training: { t0Ms: 0, t1Ms: 4000 }
  };
  const verdicts = compareLabels(request);
  // 15 rows outside the training, one unknown. Alarms: rows 11–16, of which 11–14 are right. Missed: row 10.
  expect(verdicts).toEqual([
    {
      column: 'anomaly',
      rows: 15,
      labelledRows: 5,
      unknownRows: 1,
      f1: 4 / (4 + 1.5),
      farPct: (100 * 2) / 9,
      marPct: 20,
      flagAllF1: 5 / (5 + 4.5)
    }
  ]);
});

test('rows whose label is missing say nothing', () => {
  const blank = { ...block, columns: [block.columns[0]!, label.map((value, row) => (row > 12 ? NaN : value)), marks] };
  const [verdict] = compareLabels({
    blocks: [blank],
    scores: [scores],
    findings: [],
    labels: ['anomaly'],
    training: { t0Ms: 0, t1Ms: 4000 }
  });
  expect(verdict).toMatchObject({ rows: 8, labelledRows: 3, f1: 0, marPct: 100 });
});
