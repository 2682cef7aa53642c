import { describe, expect, test } from 'vitest';
import { delimiters, type ImportPlan } from '$lib/domain/import-plan';
import { previewCsv } from '$lib/ingest/csv/preview';
import { findUnit } from '$lib/ingest/csv/unit';
import { header, planFor, recording, stamp, t0Ms, writeRecording } from './csv-samples';

const file = { name: 'pump.csv', bytes: 12_345 };

function preview(text: string, isWhole = true, plan?: ImportPlan) {
  const result = previewCsv(text, file, isWhole, plan);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

const faultOf = (text: string, plan?: ImportPlan) => {
  const result = previewCsv(text, file, true, plan);
  return result.ok ? null : result.fault;
};

/** The proposed role of each column of a file with these columns, one row a second. */
function rolesOf(columns: Record<string, (i: number) => string | number>, rows = 20) {
  const names = ['time', ...Object.keys(columns)];
  const lines = Array.from({ length: rows }, (_, i) =>
    [stamp(t0Ms + i * 1000), ...Object.values(columns).map((cell) => cell(i))].join(',')
  );
  return preview([names.join(','), ...lines].join('\n')).plan.channels.map(({ role }) => role);
}

describe('the proposed plan', () => {
  test.each(delimiters)('of the recording with %j is the right one', (delimiter) => {
    const found = preview(writeRecording(delimiter, '\r\n'));
    expect(found.plan).toEqual(planFor(delimiter));
    expect(found).toMatchObject({
      fileName: 'pump.csv',
      bytes: 12_345,
      stepMs: 1000,
      t0Ms,
      rowsRead: 240,
      rejected: []
    });
    expect(found.columns.map(({ name }) => name)).toEqual(header);
    expect(found.columns.map(({ numericShare }) => numericShare)).toEqual([0, 1, 1, 1, 1]);
    expect(found.columns.map(({ timeFormat }) => timeFormat)).toEqual(['iso', null, null, null, null]);
    expect(found.rows).toHaveLength(12);
    expect(found.rows[1]).toEqual([stamp(t0Ms + 1000), '0.25', '1.5', String(recording[1]!.sine), '0']);
  });

  test.each([
    ['iso', (tMs: number) => new Date(tMs).toISOString()],
    ['iso', (tMs: number) => `${stamp(tMs + 3_600_000)}+01:00`],
    ['epoch-s', (tMs: number) => String(tMs / 1000)],
    ['epoch-s', (tMs: number) => (tMs / 1000).toFixed(3)],
    ['epoch-ms', String]
  ] as const)('has the time format %s', (timeFormat, writeTime) => {
    const found = preview(writeRecording(',', '\n', writeTime));
    expect(found.plan).toEqual(planFor(',', timeFormat));
    expect(found).toMatchObject({ t0Ms, stepMs: 1000 });
  });

  test('takes the word of most cells for the size of epoch times', () => {
    const text = writeRecording(',', '\n', String).replace(`${t0Ms},`, `${t0Ms / 1000},`);
    expect(preview(text).plan.timeFormat).toBe('epoch-ms');
  });

  test('has the label columns as labels, whatever their case, and never as readings', () => {
    const verdict = (i: number) => (i > 10 ? 1 : 0);
    const roles = rolesOf({
      p: Math.sin,
      Anomaly: verdict,
      CHANGEPOINT: (i) => `${verdict(i)}.0`,
      label: verdict,
      Is_Anomaly: () => 0,
      anomaly: (i) => i / 20,
      'Label ': (i) => (i > 10 ? 'bad state' : 'ok')
    });
    expect(roles).toEqual(['ignored', 'reading', 'label', 'label', 'label', 'label', 'ignored', 'ignored']);
  });

  test('ignores text, empty columns, a row index and further times', () => {
    const roles = rolesOf({
      '': (i) => i + 500,
      number: (i) => i,
      count: (i) => i + 1,
      site: () => 'north',
      state: (i) => (i > 9 ? 'run' : 'stop'),
      empty: () => '',
      na: () => 'NaN',
      logged: (i) => stamp(t0Ms + i * 1000 + 500),
      unix: (i) => t0Ms / 1000 + i,
      ramp: (i) => i / 2,
      back: (i) => -i,
      flat: () => 3.5,
      sparse: (i) => (i % 5 ? '' : i)
    });
    expect(roles.slice(0, 10)).toEqual(Array(10).fill('ignored'));
    expect(roles.slice(10)).toEqual(['reading', 'reading', 'reading', 'reading']);
  });

  test('chooses the named one among several epoch columns, and an ISO column before any', () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${2e8 + i * 7},${t0Ms / 1000 + i},${i / 3}`);
    expect(preview(`total_L,time,p\n${rows.join('\n')}`).plan).toMatchObject({ timeColumn: 1, timeFormat: 'epoch-s' });
    const dated = rows.map((row, i) => `${row},${stamp(t0Ms + i * 1000)}`);
    expect(preview(`total_L,time,p,at\n${dated.join('\n')}`).plan).toMatchObject({ timeColumn: 3, timeFormat: 'iso' });
  });

  test('names blank and repeated columns apart', () => {
    const rows = Array.from({ length: 9 }, (_, i) => `${stamp(t0Ms + i * 1000)};${i / 3};${i / 4};${i / 5}`);
    const found = preview(`time;p;;p\n${rows.join('\n')}`);
    expect(found.plan.channels.map(({ name }) => name)).toEqual(['time', 'p', 'column 3', 'p 4']);
    expect(found.columns.map(({ name }) => name)).toEqual(['time', 'p', '', 'p']);
  });

  test('is not misled by decimal commas or by commas in the header', () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${stamp(t0Ms + i * 1000)};${i / 4}`.replace('.', ','));
    expect(faultOf(`time, UTC;pressure\n${rows.join('\n')}`)).toMatchObject({
      code: 'no-numeric-channel',
      found: `time, UTC: ${stamp(t0Ms)}, pressure: 0`
    });
    const withMs = Array.from({ length: 30 }, (_, i) => `${stamp(t0Ms + i * 1000)},250;${i / 4}`);
    const found = preview(`time, UTC;pressure, bar\n${withMs.join('\n')}`);
    expect(found).toMatchObject({ plan: { delimiter: ';' }, t0Ms: t0Ms + 250, rowsRead: 30, rejected: [] });
  });

  test('reads a quoted header and a byte order mark', () => {
    const text = `\ufeff"time","oil, bar"\n"${stamp(t0Ms)}","1.5"\n"${stamp(t0Ms + 1000)}","1.75"\n`;
    expect(preview(text).columns.map(({ name }) => name)).toEqual(['time', 'oil, bar']);
  });
});

test.each([
  ['Pressure [bar]', 'bar'],
  ['Pressure (bar)', 'bar'],
  ['Flow [ m³/h ] ', 'm³/h'],
  ['Temp (°C)', '°C'],
  ['Motor_RPM', '1/min'],
  ['Bearing_Temperature_C', '°C'],
  ['Oil_Pressure_bar', 'bar'],
  ['Vibration_mm_s', 'mm/s'],
  ['Flow_Rate_L_min', 'L/min'],
  ['Suction_Pressure_bar', 'bar'],
  ['Discharge_Pressure_bar', 'bar'],
  ['Motor_Current_A', 'A'],
  ['Casing_Temperature_C', '°C'],
  ['Ambient_Temperature_C', '°C'],
  ['Current', ''],
  ['Volume Flow RateRMS', ''],
  ['crossbar', '']
])('the unit of %j is %j', (name, unit) => {
  expect(findUnit(name)).toBe(unit);
});

describe('the beginning of a longer file', () => {
  test('is read without its cut last row', () => {
    const text = writeRecording();
    for (let end = text.length - 40; end < text.length; end++) {
      const found = preview(text.slice(0, end), false);
      expect(found.rejected).toEqual([]);
      expect(found.rowsRead).toBe(text.slice(0, end).split('\n').length - 2);
    }
  });

  test('is read without a last row that is cut inside quotes', () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${stamp(t0Ms + i * 1000)},${i / 4},"line one\nline two"`);
    const text = ['time,p,note', ...rows].join('\n');
    const found = preview(text.slice(0, -5), false);
    expect(found).toMatchObject({ rowsRead: 19, rejected: [] });
  });

  test('lists its rejected rows with their lines', () => {
    const lines = writeRecording().split('\n');
    lines[10] = 'yesterday,1,2,3,0';
    lines[20] = lines[20]!.replace(',1.5,', ',1.5 bar,');
    const found = preview(lines.join('\n'));
    expect(found.rejected.map(({ line, reason, column }) => [line, reason, column])).toEqual([
      [11, 'bad-time', ''],
      [21, 'bad-number', 'step']
    ]);
    expect(found.rowsRead).toBe(240);
  });
});

describe('a fault', () => {
  const noTime = 'p,q\n1.5,2\n1.25,3\n1.5,4\n';
  test.each([
    ['no-row', ''],
    ['no-row', '\n\n'],
    ['no-row', 'time,p\n'],
    ['no-row', `time,p\n${stamp(t0Ms)},1,2\n`],
    ['no-time-column', noTime],
    ['no-time-column', 'noise'.repeat(20) + '\nmore noise\n'],
    ['no-numeric-channel', `time,state\n${stamp(t0Ms)},run\n${stamp(t0Ms + 1000)},stop\n`],
    ['no-numeric-channel', `time;p\n${stamp(t0Ms)};1,5\n${stamp(t0Ms + 1000)};2,5\n`],
    ['no-numeric-channel', `time,anomaly\n${stamp(t0Ms)},0\n${stamp(t0Ms + 1000)},1\n`],
    ['not-text', 'PK\u0003\u0004\u0014\0\0\0'],
    ['not-text', 'Temperatur \ufffdC;p\n1;2\n'],
    ['not-text', [...'time,p\n'].join('\0')],
    ['not-text', `time,p\n${stamp(t0Ms)},1\n${'\0'.repeat(50)}`]
  ])('%s is found in %j', (code, text) => {
    expect(faultOf(text)).toMatchObject({ code, where: expect.stringContaining('pump.csv') });
  });

  test('shows the columns that were seen', () => {
    expect(faultOf(noTime)).toEqual({
      code: 'no-time-column',
      where: 'pump.csv, header',
      found: 'p: 1.5, q: 2',
      expected: 'a column of ISO 8601 times or epoch s or ms'
    });
  });

  test('says that a header is missing rather than taking the first row for one', () => {
    const headless = writeRecording().split('\n').slice(1).join('\n');
    expect(faultOf(headless)).toMatchObject({ code: 'no-time-column', expected: expect.stringContaining('names') });
  });

  test('is not made of a few damaged bytes deep in the file: those rows are listed', () => {
    const lines = writeRecording().split('\n');
    lines[100] = '\0\0\0\0\ufffd';
    expect(preview(lines.join('\n')).rejected.map(({ line }) => line)).toEqual([101]);
  });
});

test('another delimiter has a plan proposed under it', () => {
  const text = 'time,a;b\n2020-01-01 00:00:00,1;5\n2020-01-01 00:00:01,2;6\n';
  const commas = previewCsv(text, { name: 'x.csv', bytes: 1 }, true, { delimiter: ',' });
  expect(commas).toMatchObject({ ok: false, fault: { code: 'no-numeric-channel' } });
  const tabs = previewCsv(text.replaceAll(',', '\t'), { name: 'x.csv', bytes: 1 }, true, { delimiter: '\t' });
  expect(tabs).toMatchObject({ ok: false, fault: { code: 'no-numeric-channel' } });
  const clean = previewCsv(text.replaceAll(';', ','), { name: 'x.csv', bytes: 1 }, true, { delimiter: ',' });
  expect(clean).toMatchObject({ ok: true, value: { plan: { delimiter: ',', timeColumn: 0 } } });
});

describe('a given plan', () => {
  test('is applied as it is', () => {
    const plan = planFor();
    plan.channels[1] = { name: 'renamed', unit: 'bar', role: 'reading' };
    plan.channels[3] = { name: 'sine', unit: '', role: 'ignored' };
    const found = preview(writeRecording(), true, plan);
    expect(found.plan).toEqual(plan);
    expect(found).toMatchObject({ rowsRead: 240, rejected: [], stepMs: 1000 });
  });

  test('shows by its rejected rows what it would do', () => {
    const text = writeRecording() + 'not a time,1,2,3,0\n';
    expect(preview(text, true, planFor()).rejected).toHaveLength(1);
  });

  const reading = (index: number): ImportPlan['channels'] =>
    header.map((name, i) => ({ name, unit: '', role: i === index ? 'reading' : 'ignored' }));
  test.each([
    ['no-time-column', { timeColumn: 2, channels: reading(1) }],
    ['no-time-column', { timeFormat: 'epoch-ms' as const }],
    ['bad-plan', { timeColumn: 9 }],
    ['bad-plan', { timeColumn: -1 }],
    ['bad-plan', { timeColumn: 1 }],
    ['bad-plan', { delimiter: ';' as const }],
    ['bad-plan', { delimiter: '' as never }],
    ['bad-plan', { timeFormat: 'excel' as never }],
    ['bad-plan', { channels: reading(1).slice(1) }],
    ['bad-plan', { channels: reading(1).map((channel, i) => (i === 1 ? { ...channel, name: ' ' } : channel)) }],
    ['no-numeric-channel', { channels: reading(9) }]
  ])('has the fault %s with %j', (code, change) => {
    expect(faultOf(writeRecording(), { ...planFor(), ...change })).toMatchObject({ code });
  });

  test('with a reading that is text has no numeric channel', () => {
    const text = `datetime,ramp,step,sine,anomaly\n${stamp(t0Ms)},run,1,2,0\n${stamp(t0Ms + 1000)},stop,1,2,0\n`;
    expect(faultOf(text, { ...planFor(), channels: reading(1) })).toMatchObject({ code: 'no-numeric-channel' });
  });
});
