import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countConfusion } from '$lib/evaluate/confusion';
import { flagAbove } from '$lib/evaluate/method-score';
import { averagePrecision, rocAuc } from '$lib/evaluate/rank';
import { quantile, standardise } from '$lib/evaluate/standard-score';
import { hasDataPack } from '../../support/data-pack';
import { readFixture, readRecording, trainRows } from './data-pack';

/** ROC-AUC as its definition reads: the share of pairs in the right order, ties half. */
function rocAucOfPairs(truth: Uint8Array, score: Float64Array): number {
  let sum = 0;
  let pairs = 0;
  truth.forEach((isTrue, i) =>
    truth.forEach((isOtherTrue, k) => {
      if (!isTrue || isOtherTrue) return;
      pairs++;
      sum += score[i]! > score[k]! ? 1 : score[i] === score[k] ? 0.5 : 0;
    })
  );
  return sum / pairs;
}

describe('rank metrics', () => {
  // The golden toy: truth on 20 … 29 of 60; score 1 on 22 … 26 and 0.5 on 45, plus i·1e-4.
  const truth = Uint8Array.from({ length: 60 }, (_, i) => Number(i >= 20 && i <= 29));
  const score = Float64Array.from({ length: 60 }, (_, i) => (i >= 22 && i <= 26 ? 1 : i === 45 ? 0.5 : 0) + i * 1e-4);

  it('matches the toy case counted by hand', () => {
    // Above the other five positives stand row 45 and rows 30 … 59 (31 − 1 + 1 negatives); rows 27 … 29 have none between, rows 20, 21 none either.
    expect(rocAuc(truth, score)).toBeCloseTo(1 - (5 * 30) / (10 * 50), 12);
    const precisions = [1, 1, 1, 1, 1, 6 / 36, 7 / 37, 8 / 38, 9 / 39, 10 / 40];
    expect(averagePrecision(truth, score)).toBeCloseTo(precisions.reduce((a, b) => a + b) / 10, 12);
  });

  it('takes ties together', () => {
    const flat = new Float64Array(60).fill(3);
    expect(rocAuc(truth, flat)).toBe(0.5);
    expect(averagePrecision(truth, flat)).toBeCloseTo(10 / 60, 12);
    expect(averagePrecision(Uint8Array.of(1, 0, 1, 0), Float64Array.of(2, 2, 1, 0))).toBeCloseTo(
      0.5 * 0.5 + 0.5 * (2 / 3),
      12
    );
  });

  it('leaves unknown rows out, and is null for one class', () => {
    const withHoles = score.map((value, i) => (i < 20 || i > 40 ? NaN : value));
    expect(rocAuc(truth, withHoles)).toBeCloseTo(rocAuc(truth.slice(20, 41), score.slice(20, 41))!, 12);
    expect([rocAuc(new Uint8Array(60), score), averagePrecision(new Uint8Array(60), score)]).toEqual([null, null]);
    expect(rocAuc(truth, new Float64Array(60).fill(NaN))).toBeNull();
    expect(averagePrecision(truth.slice(20, 30), score.slice(20, 30))).toBeNull();
  });

  it('equals the share of ordered pairs and is turned round by a negated score', () => {
    const rows = fc.array(fc.record({ truth: fc.nat(1), score: fc.oneof(fc.nat(4), fc.constant(Infinity)) }), {
      minLength: 2,
      maxLength: 40
    });
    fc.assert(
      fc.property(rows, (sample) => {
        const truth = Uint8Array.from([0, 1, ...sample.map((row) => row.truth)]);
        const score = Float64Array.from([1, 2, ...sample.map((row) => row.score)]);
        const area = rocAuc(truth, score)!;
        expect(area).toBeCloseTo(rocAucOfPairs(truth, score), 12);
        expect(
          rocAuc(
            truth,
            score.map((value) => -value)
          )
        ).toBeCloseTo(1 - area, 12);
      })
    );
  });
});

interface GoldenCase {
  file?: string;
  n_test: number;
  n_pos: number;
  AUC_ROC: number;
  AUC_PR: number;
  thresholded: { threshold: number; TP: number; FP: number; FN: number };
}

describe.skipIf(!hasDataPack)('rank metrics of the golden files (needs the data pack)', () => {
  it('reproduces ROC-AUC, average precision and the thresholded counts within 1e-6', () => {
    const cases = readFixture<{ cases: GoldenCase[] }>('metric_golden.json').cases.filter((item) => item.file);
    expect(cases).toHaveLength(2);
    for (const golden of cases) {
      const { columns, truth } = readRecording(golden.file!);
      const z = columns.map((column) => standardise(column, trainRows));
      const score = Float64Array.from(z[0]!, (_, i) => Math.max(...z.map((column) => Math.abs(column[i]!))));
      const test = score.slice(trainRows);
      expect([truth.length, truth.filter(Boolean).length]).toEqual([golden.n_test, golden.n_pos]);
      expect(Math.abs(rocAuc(truth, test)! - golden.AUC_ROC)).toBeLessThan(1e-6);
      expect(Math.abs(averagePrecision(truth, test)! - golden.AUC_PR)).toBeLessThan(1e-6);
      const threshold = 1.5 * quantile(score.slice(0, trainRows), 0.99);
      expect(Math.abs(threshold - golden.thresholded.threshold)).toBeLessThan(1e-6);
      const { TP: tp, FP: fp, FN: fn } = golden.thresholded;
      expect(countConfusion(truth, flagAbove(test, threshold))).toMatchObject({ tp, fp, fn });
    }
  });
});
