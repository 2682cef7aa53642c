/**
 * Damaged files of many shapes against the values they were made of: a row that was not touched is read as it was meant, or
 * left out and counted, or the file asks or refuses; never read as something else. Seeded; `PUMPSIDE_FUZZ` sets the number of files.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findOpenQuestion } from '$lib/domain/import-plan';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { previewFile } from '$lib/ingest/preview';
import { createByteReader } from '$lib/ingest/csv/byte-reader';
import { createRowReader } from '$lib/ingest/row-reader';
import { fileWith, nowMs } from './csv-samples';

const numRuns = Number(process.env['PUMPSIDE_FUZZ'] ?? 500);

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
const clockOf = (date: Date): string =>
  `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
const dayOf = (date: Date): [string, string, string] => [
  pad(date.getUTCDate()),
  pad(date.getUTCMonth() + 1),
  String(date.getUTCFullYear())
];

const timeWriters: Record<string, (tMs: number) => string> = {
  iso: (t) => new Date(t).toISOString().slice(0, 19).replace('T', ' '),
  isoZ: (t) => new Date(t).toISOString(),
  epochS: (t) => String(t / 1000),
  epochMs: String,
  dayFirst: (t) => `${dayOf(new Date(t)).join('/')} ${clockOf(new Date(t))}`,
  dots: (t) => `${dayOf(new Date(t)).join('.')} ${clockOf(new Date(t))}`,
  monthFirst: (t) => {
    const [d, m, y] = dayOf(new Date(t));
    return `${m}/${d}/${y} ${clockOf(new Date(t))}`;
  }
};

interface Written {
  lines: string[];
  times: number[];
  values: number[][];
}

/** A file of some shape; the stamps are of the 14th to the 28th, so that no order of day and month is open. */
const written: fc.Arbitrary<Written> = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    mark: fc.constantFrom('.', ','),
    time: fc.constantFrom(...Object.keys(timeWriters)),
    quoted: fc.boolean(),
    startS: fc.integer({ min: 0, max: 14 * 86_400 - 1 }),
    stepS: fc.constantFrom(1, 5, 60),
    digits: fc.integer({ min: 1, max: 5 }),
    cells: fc.array(
      fc.tuple(fc.double({ min: -500, max: 500, noNaN: true }), fc.double({ min: 0, max: 3000, noNaN: true })),
      {
        minLength: 20,
        maxLength: 40
      }
    ),
    hasHeader: fc.boolean()
  })
  .map(({ delimiter, mark, time, quoted, startS, stepS, digits, cells, hasHeader }) => {
    const decimal = delimiter === ',' ? '.' : mark;
    const quote = (cell: string): string => (quoted ? `"${cell}"` : cell);
    const texts = cells.map((row) => row.map((value) => value.toFixed(digits)));
    const times = cells.map((_, i) => Date.UTC(2024, 4, 14) + (startS + i * stepS) * 1000);
    const rows = texts.map((row, i) =>
      [timeWriters[time]!(times[i]!), ...row.map((cell) => cell.replace('.', decimal))].map(quote).join(delimiter)
    );
    const header = ['time', 'alpha', 'beta'].map(quote).join(delimiter);
    return {
      lines: hasHeader ? [header, ...rows] : rows,
      times: hasHeader ? [NaN, ...times] : times,
      values: [...(hasHeader ? [[NaN, NaN]] : []), ...texts.map((row) => row.map(Number))]
    };
  });

const scraps = [
  '"',
  '""',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r',
  '\r\n',
  ' ',
  '.',
  '-',
  '+',
  'e',
  'E9',
  'NaN',
  '\0',
  '\ufffd',
  '\ufeff',
  'ä',
  '0',
  '7',
  ':',
  '/'
];
const edits = fc.array(
  fc.record({
    line: fc.nat(),
    at: fc.nat(),
    removed: fc.nat(4),
    put: fc.array(fc.constantFrom(...scraps), { maxLength: 3 })
  }),
  { maxLength: 8 }
);

async function readStored(text: string): Promise<ReadingBlock[] | null> {
  const preview = await previewFile(fileWith(text), { nowMs });
  if (!preview.ok || findOpenQuestion(preview.value.plan)) return null;
  const rows = createRowReader(preview.value.plan, { blockRows: 16 });
  const reader = createByteReader(preview.value.plan, rows);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 97) reader.push(bytes.subarray(at, at + 97));
  reader.finish();
  const end = rows.finish();
  return end.ok ? [...rows.takeBlocks(), ...end.value.blocks] : null;
}

test(
  `${numRuns} damaged files: no untouched row is read as something else`,
  { timeout: 20_000 + numRuns * 30 },
  async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(written, edits, async ({ lines, times, values }, changes) => {
        const damaged = [...lines];
        const touched = new Set<number>();
        for (const { line, at, removed, put } of changes) {
          const index = line % lines.length;
          const from = at % (damaged[index]!.length + 1);
          damaged[index] = damaged[index]!.slice(0, from) + put.join('') + damaged[index]!.slice(from + removed);
          touched.add(index);
        }
        const blocks = await readStored(`${damaged.join('\n')}\n`);
        if (!blocks) return;
        read++;
        const meant = new Map(times.map((tMs, index) => [tMs, index]));
        let strangers = 0;
        for (const { t, columns } of blocks) {
          t.forEach((tMs, row) => {
            const index = meant.get(tMs);
            const isMeant =
              index !== undefined &&
              !touched.has(index) &&
              columns.every((column, at) => columns.length !== 2 || column[row] === Math.fround(values[index]![at]!));
            if (!isMeant) strangers++;
          });
        }
        // A touched line becomes as many rows as line ends were put into it; with another's time it may stand in its place.
        const room = changes.reduce(
          (sum, { put }) => sum + put.filter((scrap) => /[\r\n]/.test(scrap)).length,
          touched.size
        );
        expect(strangers).toBeLessThanOrEqual(room);
      }),
      { numRuns, seed: 20_240_514 }
    );
    expect(read).toBeGreaterThan(numRuns / 2);
  }
);

test('no bytes at all stop the preview', { timeout: 20_000 + numRuns * 10 }, async () => {
  const starts = [[], [0x50, 0x4b, 3, 4], [0x1f, 0x8b], [0x50, 0x41, 0x52, 0x31], [0xff, 0xfe], [0xef, 0xbb, 0xbf]];
  const bytes = fc
    .tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }))
    .map(([start, rest]) => [...start, ...rest]);
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      const preview = await previewFile(fileWith(Uint8Array.from(content)), { nowMs });
      expect(preview.ok || preview.fault.where.length).toBeTruthy();
    }),
    { numRuns: Math.ceil(numRuns / 5), seed: 7 }
  );
});
