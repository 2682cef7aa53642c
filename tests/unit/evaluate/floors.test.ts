import { describe, expect, it } from 'vitest';
import { countConfusion, f1, farPct, marPct, poolConfusions } from '$lib/evaluate/confusion';
import { scoreFloors } from '$lib/evaluate/floors';
import { Flag } from '$lib/evaluate/method-score';
import { tabulate } from '$lib/evaluate/report';
import { quantile, standardise, trailingMean } from '$lib/evaluate/standard-score';
import { createRandom } from '$lib/domain/random';
import { hasDataPack } from '../../support/data-pack';
import { readRecording, trainRows, valve1Names } from './data-pack';
import { readPublished } from './published';

describe('statistics of the floors', () => {
  it('scales by the training rows only', () => {
    const z = standardise(Float64Array.of(1, 3, 1, 3, 100), 4);
    expect([...z]).toEqual([-1, 1, -1, 1, 98]);
    expect([...standardise(Float32Array.of(5, 5, 5, 7), 3)]).toEqual([0, 0, 0, 2]);
  });

  it('averages the last rows, fewer at the start', () => {
    expect([...trailingMean(Float64Array.of(2, 4, 9, NaN, 1, 1, 1), 3)]).toEqual([2, 3, 5, NaN, NaN, NaN, 1]);
  });

  it('interpolates the quantile between the two rows', () => {
    expect(quantile(Float64Array.of(30, 10, NaN, 20, 40), 0.5)).toBe(25);
    expect(quantile(Float64Array.of(30, 10, 20, 40), 1)).toBe(40);
    expect(quantile(Float64Array.of(), 0.5)).toBeNaN();
  });
});

describe('floors', () => {
  const rows = 900;
  const random = createRandom(3);
  /** Two correlated waves, one noise and one constant channel; a step of ten deviations on rows 700 … 799. */
  const columns = Array.from({ length: 4 }, (_, c) =>
    Float32Array.from({ length: rows }, (_, i) => {
      const wave = Math.sin(i / 15) * (c < 2 ? 1 : 0);
      return 20 + (c < 3 ? wave + 0.1 * random.normal() : 0) + (c === 0 && i >= 700 && i < 800 ? 10 : 0);
    })
  );
  const truth = Uint8Array.from({ length: rows - trainRows }, (_, i) => Number(i >= 300 && i < 400));
  const floors = scoreFloors(columns, trainRows, 1);
  const flagsOf = (name: string) => floors.find((floor) => floor.name === name)!.flags;

  it('names eight causal floors, each with its rule', () => {
    expect(floors.map(({ name, rule, lookaheadRows }) => `${name} | ${rule} | ${lookaheadRows}`)).toEqual([
      'flag-all | every row | 0',
      'clock | row ≥ 570 | 0',
      'random | score > 0.5 | 0',
      'max-z | q.99 | 0',
      'mean-z | q.99 | 0',
      'pca-q, mean 10 | q.999 × 1.333 | 0',
      'smooth-z 10 | q.99 × 1.5 | 0',
      'smooth-z 30 | q.99 × 1.5 | 0'
    ]);
    for (const floor of floors) expect([floor.score.length, floor.flags.length]).toEqual([500, 500]);
  });

  it('sees a step, and nothing where nothing is', () => {
    for (const name of ['max-z', 'mean-z', 'pca-q, mean 10', 'smooth-z 10', 'smooth-z 30']) {
      const counts = countConfusion(truth, flagsOf(name));
      expect(marPct(counts)!, name).toBeLessThan(15);
      expect(farPct(counts)!, name).toBeLessThan(10);
    }
    expect(marPct(countConfusion(truth, flagsOf('flag-all')))).toBe(0);
    expect(farPct(countConfusion(truth, flagsOf('flag-all')))).toBe(100);
    expect(flagsOf('clock').indexOf(Flag.alarm)).toBe(170);
  });

  it('is causal: a recording cut short gets the same flags for the rows it has', () => {
    const short = scoreFloors(
      columns.map((column) => column.slice(0, 750)),
      trainRows,
      1
    );
    for (const floor of short) expect(floor.flags, floor.name).toEqual(flagsOf(floor.name).slice(0, 350));
  });

  it('is seeded', () => {
    expect(scoreFloors(columns, trainRows, 1)).toEqual(floors);
    expect(scoreFloors(columns, trainRows, 2)[2]!.score).not.toEqual(floors[2]!.score);
  });

  it('calls a row with a missing value unknown, as long as it is in the mean', () => {
    const holed = columns.map((column) => column.slice());
    holed[1]![650] = NaN;
    const unknown = (name: string) =>
      scoreFloors(holed, trainRows, 1)
        .find((floor) => floor.name === name)!
        .flags.filter((flag) => flag === Flag.unknown).length;
    expect(['max-z', 'mean-z', 'pca-q, mean 10', 'smooth-z 10', 'smooth-z 30', 'clock'].map(unknown)).toEqual([
      1, 1, 10, 10, 30, 0
    ]);
  });

  it('calls everything unknown where a channel was never seen in training', () => {
    const holed = [...columns, columns[0]!.map((value, i) => (i < trainRows ? NaN : value))];
    for (const floor of scoreFloors(holed, trainRows, 1).slice(3))
      expect([...new Set(floor.flags)], floor.name).toEqual([Flag.unknown]);
  });

  it('handles one channel', () => {
    const [floor] = scoreFloors([columns[0]!], trainRows, 1).filter(({ name }) => name.startsWith('pca'));
    expect(marPct(countConfusion(truth, floor!.flags))!).toBeLessThan(15);
  });
});

describe.skipIf(!hasDataPack)('floors of valve1 (needs the data pack)', () => {
  const files = hasDataPack ? valve1Names.map(readRecording) : [];
  const floors = tabulate(
    files.map((file, seed) => ({ ...file, stepMs: 1000, methods: scoreFloors(file.columns, trainRows, seed) }))
  );
  const row = (name: string) => floors.find(({ method }) => method === name)!;

  it.each([
    ['flag-all', '0.698 / 100.0 / 0.0'],
    ['clock', '0.821 / 50.2 / 0.1', '0.508 / 0.487'],
    ['max-z', '0.749 / 45.8 / 16.5', '0.752 / 0.780'],
    ['mean-z', '0.721 / 29.1 / 29.4', '0.780 / 0.790'],
    ['pca-q, mean 10', '0.769 / 40.3 / 15.8', '0.818 / 0.829'],
    ['smooth-z 10', '0.779 / 11.8 / 29.7', '0.869 / 0.888'],
    ['smooth-z 30', '0.804 / 20.2 / 21.0', '0.875 / 0.890']
  ])('%s: F1 / FAR / MAR and ROC-AUC / AP', (name, rates, ranks = '0.500 / null') => {
    const { f1, farPct, marPct, rocAuc, averagePrecision } = row(name);
    expect(`${f1!.toFixed(3)} / ${farPct!.toFixed(1)} / ${marPct!.toFixed(1)}`).toBe(rates);
    // A constant score has half the area, and the share of anomalies as its precision.
    if (name === 'flag-all') expect(rocAuc).toBe(0.5);
    else expect(`${rocAuc!.toFixed(3)} / ${averagePrecision!.toFixed(3)}`).toBe(ranks);
  });

  it('ranks by chance as a coin does', () => {
    // The area of one file has a deviation near 0.021, the mean of 16 one of 0.005.
    expect(Math.abs(row('random').rocAuc! - 0.5)).toBeLessThan(0.02);
  });

  const published = hasDataPack
    ? tabulate(
        files.map((file) => ({
          ...file,
          stepMs: 1000,
          methods: readPublished().map((method) => method.methodScore(file))
        }))
      )
    : [];

  it.each([
    ['Conv_AE', '15 | 72 | 12.4 | 16.4 | 4 | 0.0 / 0.0'],
    ['LSTM_AE', '14 | 58 | 14.1 | 36.9 | 5 | 5.9 / 3.3'],
    ['MSET', '16 | 40.5 | 19.1 | 58.5 | 5 | 2.0 / 0.7'],
    ['T2-q', '15 | 55 | 13.0 | 35.1 | 5 | 21.8 / 2.6'],
    ['max-z', '16 | 2.5 | 25.3 | 66.9 | 15 | 93.1 / 7.3'],
    ['pca-q, mean 10', '16 | 7.5 | 23.9 | 57.1 | 8 | 27.1 / 5.3'],
    ['smooth-z 30', '16 | 53 | 10.6 | 30.0 | 5 | 30.4 / 5.3'],
    ['clock', '16 | 0 | 1.7 | 100.0 | 12 | 0.0 / 0.0']
  ])('%s: events', (name, expected) => {
    const found = [...floors, ...published].find(({ method }) => method === name)!;
    const { events, medianDelayS, farBeforeOnsetPct, farAfterEndPct } = found;
    const episodes = [found.falseEpisodesPerHour!, found.mergedFalseEpisodesPerHour!].map((rate) => rate.toFixed(1));
    const percent = [farBeforeOnsetPct!, farAfterEndPct!].map((rate) => rate.toFixed(1));
    expect([events.detected, medianDelayS, ...percent, events.earlyFiles, episodes.join(' / ')].join(' | ')).toBe(
      expected
    );
  });

  it('pools like the counts it is made of', () => {
    const pooled = poolConfusions(
      files.map((file) => countConfusion(file.truth, scoreFloors(file.columns, trainRows, 0)[1]!.flags))
    );
    expect(row('clock').confusion).toEqual(pooled);
    expect(row('clock').f1).toBe(f1(pooled));
  });
});
