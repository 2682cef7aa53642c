import { describe, expect, it } from 'vitest';
import { countConfusion, f1, farPct, marPct, poolConfusions } from '$lib/evaluate/confusion';
import { hasDataPack } from '../../support/data-pack';
import { readRecording, valve1Names } from './data-pack';
import { readPublished } from './published';

describe('confusion', () => {
  const truth = Uint8Array.of(0, 0, 0, 1, 1, 1, 1, 0, 0, 0);
  const flags = Uint8Array.of(2, 1, 0, 0, 1, 1, 2, 1, 0, 0);

  it('leaves unknown rows out of every rate and counts them', () => {
    const counts = countConfusion(truth, flags);
    expect(counts).toEqual({ tp: 2, tn: 3, fp: 2, fn: 1, unknown: 2 });
    expect(f1(counts)).toBeCloseTo(2 / (2 + 1.5), 12);
    expect(farPct(counts)).toBeCloseTo(40, 12);
    expect(marPct(counts)).toBeCloseTo(100 / 3, 12);
  });

  it('pools counts, not rates', () => {
    const quiet = countConfusion(Uint8Array.of(0, 0, 0, 0, 0), new Uint8Array(5));
    const pooled = poolConfusions([countConfusion(truth, flags), quiet]);
    expect(pooled).toEqual({ tp: 2, tn: 8, fp: 2, fn: 1, unknown: 2 });
    expect(farPct(pooled)).toBeCloseTo(20, 12);
  });

  it('says null where a rate is undefined', () => {
    const healthy = countConfusion(new Uint8Array(4), new Uint8Array(4));
    expect([f1(healthy), farPct(healthy), marPct(healthy)]).toEqual([null, 0, null]);
    const unseen = countConfusion(Uint8Array.of(1, 1), Uint8Array.of(2, 2));
    expect([f1(unseen), farPct(unseen), marPct(unseen)]).toEqual([null, null, null]);
    const missed = countConfusion(Uint8Array.of(1, 1), new Uint8Array(2));
    expect([f1(missed), farPct(missed), marPct(missed)]).toEqual([0, null, 100]);
  });

  it('refuses columns of different lengths', () => {
    expect(() => countConfusion(new Uint8Array(3), new Uint8Array(4))).toThrow('4 flags for 3 rows');
  });
});

describe.skipIf(!hasDataPack)('confusion of the published predictions (needs the data pack)', () => {
  it('reproduces counts and rates of all ten methods', () => {
    const files = valve1Names.map(readRecording);
    const methods = readPublished();
    expect(methods).toHaveLength(10);
    for (const { name, expected, methodScore } of methods) {
      const pooled = poolConfusions(files.map((file) => countConfusion(file.truth, methodScore(file).flags)));
      const { tp: TP, tn: TN, fp: FP, fn: FN } = pooled;
      expect({ name, TP, TN, FP, FN }).toEqual({
        name,
        TP: expected.TP,
        TN: expected.TN,
        FP: expected.FP,
        FN: expected.FN
      });
      const twoDecimals = [f1(pooled), farPct(pooled), marPct(pooled)].map((rate) => rate!.toFixed(2));
      expect(twoDecimals, name).toEqual(
        [expected.F1, expected.FAR_pct, expected.MAR_pct].map((rate) => rate.toFixed(2))
      );
    }
  });
});
