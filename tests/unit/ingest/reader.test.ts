import { describe, expect, test } from 'vitest';
import { delimiters, type ImportPlan, type PlannedChannel } from '$lib/domain/import-plan';
import { Quality } from '$lib/domain/reading-block';
import {
  createTextReader,
  gather,
  gatherQuality,
  planFor,
  readAll,
  recording,
  stamp,
  t0Ms,
  withNote,
  writeRecording
} from './csv-samples';

const { good, missing, sourceBad, unreadable } = Quality;

describe('a recording', () => {
  test.each(delimiters.flatMap((delimiter) => ['\n', '\r\n', '\r'].map((end) => [delimiter, end] as const)))(
    'with delimiter %j and line end %j is read whole and exactly',
    (delimiter, end) => {
      const read = readAll([writeRecording(delimiter, end)], planFor(delimiter));
      expect(gather(read.blocks, 't')).toEqual(recording.map(({ tMs }) => tMs));
      for (const channel of ['ramp', 'step', 'sine', 'anomaly'] as const) {
        expect(gather(read.blocks, channel)).toEqual(recording.map((row) => Math.fround(row[channel])));
        expect(gatherQuality(read.blocks, channel).every((quality) => quality === good)).toBe(true);
      }
      expect(read).toMatchObject({
        counts: { accepted: 240, rejected: 0, duplicates: 0 },
        rejected: [],
        rejectedCount: 0,
        assets: [{ name: '', rows: 240, t0Ms, t1Ms: t0Ms + 239_000, stepMs: 1000 }]
      });
    }
  );

  test.each([
    ['iso', 'with T and Z', (tMs: number) => new Date(tMs).toISOString()],
    ['iso', 'with an offset', (tMs: number) => `${stamp(tMs + 5.5 * 3_600_000).replace(' ', 'T')}+05:30`],
    ['iso', 'with milliseconds', (tMs: number) => `${stamp(tMs)}.000`],
    ['epoch-s', 'whole', (tMs: number) => String(tMs / 1000)],
    ['epoch-s', 'with a fraction', (tMs: number) => (tMs / 1000).toFixed(3)],
    ['epoch-ms', 'whole', String]
  ] as const)('with times in %s %s is read exactly', (timeFormat, _, writeTime) => {
    const read = readAll([writeRecording(';', '\n', writeTime)], planFor(';', timeFormat));
    expect(gather(read.blocks, 't')).toEqual(recording.map(({ tMs }) => tMs));
  });

  test('comes in blocks of equal size and a last one, under the names and the asset of the plan', () => {
    const reader = createTextReader(planFor(), { blockRows: 100, idOf: () => 'pump-7' });
    const blocks = reader.push(writeRecording());
    expect(blocks.map(({ t }) => t.length)).toEqual([100, 100]);
    expect(reader.rows.counts.accepted).toBe(240);
    const finished = reader.finish();
    const last = finished.ok ? finished.value.blocks : [];
    expect(last.map(({ t }) => t.length)).toEqual([40]);
    for (const block of [...blocks, ...last]) {
      expect(block.assetId).toBe('pump-7');
      expect(block.channels).toEqual(['ramp', 'step', 'sine', 'anomaly']);
      expect([...block.columns, ...block.quality].every((column) => column.length === block.t.length)).toBe(true);
    }
    expect(gather([...blocks, ...last], 'ramp')).toEqual(recording.map(({ ramp }) => ramp));
  });

  test('that fills its blocks exactly has no empty last one', () => {
    expect(readAll([writeRecording()], planFor(), { blockRows: 120 }).blocks.map(({ t }) => t.length)).toEqual([
      120, 120
    ]);
  });

  test('with a gap has the step of its rows, and one row has none', () => {
    const rows = [0, 1, 2, 60, 61, 62].map((s) => `${stamp(t0Ms + s * 1000)},1,1,1,0`);
    expect(readAll([`h,r,s,s,a\n${rows.join('\n')}`], planFor()).assets[0]?.stepMs).toBe(1000);
    expect(readAll([`h,r,s,s,a\n${rows[0]!}`], planFor()).assets[0]?.stepMs).toBeNaN();
  });

  test('is read in the channels of the plan only, labels with readings, in plan order', () => {
    const plan = planFor();
    plan.channels[2] = { ...plan.channels[2]!, role: 'ignored' };
    const [block] = readAll([writeRecording()], plan).blocks;
    expect(block?.channels).toEqual(['ramp', 'sine', 'anomaly']);
    expect(block?.columns[1]?.[7]).toBe(Math.fround(recording[7]!.sine));
  });
});

/** A file of six rows, one a second, the third of which is replaced by `row`. */
function readWith(row: string, options?: { maxRejected?: number }) {
  const rows = [0, 1, 2, 3, 4, 5].map((s) => `${stamp(t0Ms + s * 1000)};${s};${s * 2};${s * 3};0`);
  rows[2] = row;
  return readAll([`datetime;ramp;step;sine;anomaly\r\n${rows.join('\r\n')}\r\n`], planFor(';'), options);
}

describe('a damaged row', () => {
  const time = stamp(t0Ms + 2000);
  test.each([
    ['field-count', `${time};1;2;3`],
    ['field-count', `${time};1;2;3;0;9`],
    ['bad-time', ';1;2;3;0'],
    ['bad-time', '09.03.2020 10:14:35;1;2;3;0'],
    ['bad-time', '2020-02-30 10:14:35;1;2;3;0'],
    ['time-runs-back', `${stamp(t0Ms)};1;2;3;0`],
    ['bad-number', `${time};1,5;2,5;3,5;0`],
    ['bad-quotes', `"${time};1;2;3;0`],
    ['bad-quotes', `${time};"1"5;2;3;0`]
  ])('is left out and listed as %s: %s', (reason, row) => {
    const read = readWith(row);
    expect(read.rejected).toMatchObject([{ line: 4, text: row, reason, isKept: false }]);
    expect(read.rejectedCount).toBe(1);
    expect(gather(read.blocks, 't')).toEqual([0, 1, 3, 4, 5].map((s) => t0Ms + s * 1000));
    expect(gather(read.blocks, 'ramp')).toEqual([0, 1, 3, 4, 5]);
  });

  test.each(['1,5', 'running', 'Infinity', '-1e999', '4e38', '0x10', '1.2.3'])(
    'is kept without its cell %j',
    (cell) => {
      const row = `${time};7;${cell};8;1`;
      const read = readWith(row);
      expect(read.rejected).toEqual([
        { line: 4, text: row, reason: 'bad-number', column: 'step', value: cell, isKept: true }
      ]);
      expect(gather(read.blocks, 'step')).toEqual([0, 2, NaN, 6, 8, 10]);
      expect(gatherQuality(read.blocks, 'step')).toEqual([good, good, unreadable, good, good, good]);
      expect(gather(read.blocks, 'ramp')[2]).toBe(7);
      expect(gather(read.blocks, 'anomaly')[2]).toBe(1);
    }
  );

  test('with two unreadable cells counts once and is listed for each', () => {
    const read = readWith(`${time};x;2;3;yes`);
    expect(read.rejected.map(({ column, isKept }) => [column, isKept])).toEqual([
      ['ramp', true],
      ['anomaly', true]
    ]);
    expect(read).toMatchObject({ counts: { accepted: 6, rejected: 0 }, rejectedCount: 1 });
  });

  test.each(
    (['', ' ', 'NaN', 'n/a', 'null', '-', '#N/A'] as const)
      .map((cell): [string, number] => [cell, missing])
      .concat(['Bad', 'I/O Timeout', '[-11059] No Good Data', 'Scan Off', '#DIV/0!'].map((cell) => [cell, sourceBad]))
  )('is none where %j stands for no value', (cell, quality) => {
    const read = readWith(`${time};${cell};${cell};${cell};${cell}`);
    expect(read).toMatchObject({ counts: { accepted: 6, rejected: 0 }, rejected: [], rejectedCount: 0 });
    for (const channel of ['ramp', 'sine', 'anomaly']) {
      expect(gather(read.blocks, channel)[2]).toBeNaN();
      expect(gatherQuality(read.blocks, channel)).toEqual([good, good, quality, good, good, good]);
    }
  });

  test('does not move the clock: the time of a row that was left out may come again', () => {
    const plan = planFor();
    const read = readAll([`h,a\n${stamp(t0Ms)},x\n${stamp(t0Ms)},1\n`], {
      ...plan,
      width: 2,
      channels: plan.channels.slice(0, 2)
    });
    expect(read.counts).toEqual({ accepted: 1, rejected: 1, duplicates: 0 });
  });

  test('is listed with 200 characters of its text', () => {
    const row = `${time};${'x'.repeat(500)}`;
    expect(readWith(row).rejected[0]?.text).toBe(row.slice(0, 200));
  });

  test('beyond the list is still counted', () => {
    const rows = Array.from({ length: 50 }, (_, i) => `bad ${i},1,2,3,0`);
    const read = readAll([`${writeRecording()}${rows.join('\n')}`], planFor(), { maxRejected: 3 });
    expect(read.rejected.map(({ line }) => line)).toEqual([242, 243, 244]);
    expect(read).toMatchObject({ counts: { accepted: 240, rejected: 50 }, rejectedCount: 50 });
  });
});

describe('line numbers', () => {
  const plan = withNote(planFor());

  test('count the lines of quoted notes and blank lines', () => {
    const text = [
      'datetime,ramp,step,sine,anomaly,note',
      `${stamp(t0Ms)},1,2,3,0,"two`,
      'lines"',
      '',
      'bad,1,2,3,0,',
      `${stamp(t0Ms + 1000)},1,2,3,0,"three`,
      '',
      'lines"',
      'worse,1,2,3,0,'
    ];
    const read = readAll([text.join('\r\n')], plan);
    expect(read.rejected.map(({ line, text: row }) => [line, row])).toEqual([
      [5, 'bad,1,2,3,0,'],
      [9, 'worse,1,2,3,0,']
    ]);
    expect(read.counts.accepted).toBe(2);
  });

  test('a quoted line break in a time or a reading is a stray quote and swallows no row', () => {
    const rows = [0, 1, 2, 3].map((s) => `${stamp(t0Ms + s * 1000)},1,2,3,0,`);
    rows[1] = `${stamp(t0Ms + 1000)},"1,2,3,0,`;
    rows[3] = `${stamp(t0Ms + 3000)}",2,3,0,`;
    const read = readAll([`datetime,ramp,step,sine,anomaly,note\n${rows.join('\n')}\n`], plan);
    expect(read.rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'bad-quotes'],
      [5, 'field-count']
    ]);
    expect(gather(read.blocks, 't')).toEqual([t0Ms, t0Ms + 2000]);
  });
});

describe('a file that cannot be read', () => {
  const finish = (text: string, plan = planFor()) => {
    const reader = createTextReader(plan);
    reader.push(text);
    return reader.finish();
  };

  test.each(['', '\ufeff', '\n\n', 'datetime,ramp,step,sine,anomaly\n'])('has no row: %j', (text) => {
    expect(finish(text)).toMatchObject({ ok: false, fault: { code: 'no-row' } });
  });

  test('says where it first failed', () => {
    expect(finish('datetime,ramp,step,sine,anomaly\n\nnoon,1,2,3,0\n')).toMatchObject({
      ok: false,
      fault: { code: 'no-row', where: 'line 3', found: 'noon,1,2,3,0' }
    });
  });

  test('has another number of columns than the plan', () => {
    expect(finish('datetime,ramp\n2020-01-01,1\n')).toMatchObject({
      ok: false,
      fault: { code: 'no-row', where: 'line 2' }
    });
  });

  const { time, channels } = planFor();
  const changeChannel = (index: number, change: Partial<PlannedChannel>) => ({
    channels: channels.map((channel, at) => (at === index ? { ...channel, ...change } : channel))
  });
  test.each<[string, Partial<ImportPlan>]>([
    ['bad-plan', { time: { ...time, column: 5 } }],
    ['bad-plan', { time: { ...time, column: 1 } }],
    ['bad-plan', { time: { ...time, column: 0.5 } }],
    ['bad-plan', { time: { ...time, clockColumn: 0 } }],
    ['bad-plan', { time: { ...time, zone: 'Mars/Olympus' } }],
    ['bad-plan', { time: { ...time, format: 'sundial' as never } }],
    ['bad-plan', { time: { ...time, format: 'rows', rowMs: 0 } }],
    ['bad-plan', { delimiter: '' as never }],
    ['bad-plan', { encoding: 'ebcdic' as never }],
    ['bad-plan', { decimal: ',', grouping: ',' }],
    ['bad-plan', { layout: 'long' }],
    ['bad-plan', { assetColumn: 2 }],
    ['bad-plan', { dataLine: 0 }],
    ['bad-plan', changeChannel(1, { name: 'step' })],
    ['bad-plan', changeChannel(1, { name: ' ' })],
    ['bad-plan', changeChannel(1, { column: 9 })],
    ['bad-plan', changeChannel(1, { factor: NaN })],
    ['bad-plan', changeChannel(1, { mappedTo: 'Motor_RPN' })],
    ['bad-plan', { questions: [{ about: 'decimal', where: '1,234', options: [], answer: null }] }],
    ['no-numeric-channel', { channels: channels.map((channel) => ({ ...channel, role: 'ignored' })) }]
  ])('has a plan with the fault %s: %j', (code, change) => {
    expect(finish(writeRecording(), { ...planFor(), ...change })).toMatchObject({ ok: false, fault: { code } });
  });
});

test('of rows with one time the last counts, and the others are counted', () => {
  const rows = [0, 1, 1, 1, 2].map((s, row) => `${stamp(t0Ms + s * 1000)},${row},1,1,0`);
  const read = readAll([`h,r,s,s,a\n${rows.join('\n')}\n`], planFor(), { blockRows: 2 });
  expect(gather(read.blocks, 'ramp')).toEqual([0, 3, 4]);
  expect(read.counts).toEqual({ accepted: 3, rejected: 0, duplicates: 2 });
});

test('values are stored in the unit of the channel, and its own words for no value are missing', () => {
  const plan = planFor();
  plan.channels[1] = { ...plan.channels[1]!, mappedTo: 'Suction_Pressure_bar', factor: 0.01, sentinels: [-9999] };
  const read = readAll([`h,r,s,s,a\n${stamp(t0Ms)},250,1,1,0\n${stamp(t0Ms + 1000)},-9999,1,1,0\n`], plan);
  expect(read.blocks[0]?.channels[0]).toBe('Suction_Pressure_bar');
  expect(gather(read.blocks, 'Suction_Pressure_bar')).toEqual([2.5, NaN]);
  expect(gatherQuality(read.blocks, 'Suction_Pressure_bar')).toEqual([good, missing]);
});
