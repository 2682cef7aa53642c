/** A file whose rows stand newest first is the same recording as the one with its rows the other way round. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answers } from '$lib/domain/import-plan';
import type { ReadSummary } from '$lib/ingest/row-reader';
import { fileWith, gather, gatherQuality, nowMs, previewOf, readFileWith, stamp } from './csv-samples';
import { previewFiles } from '$lib/ingest/files';

const t0Ms = Date.UTC(2024, 2, 14, 10, 0, 0);
const rowsOf = (count: number, stepMs = 1000): string[] =>
  Array.from({ length: count }, (_, i) => `${stamp(t0Ms + i * stepMs)},${i % 7 === 3 ? 'Bad' : i / 4},${i * 2}`);

/** What was read, without where it stood in the file. */
function contentOf({ blocks, counts, assets }: ReadSummary) {
  const ids = [...new Set(blocks.map(({ assetId }) => assetId))].sort();
  return {
    counts,
    assets: [...assets].sort((a, b) => (a.name < b.name ? -1 : 1)),
    columns: ids.map((id) => {
      const own = blocks.filter(({ assetId }) => assetId === id);
      const channels = [...own[0]!.channels].sort();
      return [gather(own, 't'), ...channels.flatMap((name) => [gather(own, name), gatherQuality(own, name)])];
    })
  };
}

/** Reads the rows both ways round, and expects the same of both. */
async function expectSame(header: string, lines: string[], answers: Answers = {}): Promise<ReadSummary> {
  const [rising, falling] = [lines, lines.toReversed()].map((each) => `${header}\n${each.join('\n')}\n`);
  expect((await previewOf(rising!, { answers })).plan.time.order).toBe('rising');
  expect((await previewOf(falling!, { answers })).plan.time.order).toBe('falling');
  const read = await readFileWith(falling!, answers);
  expect(contentOf(read)).toEqual(contentOf(await readFileWith(rising!, answers)));
  return read;
}

describe('newest first', () => {
  test('a file of several blocks is read oldest first, whatever order its rows stand in', async () => {
    const { blocks, assets } = await expectSame('time,p,beta', rowsOf(9000));
    expect(blocks.length).toBe(3);
    expect(blocks.flatMap(({ t }) => [...t])).toEqual(Array.from({ length: 9000 }, (_, i) => t0Ms + i * 1000));
    expect(assets).toMatchObject([{ t0Ms, t1Ms: t0Ms + 8_999_000, stepMs: 1000 }]);
  });

  test('of rows with one time the newest counts, and the others are counted', async () => {
    const lines = rowsOf(60).flatMap((line, i) => (i % 10 === 4 ? [`${line.slice(0, 19)},99,99`, line] : [line]));
    const read = await expectSame('time,p,beta', lines);
    expect(read.assets).toMatchObject([{ rows: 60, duplicates: 6, behind: 0 }]);
    expect(gather(read.blocks, 'beta')).not.toContain(99);
  });

  test('a long file, by time and by tag', async () => {
    const line = (tag: string) => (row: string) => `${row.slice(0, 19)},${tag},${Number(row.split(',')[2]) + 1}`;
    const [first, second] = [rowsOf(50).map(line('PT-1')), rowsOf(50).map(line('FT-2'))];
    const repeated = [...first.slice(0, 5), first[4]!.replace(/[^,]*$/, '77'), ...first.slice(5)];
    await expectSame('time,tag,value', [...repeated, ...second]);
    await expectSame(
      'time,tag,value',
      first.flatMap((row, i) => [row, second[i]!])
    );
  });

  test('several pumps, each by itself', async () => {
    const lines = ['A', 'B'].flatMap((pump) => rowsOf(40).map((row) => `${pump},${row}`));
    const read = await expectSame('pump,time,p,beta', lines);
    expect(read.assets.map(({ rows }) => rows)).toEqual([40, 40]);
  });

  test('the hour that an autumn night has twice', async () => {
    const utcMs = Date.UTC(2024, 9, 26, 22, 30);
    const berlin = (tMs: number): string => stamp(tMs + (tMs < Date.UTC(2024, 9, 27, 1) ? 2 : 1) * 3_600_000);
    const lines = Array.from({ length: 300 }, (_, i) => `${berlin(utcMs + i * 60_000)},${i}`);
    const falling = `time,p\n${lines.toReversed().join('\n')}\n`;
    const read = await readFileWith(falling, { 'time-zone': 'Europe/Berlin' });
    expect(gather(read.blocks, 't')).toEqual(lines.map((_, i) => utcMs + i * 60_000));
    expect(gather(read.blocks, 'p')).toEqual(lines.map((_, i) => i));
  });

  test('a row out of order is left out and listed; a file in no order is refused', async () => {
    const lines = rowsOf(200).toReversed();
    const stray = lines.toSpliced(100, 0, '2024-03-15 00:00:00,1,1');
    const read = await readFileWith(`time,p,beta\n${stray.join('\n')}\n`);
    expect(read.counts).toEqual({ accepted: 200, rejected: 1, duplicates: 0 });
    expect(read.rejected.filter(({ isKept }) => !isKept)).toMatchObject([{ line: 102, reason: 'time-runs-back' }]);
    expect(read.assets).toMatchObject([{ behind: 1 }]);
    const sawtooth = Array.from({ length: 40 }, (_, i) =>
      rowsOf(200)
        .slice(i * 5, i * 5 + 5)
        .toReversed()
    ).flat();
    await expect(previewOf(`time,p,beta\n${sawtooth.join('\n')}\n`)).rejects.toThrow(/time-runs-back/);
  });

  test('files that follow each other are one recording', async () => {
    const lines = rowsOf(100).toReversed();
    const file = (from: number, name: string) =>
      fileWith(`time,p,beta\n${lines.slice(from, from + 50).join('\n')}\n`, name);
    const previewed = await previewFiles([file(0, 'new.csv'), file(50, 'old.csv')], null, { nowMs });
    expect(previewed.ok && previewed.value.groups).toMatchObject([
      { fileNames: ['old.csv', 'new.csv'], survey: { accepted: 100, rejected: 0 } }
    ]);
  });

  test('any rising times, read backwards, are the same recording', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 7000 }), { minLength: 25, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(steps, async (each) => {
        fc.pre(each.some((step) => step > 0));
        let tMs = t0Ms;
        const lines = each.map((step, i) => `${new Date((tMs += step)).toISOString()},${i}.5,${-i}`);
        await expectSame('time,p,beta', lines);
      }),
      { numRuns: 40, seed: 3 }
    );
  });
});
