/** Files as loggers, historians and spreadsheets write them: each is read exactly, or asks what it leaves open. */
import { describe, expect, test } from 'vitest';
import { Quality } from '$lib/domain/reading-block';
import { gather, gatherQuality, previewOf, readFileWith, stamp } from './csv-samples';

const t0Ms = Date.UTC(2024, 2, 14, 10, 0, 0);
const rows = 40;
const times = Array.from({ length: rows }, (_, i) => t0Ms + i * 1000);
const pressure = times.map((_, i) => 2.5 + i / 16);
const flow = times.map((_, i) => 1200 + i * 8);

interface Shape {
  header?: string[] | null;
  before?: string;
  delimiter?: string;
  end?: string;
  time?: (tMs: number) => string;
  number?: (value: number) => string;
}

/** The recording in some shape. */
function write({
  header = ['time', 'alpha', 'beta'],
  before = '',
  delimiter = ',',
  end = '\n',
  ...cells
}: Shape = {}): string {
  const { time = stamp, number = String } = cells;
  const lines = times.map((tMs, i) => [time(tMs), number(pressure[i]!), number(flow[i]!)].join(delimiter));
  return before + [...(header ? [header.join(delimiter)] : []), ...lines, ''].join(end);
}

/** Expects the recording, whatever the channels are called. */
async function expectRecording(content: string | Uint8Array, answers: Record<string, string> = {}) {
  const read = await readFileWith(content, answers);
  expect(read.rejected).toEqual([]);
  const [first, second] = read.blocks[0]!.channels as [string, string];
  expect(gather(read.blocks, 't')).toEqual(times);
  expect(gather(read.blocks, first)).toEqual(pressure);
  expect(gather(read.blocks, second)).toEqual(flow);
  return read;
}

const openOf = async (content: string | Uint8Array, answers: Record<string, string> = {}) =>
  (await previewOf(content, { answers })).plan.questions
    .filter(({ answer }) => answer === null)
    .map(({ about, options }) => [about, ...options.map(({ id }) => id)].join(' '));

const pad = (value: number): string => String(value).padStart(2, '0');
const parts = (tMs: number) => {
  const date = new Date(tMs);
  const [y, m, d] = [date.getUTCFullYear(), pad(date.getUTCMonth() + 1), pad(date.getUTCDate())];
  const [h, min, s] = [date.getUTCHours(), pad(date.getUTCMinutes()), pad(date.getUTCSeconds())];
  return { y, m, d, h, min, s, clock: `${pad(h)}:${min}:${s}` };
};

describe('the encoding', () => {
  const text = write({ header: ['time', 'Härte °C', 'Höhe m³/h'] });
  const utf16 = (isLittle: boolean, hasMark: boolean): Uint8Array => {
    const codes = [...(hasMark ? '\ufeff' : ''), ...text].map((c) => c.charCodeAt(0));
    return Uint8Array.from(codes.flatMap((code) => (isLittle ? [code & 255, code >> 8] : [code >> 8, code & 255])));
  };
  test.each([
    ['utf-8', new TextEncoder().encode(text)],
    ['utf-8', new TextEncoder().encode(`\ufeff${text}`)],
    ['utf-16le', utf16(true, true)],
    ['utf-16be', utf16(false, true)],
    ['utf-16le', utf16(true, false)],
    ['utf-16be', utf16(false, false)],
    ['windows-1252', Uint8Array.from([...text].map((c) => c.charCodeAt(0)))]
  ])('%s is found and read', async (encoding, bytes) => {
    const preview = await previewOf(bytes);
    expect(preview.plan.encoding).toBe(encoding);
    expect(preview.columns.map(({ name }) => name)).toEqual(['time', 'Härte °C', 'Höhe m³/h']);
    await expectRecording(bytes);
  });

  test.each([
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13])],
    ['an old workbook', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])]
  ])('of %s is none', async (_, bytes) => {
    await expect(previewOf(bytes)).rejects.toThrow('not-text');
  });
});

describe('delimiter and decimals', () => {
  const comma = (value: number): string => String(value).replace('.', ',');
  test.each([
    [{ delimiter: ';', number: comma }, ';', ','],
    [{ delimiter: '\t', number: comma }, '\t', ','],
    [{ delimiter: '|', number: comma }, '|', ','],
    [{ delimiter: ';', number: comma, header: ['time', 'alpha, bar', 'beta, l/min'] }, ';', ','],
    [{ delimiter: ';', end: '\r\n' }, ';', '.'],
    [{ delimiter: ',', number: (v: number) => `"${comma(v)}"` }, ',', ','],
    [{ delimiter: ';', number: (v: number) => v.toLocaleString('de-DE', { maximumFractionDigits: 9 }) }, ';', ','],
    [{ delimiter: ';', number: (v: number) => v.toLocaleString('en-US', { maximumFractionDigits: 9 }) }, ';', '.'],
    [{ delimiter: ';', number: (v: number) => comma(v).replace(/^1(?=\d{3})/, '1\u00a0') }, ';', ',']
  ] as const)('of %j are %j and %j', async (shape, delimiter, decimal) => {
    const text = write(shape as Shape);
    expect((await previewOf(text)).plan).toMatchObject({ delimiter, decimal });
    await expectRecording(text);
  });

  test('that may be thousands are asked, and read as answered', async () => {
    const text = `time;beta\n${times.map((tMs, i) => `${stamp(tMs)};${(1 + i / 8).toFixed(3).replace('.', ',')}`).join('\n')}`;
    expect(await openOf(text)).toEqual(['decimal , .']);
    expect(gather((await readFileWith(text, { decimal: ',' })).blocks, 'beta')).toEqual(times.map((_, i) => 1 + i / 8));
    expect(gather((await readFileWith(text, { decimal: '.' })).blocks, 'beta')).toEqual(
      times.map((_, i) => 1000 + i * 125)
    );
  });

  test('are not decided against a thousand cells by one', async () => {
    const cells = times.map((_, i) => (1 + i / 8).toFixed(3));
    const text = `time;beta\n${times.map((tMs, i) => `${stamp(tMs)};${i === 7 ? '1,5' : cells[i]}`).join('\n')}`;
    expect(await openOf(text)).toEqual(['decimal , .']);
  });
});

describe('the structure', () => {
  test.each<[string, Shape]>([
    ['a preamble', { before: 'Logger XY;serial 123\nStart: 2024-03-14\n\n' }],
    ['a preamble as wide as the rows', { before: 'Station,Pump 7,\nFirmware,1.2,\n' }],
    ['a units row', {}],
    ['no header', { header: null }],
    ['blank lines', { before: '\n\n' }]
  ])('with %s is read', async (what, shape) => {
    const text = what === 'a units row' ? write().replace('beta\n', 'beta\n,[bar],[m³/h]\n') : write(shape);
    await expectRecording(text);
    const { plan } = await previewOf(text);
    const units = plan.channels.map(({ unit }) => unit);
    if (what === 'a units row') expect(units).toEqual(['', 'bar', 'm³/h']);
    if (what === 'no header')
      expect(plan.channels.map(({ name }) => name)).toEqual(['column 1', 'column 2', 'column 3']);
  });

  test('with repeated, blank and empty columns names them apart', async () => {
    const text = `time;p;;p;e;\n${times.map((tMs, i) => `${stamp(tMs)};${i};${i / 3};${i * 2.5};;`).join('\n')}\n`;
    const { plan } = await previewOf(text);
    expect(plan.channels.map(({ name, role }) => `${name}: ${role}`)).toEqual([
      'time: ignored',
      'p: reading',
      'column 3: reading',
      'p 4: reading',
      'e: ignored',
      'column 6: ignored'
    ]);
  });

  test('of quoted fields with line ends and delimiters is kept', async () => {
    const lines = times.map((tMs, i) => `"${stamp(tMs)}","${pressure[i]}","${flow[i]}","note, ""${i}""\nmore"`);
    await expectRecording(`"time","p","q","remark"\n${lines.join('\n')}\n`);
  });

  test('of a long file is turned, sorted by time or by tag', async () => {
    const line = (i: number, tag: string, value: number): string => `${stamp(times[i]!)},${tag},${value},bar`;
    const byTime = times.flatMap((_, i) => [line(i, 'PT-1', pressure[i]!), line(i, 'FT-2', flow[i]!)]);
    const byTag = [
      ...times.map((_, i) => line(i, 'PT-1', pressure[i]!)),
      ...times.map((_, i) => line(i, 'FT-2', flow[i]!))
    ];
    for (const lines of [byTime, byTag]) {
      const text = `timestamp,tag,value,unit\n${lines.join('\n')}\n`;
      const read = await expectRecording(text);
      expect(read.blocks[0]!.channels).toEqual(['PT-1', 'FT-2']);
      expect(read.counts).toEqual({ accepted: 2 * rows, rejected: 0, duplicates: 0 });
    }
  });

  test('of words beside times that repeat is asked', async () => {
    const lines = times.flatMap((tMs, i) => ['north', 'south'].map((name) => `${stamp(tMs)},${name},${pressure[i]}`));
    const text = `time,where,p\n${lines.join('\n')}\n`;
    expect(await openOf(text)).toEqual(['layout long asset wide']);
    const assets = await previewOf(text, { answers: { layout: 'asset' } });
    expect(assets.survey.assets.map(({ name, rows: count }) => [name, count])).toEqual([
      ['north', rows],
      ['south', rows]
    ]);
    expect((await readFileWith(text, { layout: 'long' })).blocks[0]!.channels).toEqual(['north', 'south']);
  });

  test('with an asset column has a pump for each', async () => {
    const lines = [1, 2, 3].flatMap((pump) => times.map((tMs, i) => `P-${pump};${stamp(tMs)};${pressure[i]! * pump}`));
    const read = await readFileWith(`Pump;time;p\n${lines.join('\n')}\n`);
    expect(read.assets.map(({ name, rows: count }) => [name, count])).toEqual(
      [1, 2, 3].map((pump) => [`P-${pump}`, rows])
    );
    const third = read.blocks.filter(({ assetId }) => assetId === 'P-3');
    expect(gather(third, 'p')).toEqual(pressure.map((value) => value * 3));
  });

  test('of C-MAPSS is one asset per engine, timed by cycles', async () => {
    const line = (engine: number, cycle: number): string =>
      `${engine} ${cycle} -0.0007 -0.0004 100.0 ${Array.from({ length: 21 }, (_, s) => (s + cycle / 4).toFixed(2)).join(' ')}  `;
    const text = [1, 2].flatMap((engine) => Array.from({ length: 30 }, (_, c) => line(engine, c + 1))).join('\n');
    const preview = await previewOf(text, undefined, 'train.txt');
    expect(preview.plan).toMatchObject({
      format: 'cmapss',
      delimiter: ' ',
      time: { format: 'rows', rowMs: 3_600_000 }
    });
    const read = await readFileWith(text);
    expect(read.counts).toEqual({ accepted: 60, rejected: 0, duplicates: 0 });
    expect(gather(read.blocks.slice(0, 1), 't')).toEqual(Array.from({ length: 30 }, (_, c) => (c + 1) * 3_600_000));
    expect(gather(read.blocks.slice(1), 'sensor_21')[3]).toBe(21);
  });
});

describe('the time', () => {
  const serial = (days: number) => (tMs: number) => (tMs / 86_400_000 + days).toFixed(9);
  test.each<[string, (tMs: number) => string, string, Record<string, string>]>([
    ['ISO with Z', (t) => new Date(t).toISOString(), 'iso', {}],
    ['ISO with an offset', (t) => `${new Date(t + 7_200_000).toISOString().slice(0, 19)}+02:00`, 'iso', {}],
    ['epoch s', (t) => String(t / 1000), 'epoch-s', {}],
    ['epoch ms', String, 'epoch-ms', {}],
    ['epoch µs', (t) => `${t}000`, 'epoch-us', {}],
    ['epoch ns', (t) => `${t}000000`, 'epoch-ns', {}],
    ['d/m/y', (t) => `${parts(t).d}/${parts(t).m}/${parts(t).y} ${parts(t).clock}`, 'day-first', {}],
    ['d.m.y', (t) => `${Number(parts(t).d)}.${Number(parts(t).m)}.${parts(t).y} ${parts(t).clock}`, 'day-first', {}],
    ['m/d/y', (t) => `${parts(t).m}/${parts(t).d}/${parts(t).y} ${parts(t).clock}`, 'month-first', {}],
    ['m/d/yy', (t) => `${parts(t).m}/${parts(t).d}/24 ${parts(t).clock}`, 'month-first', {}],
    ['d/m/yy', (t) => `${parts(t).d}/${parts(t).m}/24 ${parts(t).clock}`, 'day-first', {}],
    ['y/m/d', (t) => `${parts(t).y}/${parts(t).m}/${parts(t).d} ${parts(t).clock}`, 'year-first', {}],
    ['d-Mon-yy of PI', (t) => `${parts(t).d}-Mar-24 ${parts(t).clock}`, 'day-first', {}],
    ['a clock of 12 hours', (t) => `3/14/2024 ${parts(t).h}:${parts(t).min}:${parts(t).s} AM`, 'month-first', {}],
    ['a colon before ms', (t) => `14/03/2024 ${parts(t).clock}:000`, 'day-first', {}],
    ['Excel days of 1900', serial(25_569), 'excel-1900', { 'time-format': 'excel-1900' }],
    ['Excel days of 1904', serial(24_107), 'excel-1904', { 'time-format': 'excel-1904' }]
  ])('in %s is read', async (_, time, format, answers) => {
    const text = write({ time });
    expect((await previewOf(text, { answers })).plan.time.format).toBe(format);
    await expectRecording(text, answers);
  });

  test('of a date and a clock in two columns is joined', async () => {
    const lines = times.map(
      (t, i) => `${parts(t).d}.${parts(t).m}.${parts(t).y};${parts(t).clock};${pressure[i]};${flow[i]}`
    );
    await expectRecording(`Date;Time;p;q\n${lines.join('\n')}\n`);
    const iso = times.map(
      (t, i) => `${parts(t).clock},${new Date(t).toISOString().slice(0, 10)},${pressure[i]},${flow[i]}`
    );
    await expectRecording(`Time,Date,p,q\n${iso.join('\n')}\n`);
  });

  test('is decided by one row deep in the file, and asked where none decides', async () => {
    const line = (day: number, i: number): string => `${pad(day)}/05/2024 ${pad(i % 24)}:00:00,${i}`;
    const undecided = Array.from({ length: 20_000 }, (_, i) => line(4, i % 24)).slice(0, 24);
    const text = `time,p\n${undecided.join('\n')}\n`;
    expect(await openOf(text)).toEqual(['time-format day-first month-first']);
    const first = async (format: string) => (await previewOf(text, { answers: { 'time-format': format } })).survey.t0Ms;
    expect(await first('day-first')).toBe(Date.UTC(2024, 4, 4));
    expect(await first('month-first')).toBe(Date.UTC(2024, 3, 5));
    const many = Array.from({ length: 30_000 }, (_, i) => `04/05/2024 ${parts(i * 1000).clock},${i}`);
    expect(await openOf(`time,p\n${[...many, line(13, 1)].join('\n')}\n`)).toEqual([]);
  });

  test('of a year that may come first or last is asked', async () => {
    expect(await openOf(write({ time: (t) => `24-03-09 ${parts(t).clock}` }))).toEqual([
      'time-format day-first year-first'
    ]);
    expect(await openOf(write({ time: (t) => `14/03/24 ${parts(t).clock}` }))).toEqual([]);
  });

  test('of Excel days asks from which year they count', async () => {
    expect(await openOf(write({ time: serial(25_569) }))).toEqual(['time-format excel-1900 excel-1904']);
  });
});

describe('the zone', () => {
  test('is UTC unless a person says otherwise', async () => {
    const { plan } = await previewOf(write());
    expect(plan.questions).toMatchObject([{ about: 'time-zone', answer: 'UTC' }]);
    const { survey } = await previewOf(write(), { answers: { 'time-zone': 'Europe/Berlin' } });
    expect(survey.t0Ms).toBe(t0Ms - 3_600_000);
    const fixed = await previewOf(write(), { answers: { 'time-zone': '+05:30' } });
    expect(fixed.survey.t0Ms).toBe(t0Ms - 5.5 * 3_600_000);
  });

  /** A row each ten minutes as a clock in Berlin shows it, around the change on this Sunday. */
  function around(changeMs: number): { text: string; moments: number[] } {
    const moments = Array.from({ length: 48 }, (_, i) => changeMs - 4 * 3_600_000 + i * 600_000);
    const clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium'
    });
    return { moments, text: `time,p\n${moments.map((ms, i) => `${clock.format(ms)},${i}`).join('\n')}\n` };
  }
  const autumn = around(Date.UTC(2024, 9, 27, 1));
  const spring = around(Date.UTC(2024, 2, 31, 1));

  test('is asked where the clock went back, or skipped an hour', async () => {
    expect(await openOf(autumn.text)).toEqual(['time-zone UTC']);
    expect(await openOf(spring.text)).toEqual(['time-zone UTC']);
  });

  test.each([autumn, spring])(
    'puts every row where it was, through the change of the clock',
    async ({ text, moments }) => {
      const read = await readFileWith(text, { 'time-zone': 'Europe/Berlin' });
      expect(gather(read.blocks, 't')).toEqual(moments);
      expect(read.rejected).toEqual([]);
    }
  );

  test('has no hour that its clock skipped', async () => {
    const text = spring.text.replace('2024-03-31 03:00:00', '2024-03-31 02:30:00');
    const { rejected } = await readFileWith(text, { 'time-zone': 'Europe/Berlin' });
    expect(rejected.map(({ reason }) => reason)).toEqual(['skipped-hour']);
  });

  test('asks for the hour that is there twice where no row tells', async () => {
    const text = 'time,p\n2024-10-26 20:30:00,1\n2024-10-27 00:30:00,2\n2024-10-27 02:30:00,2\n2024-10-27 09:00:00,3\n';
    const zone = { 'time-zone': 'Europe/Berlin' };
    const near = text.replaceAll(':00,', ':01,').replace('20:30:01,1', '23:30:01,1');
    expect(await openOf(near, zone)).toEqual([]);
    const lines = Array.from({ length: 12 }, (_, i) => `2024-10-26 1${i % 10}:0${Math.floor(i / 10)}:00,${i}`).sort();
    const far = `time,p\n${lines.join('\n')}\n2024-10-27 02:30:00,2\n2024-10-27 02:31:00,2\n2024-10-27 09:00:00,3\n`;
    expect(await openOf(far, zone)).toEqual(['doubled-hour first second']);
    const t1 = async (hour: string) =>
      gather((await readFileWith(far, { ...zone, 'doubled-hour': hour })).blocks, 't').at(-3);
    expect(await t1('first')).toBe(Date.UTC(2024, 9, 27, 0, 30));
    expect(await t1('second')).toBe(Date.UTC(2024, 9, 27, 1, 30));
  });
});

describe('missing values', () => {
  const withCells = (cells: string[]): string =>
    `time,p,q\n${times.map((tMs, i) => `${stamp(tMs)},${cells[i] ?? pressure[i]},${flow[i]}`).join('\n')}\n`;

  test('are counted, with a quality code', async () => {
    const text = withCells(['', 'NaN', 'n/a', '#N/A', 'Bad', 'I/O Timeout', 'x']);
    const { survey } = await previewOf(text);
    expect(survey).toMatchObject({ accepted: rows, rejected: 0, missing: [0, 7, 0] });
    expect(survey.rejections).toMatchObject([{ line: 8, column: 'p', value: 'x', reason: 'bad-number', isKept: true }]);
    const { blocks } = await readFileWith(text);
    const { missing, sourceBad, unreadable } = Quality;
    const expected = [missing, missing, missing, missing, sourceBad, sourceBad, unreadable];
    expect(gatherQuality(blocks, 'p').slice(0, 7)).toEqual(expected);
  });

  test('written as -9999 are assumed, and may be said to be values', async () => {
    const text = withCells(['-9999', '-9999.0', '3']);
    const { plan, survey } = await previewOf(text);
    expect(plan.questions).toMatchObject([{ about: 'time-zone' }, { about: 'sentinel:p', answer: 'missing' }]);
    expect(survey.missing).toEqual([0, 2, 0]);
    expect(gather((await readFileWith(text)).blocks, 'p').slice(0, 3)).toEqual([NaN, NaN, 3]);
    const kept = await readFileWith(text, { 'sentinel:p': 'value' });
    expect(gather(kept.blocks, 'p').slice(0, 3)).toEqual([-9999, -9999, 3]);
  });

  test('that may be values are asked', async () => {
    const text = `time,n\n${times.map((tMs, i) => `${stamp(tMs)},${i === 9 ? 9999 : 2950 + i}`).join('\n')}\n`;
    expect(await openOf(text)).toEqual(['sentinel:n missing value']);
  });
});

test('a pump channel in another unit is mapped and converted, and a magnitude that does not fit is asked', async () => {
  const lines = times.map((tMs, i) => `${stamp(tMs)};${2900 + i};${150 + i}`);
  const { plan } = await previewOf(`time;Motor speed [rpm];Bearing temp (°F)\n${lines.join('\n')}\n`);
  expect(plan.channels.map(({ mappedTo }) => mappedTo)).toEqual([null, 'Motor_RPM', 'Bearing_Temperature_C']);
  const bar = times.map((tMs, i) => `${stamp(tMs)};${101 + i / 8}`);
  const text = `time;Suction_Pressure_bar\n${bar.join('\n')}\n`;
  const [question] = await openOf(text);
  expect(question).toMatch(/^unit:Suction_Pressure_bar .*kPa/);
  const read = await readFileWith(text, { 'unit:Suction_Pressure_bar': 'kPa' });
  expect(gather(read.blocks, 'Suction_Pressure_bar')[8]).toBeCloseTo(1.02);
});
