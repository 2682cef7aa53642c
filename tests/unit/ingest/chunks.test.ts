/** Where the text is cut must not matter, and no text may stop the reader or make it invent a value. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findOpenQuestion } from '$lib/domain/import-plan';
import { createRowCutter } from '$lib/ingest/csv/rows';
import { readIso } from '$lib/ingest/csv/time';
import { createRowReader } from '$lib/ingest/row-reader';
import {
  createTextReader,
  fileWith,
  gather,
  nowMs,
  planFor,
  previewOf,
  readAll,
  recording,
  stamp,
  t0Ms,
  withNote,
  writeRecording
} from './csv-samples';
import { previewFile } from '$lib/ingest/preview';

const plan = withNote(planFor(';'));
const head = 'datetime;ramp;step;sine;anomaly;note';

function readPieces(pieces: string[]) {
  const reader = createTextReader(plan, { blockRows: 3, maxRejected: 5 });
  const blocks = pieces.flatMap((piece) => reader.push(piece));
  const end = reader.finish();
  return { blocks, end, counts: reader.rows.counts, rejectedCount: reader.rows.rejectedCount };
}

function cutAt(text: string, places: number[]): string[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}

const goodRow = fc.nat(40).map((s) => `${stamp(t0Ms + s * 1000)};${s};2.5;-3e-1;1;ok`);
const scrap = fc.constantFrom(
  '"',
  '""',
  '";"',
  '"a"b',
  ';',
  '\r',
  '\n',
  '\r\n',
  ' ',
  '"two\r\nlines"',
  '1,5',
  'x',
  'NaN',
  '\ufeff',
  '\u00e4',
  '1;2;3;4;5'
);
const messyText = fc
  .array(
    fc.oneof(
      { arbitrary: fc.tuple(goodRow, fc.constantFrom('\n', '\r\n', '\r')).map(([row, end]) => row + end), weight: 3 },
      { arbitrary: scrap, weight: 2 }
    ),
    { maxLength: 25 }
  )
  .map((parts) => `${head}\r\n${parts.join('')}`);

test('any chunking gives identical blocks, rejected rows and counts', () => {
  fc.assert(
    fc.property(messyText, fc.array(fc.nat(2000), { maxLength: 12 }), (text, places) => {
      const whole = readPieces([text]);
      expect(readPieces(cutAt(text, places))).toEqual(whole);
      expect(readPieces([...text])).toEqual(whole);
    }),
    { numRuns: 600 }
  );
});

test('blocks rise strictly in time, and rows and rejected rows add up to the lines of an unquoted file', () => {
  fc.assert(
    fc.property(messyText, (text) => {
      const unquoted = text.replaceAll('"', '');
      const reader = createTextReader(plan, { blockRows: 4 });
      const blocks = reader.push(unquoted);
      const end = reader.finish();
      if (end.ok) blocks.push(...end.value.blocks);
      const t = gather(blocks, 't');
      expect(t.every((ms, index) => index === 0 || ms > t[index - 1]!)).toBe(true);
      const written = unquoted.split(/\r\n|\r|\n/).filter((line) => line.replaceAll(';', '').trim() !== '').length - 1;
      if (!end.ok && end.fault.code === 'time-runs-back') {
        expect(2 * reader.rows.rejectedCount).toBeGreaterThan(written - reader.rows.counts.duplicates);
        return;
      }
      const { accepted, rejected, duplicates } = reader.rows.counts;
      expect(t.length).toBe(accepted);
      expect(accepted + rejected + duplicates).toBe(written);
    }),
    { numRuns: 300 }
  );
});

/** The first minute of the recording. */
const clean = writeRecording(';', '\n').split('\n').slice(0, 61).join('\n');
const afterHeader = clean.indexOf('\n') + 1;

/** The first minute with some characters below the header replaced, removed or put in. */
function mutated(characters: string[]) {
  const put = fc.string({ unit: fc.constantFrom(...characters), maxLength: 3 });
  const change = fc.record({ at: fc.integer({ min: afterHeader, max: clean.length }), removed: fc.nat(3), put });
  return fc
    .array(change, { minLength: 1, maxLength: 12 })
    .map((changes) => changes.reduce((text, c) => text.slice(0, c.at) + c.put + text.slice(c.at + c.removed), clean));
}

/** The same rules, line by line and slowly: the readable rows as `[t, values]`, or null where more rows run back than stay. */
function readNaively(text: string): [number, number[]][] | null {
  const rows: [number, number[]][] = [];
  let behind = 0;
  for (const line of text.split(/\r\n|\r|\n/).slice(1)) {
    const [time = '', ...cells] = line.split(';');
    const isIso = /^\s*\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?[Zz+-].*)?)?\s*$/i.test(time);
    const t = isIso ? readIso(time) : NaN;
    if (cells.length !== 4 || Number.isNaN(t)) continue;
    const latest = rows.at(-1)?.[0] ?? -Infinity;
    const values = cells.map((cell) =>
      /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell) ? Math.fround(Number(cell)) : NaN
    );
    const isUnreadable = (index: number): boolean =>
      Number.isNaN(values[index]) && !/^\s*(-{0,3}|\?)\s*$/.test(cells[index]!);
    if ([0, 1, 2].every(isUnreadable)) continue;
    if (t < latest) behind++;
    if (t < latest) continue;
    if (t === latest) rows.pop();
    rows.push([t, values.map((value) => (Number.isFinite(value) ? value : NaN))]);
  }
  return behind > rows.length ? null : rows;
}

test('a damaged file without quotes is read as a naive reader reads it, line by line', () => {
  fc.assert(
    fc.property(mutated([...'0123456789;;,.-+:eE xT\n\n\r']), (text) => {
      const expected = readNaively(text);
      if (!expected) {
        expect(() => readAll([text], planFor(';'))).toThrow('time-runs-back');
        return;
      }
      const { blocks } = readAll([text], planFor(';'), { blockRows: 64 });
      const columns = ['ramp', 'step', 'sine', 'anomaly'].map((channel) => gather(blocks, channel));
      const rows = gather(blocks, 't').map((t, index) => [t, columns.map((column) => column[index])]);
      expect(rows).toEqual(expected);
    }),
    { numRuns: 400 }
  );
});

test('a quoted row is read like the text it is, whichever way it takes', () => {
  const cell = fc.constantFrom(
    '1.5',
    '-3',
    '+0.25',
    '',
    'NaN',
    'x',
    ' 2',
    '1,5',
    '2;5',
    'a ""b""',
    '7\n8',
    '1e3',
    '"',
    '1"'
  );
  const quoted = fc
    .tuple(cell, fc.constantFrom('', '"'), fc.constantFrom('', ' '))
    .map(([text, quote, blank]) => quote + text + quote + blank);
  const lines = fc.array(fc.tuple(fc.constantFrom('', '"'), fc.array(quoted, { minLength: 4, maxLength: 5 })), {
    maxLength: 12
  });
  fc.assert(
    fc.property(lines, fc.constantFrom('\n', '\r\n'), (each, end) => {
      const rows = each.map(([quote, cells], i) => [`${quote}${stamp(t0Ms + i * 1000)}${quote}`, ...cells].join(';'));
      const text = [head, ...rows, ''].join(end);
      const asText = createRowReader(plan);
      const cutter = createRowCutter(';', asText);
      cutter.push(text);
      cutter.finish();
      const asBytes = createTextReader(plan);
      const blocks = asBytes.push(text);
      const [read, meant] = [asBytes.finish(), asText.finish()];
      expect({ ...read, blocks }).toEqual({ ...meant, blocks: asText.takeBlocks() });
    }),
    { numRuns: 600, seed: 11 }
  );
});

test('stray quotes lose only the lines they stand on, and those are listed', () => {
  const places = fc.uniqueArray(fc.integer({ min: afterHeader, max: clean.length }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(places, (quotes) => {
      const parts = cutAt(clean, quotes);
      const lines = parts.join('"').split('\n');
      const { blocks, rejected } = readAll([lines.join('\n')], planFor(';'));
      const touched = lines.flatMap((line, index) => (line.includes('"') ? [index + 1] : []));
      expect(touched).toEqual(expect.arrayContaining(rejected.map(({ line }) => line)));

      const sine = gather(blocks, 'sine');
      const read = new Map(gather(blocks, 't').map((t, index) => [t, sine[index]]));
      const whole = recording.slice(0, 60).filter((_, index) => !touched.includes(index + 2));
      expect(whole.map(({ tMs }) => read.get(tMs))).toEqual(whole.map((row) => Math.fround(row.sine)));
    }),
    { numRuns: 400 }
  );
});

test('no text at all stops the preview or the reader', async () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...'0123456789-: ;,|\t"\r\n.TZ\0\ufffd\ufeffaE'), maxLength: 300 }),
    mutated([...'0123456789;,.-:"\r\n\0\ufffd'])
  );
  await fc.assert(
    fc.asyncProperty(noise, async (text) => {
      const preview = await previewFile(fileWith(text, 'noise.csv'), { nowMs });
      if (!preview.ok) expect(preview.fault.where.startsWith('noise.csv')).toBe(true);
      else if (!findOpenQuestion(preview.value.plan)) expect(preview.value.survey.accepted).toBeGreaterThan(0);
    }),
    { numRuns: 300 }
  );
});

test.each([
  ['one cell of digits', `${'1'.repeat(60_000)}x`],
  ['one cell of blanks', `1${' '.repeat(60_000)}x`],
  ['one cell of quotes', '"'.repeat(60_001)],
  ['one cell of brackets', '['.repeat(60_000)]
])('%s costs no more than its length', async (_, cell) => {
  const text = `datetime;ramp;${cell.startsWith('[') ? cell : 'step'}\n${stamp(t0Ms)};1;2\n${stamp(t0Ms + 1000)};2;${cell}\n${stamp(t0Ms + 2000)};3;4\n`;
  const { accepted, rejected } = (await previewOf(text)).survey;
  expect(accepted + rejected).toBe(3);
});

test('a file in another order than its plan says, or behind one wild stamp, is refused by the line and the time it should follow', () => {
  const [header, ...lines] = writeRecording(';', '\n').trim().split('\n');
  const newestFirst = [header, ...lines.toReversed()].join('\n');
  expect(() => readAll([newestFirst], planFor(';'))).toThrow(/time-runs-back.*line 3/);
  const wild = [header, ...lines.with(3, lines[3]!.replace('2020', '2100'))].join('\n');
  expect(() => readAll([wild], planFor(';'))).toThrow(/line 6.*a time after 2100/);
  const late = [header, ...lines.with(-2, lines.at(-2)!.replace('2020', '2100'))].join('\n');
  expect(readAll([late], planFor(';')).rejected.map(({ reason }) => reason)).toEqual(['time-runs-back']);
});
