import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findUseless, type QualityReport } from '$lib/domain/quality-report';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';
import { createQualityReporter } from '$lib/prepare/quality/report';
import { sampleSeed, simulateSamplePump } from '$lib/simulate/sample';
import { dataPack, hasDataPack } from '../../../support/data-pack';
import { cutReadings } from '../../../support/pump-readings';
import { channels, makePump } from './pump-rows';

type Named = { name: string; unit: string };

function reportOf(blocks: ReadingBlock[], of: Named[] = channels, stepMs = 1000, leftOut = {}): QualityReport {
  const reporter = createQualityReporter({ channels: of, stepMs });
  for (const block of blocks) reporter.push(block);
  return reporter.finish({ duplicates: 0, runsBack: 0, ...leftOut });
}

/** Issues as `check channel advice`. */
const issuesOf = (report: QualityReport) =>
  report.entries
    .filter(({ outcome }) => outcome === 'issue')
    .map(({ check, channel, advice }) => `${check} ${channel ?? '-'} ${advice}`);

const figuresOf = (report: QualityReport, check: string, channel: string | null) =>
  report.entries.find((entry) => entry.check === check && entry.channel === channel)?.figures;

/** The block with a column more. */
function withColumn(block: ReadingBlock, name: string, valueAt: (row: number) => number): [ReadingBlock, Named[]] {
  const column = Float32Array.from(block.t, (_, row) => valueAt(row));
  const more = {
    ...block,
    channels: [...block.channels, name],
    columns: [...block.columns, column],
    quality: [...block.quality, Uint8Array.from(column, (value) => (Number.isNaN(value) ? Quality.missing : 0))]
  };
  return [more, [...channels, { name, unit: '' }]];
}

describe('data-quality report', () => {
  const rows = 4000;
  const well = makePump(rows);

  it('has nothing to say of a recording that is fine, and says that it looked', () => {
    const report = reportOf([well]);
    expect(issuesOf(report)).toEqual([]);
    expect(report.rows).toBe(rows);
    expect(report.entries.length).toBeGreaterThan(100);
    expect(report.entries.every(({ advice }) => advice === 'nothing')).toBe(true);
  });

  it('names what an import left out, and times that are no use', () => {
    const t = Float64Array.from(well.t, (tMs, row) => tMs + (row % 3 === 0 ? 700 : 0) + (row >= 2000 ? 90_000 : 0));
    const report = reportOf([{ ...well, t }], channels, 1000, { duplicates: 3, runsBack: 2 });
    expect(issuesOf(report)).toEqual([
      'duplicate-times - check-clock',
      'times-run-back - check-clock',
      'irregular-times - check-clock',
      'large-gaps - choose-range'
    ]);
    expect(figuresOf(report, 'large-gaps', null)).toMatchObject({ gaps: 1, longestMs: t[2000]! - t[1999]! });
    expect(figuresOf(report, 'duplicate-times', null)).toEqual({ rows: 3 });
  });

  it('counts times that do not rise where a block brings them', () => {
    const t = well.t.slice();
    t[100] = t[99]!;
    t[200] = t[198]!;
    const report = reportOf([{ ...well, t }]);
    expect(figuresOf(report, 'duplicate-times', null)).toEqual({ rows: 1 });
    expect(figuresOf(report, 'times-run-back', null)).toEqual({ rows: 1 });
  });

  it('does not pretend to know what nobody counted', () => {
    const reporter = createQualityReporter({ channels, stepMs: 1000 });
    reporter.push(well);
    const report = reporter.finish({});
    expect(figuresOf(report, 'duplicate-times', null)).toBeUndefined();
    expect(figuresOf(report, 'irregular-times', null)).toEqual({ share: 0 });
  });

  it('finds a short recording', () => {
    expect(issuesOf(reportOf([makePump(200)]))).toEqual([
      'short-range - record-longer',
      'too-few-rows - record-longer'
    ]);
  });

  it.each<[string, (row: number) => number, string[]]>([
    ['without a value', () => NaN, ['empty X leave-out']],
    ['that never changes', () => 7, ['constant X leave-out']],
    ['like a switch', (row) => row % 3, ['categorical X check-meaning']],
    ['like a counter', (row) => row, ['monotonic X leave-out']],
    ['like a tank that runs dry', (row) => 9000 - row, ['monotonic X leave-out']],
    ['with holes', (row) => (row % 20 === 0 ? NaN : Math.sin(row)), ['missing X check-sensor']],
    [
      'that began late',
      (row) => (row < 3000 ? NaN : Math.sin(row)),
      ['short-range X choose-range', 'missing X check-sensor']
    ],
    [
      'with a few values',
      (row) => (row % 100 < 5 && row < 3900 ? Math.sin(row) : row === 3999 ? 2 : NaN),
      ['too-few-rows X leave-out', 'missing X check-sensor']
    ],
    [
      'run in two ways',
      (row) => (row % 1000 < 300 ? 10 : 50) + Math.sin(row * 1.7),
      ['operating-modes X choose-range']
    ],
    ['that swings', (row) => Math.sin(row / 100), []],
    ['that is noise', (row) => Math.sin(row * row), []]
  ])('finds a channel %s', (_, valueAt, issues) => {
    const [block, of] = withColumn(well, 'X', valueAt);
    const report = reportOf([block], of);
    expect(issuesOf(report)).toEqual(issues);
    expect(findUseless(report)).toEqual(issues.some((issue) => issue.includes('leave-out')) ? ['X'] : []);
  });

  it('finds values in another unit, by the unit given or by their size', () => {
    const inPsi = makePump(rows).set('Discharge_Pressure_bar', 0, rows, (row) => 80 + Math.sin(row));
    expect(issuesOf(reportOf([inPsi]))).toEqual(['unit Discharge_Pressure_bar correct-unit']);
    const named = channels.map((each) => (each.name === 'Oil_Pressure_bar' ? { ...each, unit: 'psi' } : each));
    expect(issuesOf(reportOf([well], named))).toEqual(['unit Oil_Pressure_bar correct-unit']);
  });

  it('tells how much of it the pump was off, and takes no reading of then for its unit or its modes', () => {
    const block = makePump(rows, { isOff: (row) => row >= 1000 });
    const report = reportOf([block]);
    expect(issuesOf(report)).toEqual(['operating-modes - choose-range']);
    expect(figuresOf(report, 'operating-modes', null)!['offShare']).toBeCloseTo(0.75, 2);
  });

  it('counts what the quality rules find', () => {
    const block = makePump(rows)
      .set('Vibration_mm_s', 2000, 3000, 1.83)
      .set('Bearing_Temperature_C', 100, 102, 95)
      .set('Suction_Pressure_bar', 200, 210, 7)
      .set('Oil_Pressure_bar', 300, 301, -4);
    expect(issuesOf(reportOf([block]))).toEqual([
      'too-fast Bearing_Temperature_C check-sensor',
      'out-of-range Oil_Pressure_bar check-sensor',
      'stuck Vibration_mm_s check-sensor',
      'contradicts Suction_Pressure_bar compare-sensors',
      'contradicts Discharge_Pressure_bar compare-sensors'
    ]);
  });

  it('does not depend on the grouping of the rows', () => {
    const block = makePump(rows, { isOff: (row) => row % 900 > 700 }).set('Vibration_mm_s', 2000, 2600, 1.83);
    expect(reportOf(cutReadings(block, [1, 350, 17]))).toEqual(reportOf([block]));
  });

  it('of nothing at all is a report, too', () => {
    const report = reportOf([]);
    expect(report.rows).toBe(0);
    expect(issuesOf(report).filter((issue) => issue.startsWith('empty'))).toHaveLength(channels.length);
  });

  it('of the sample pump names its gap and the two ways it is run', () => {
    const { block, channels: sampled, stepMs } = simulateSamplePump({ seed: sampleSeed, assetId: 'sample' });
    expect(issuesOf(reportOf([block], sampled, stepMs))).toEqual([
      'large-gaps - choose-range',
      'operating-modes Motor_RPM choose-range',
      // Two groups as well, because the wear at its end shakes it.
      'operating-modes Vibration_mm_s choose-range'
    ]);
  });
});

describe.skipIf(!hasDataPack)('data-quality report of SKAB valve1/0.csv (needs the data pack)', () => {
  it('finds the recording short and its pressure coarse, and has no limits for channels it does not know', () => {
    const [header, ...lines] = readFileSync(join(dataPack, 'skab/valve1/0.csv'), 'utf8').trim().split('\n');
    const names = header!.split(';').slice(1, 9);
    const cells = lines.map((line) => line.split(';'));
    const columns = names.map((_, c) => Float32Array.from(cells, (cell) => Number(cell[c + 1])));
    const block: ReadingBlock = {
      assetId: 'skab',
      channels: names,
      t: Float64Array.from(cells, ([time]) => Date.parse(`${time!.replace(' ', 'T')}Z`)),
      columns,
      quality: columns.map((column) => new Uint8Array(column.length))
    };
    const report = reportOf(
      [block],
      names.map((name) => ({ name, unit: '' }))
    );
    expect(issuesOf(report)).toEqual([
      'short-range - record-longer',
      'categorical Pressure check-meaning',
      'operating-modes Temperature choose-range'
    ]);
  });
});
