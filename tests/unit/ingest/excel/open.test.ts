/** Workbooks, written by another library, as rows of text. */
import { strToU8, strFromU8, unzipSync, zipSync } from 'fflate';
import writeWorkbook, { type SheetData } from 'write-excel-file/node';
import { describe, expect, it } from 'vitest';
import { openWorkbook } from '$lib/ingest/excel/open';
import { fileOf } from '$lib/ingest/source-file';

const fileFrom = (bytes: Uint8Array, name = 'readings.xlsx') => {
  const blob = new Blob([bytes.slice()]);
  return fileOf({ name, size: blob.size, slice: (from, to) => blob.slice(from, to) });
};
const format = 'yyyy-mm-dd hh:mm:ss';
const time = (ms: number) => ({ value: new Date(ms), type: Date, format });
const t0 = Date.UTC(2024, 2, 9, 8, 30, 5);

async function workbook(...sheets: { sheet: string; data: SheetData }[]): Promise<Uint8Array> {
  return new Uint8Array(await writeWorkbook(sheets).toBuffer());
}

async function rowsOf(bytes: Uint8Array, sheet: string | null = null): Promise<string[][]> {
  const opened = await openWorkbook(fileFrom(bytes), sheet);
  if (!opened.ok) throw new Error(JSON.stringify(opened.fault));
  const rows: string[][] = [];
  for await (const batch of opened.value.rows()) rows.push(...batch);
  return rows;
}

async function faultOf(bytes: Uint8Array, sheet: string | null = null): Promise<string> {
  const opened = await openWorkbook(fileFrom(bytes), sheet);
  return opened.ok ? 'none' : opened.fault.code;
}

/** The workbook with the text of one of its parts changed. */
function edit(bytes: Uint8Array, part: string, change: (xml: string) => string): Uint8Array {
  const parts = unzipSync(bytes);
  return zipSync({ ...parts, [part]: strToU8(change(strFromU8(parts[part]!))) });
}

describe('a sheet', () => {
  it('is text: times to the second, numbers, truth, words and nothing', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => [time(t0 + i * 1000), i / 8, i % 2 === 0, 'Bad', null]);
    const bytes = await workbook({ sheet: 'Log', data: [['time', 'a', 'on', 'state', 'none'], ...rows] });
    const read = await rowsOf(bytes);
    expect(read).toHaveLength(501);
    expect(read[0]!.slice(0, 4)).toEqual(['time', 'a', 'on', 'state']);
    read.slice(1).forEach((row, i) => {
      const stamp = new Date(t0 + i * 1000).toISOString().slice(0, -1);
      expect(row.slice(0, 4)).toEqual([stamp, String(i / 8), i % 2 === 0 ? '1' : '0', 'Bad']);
    });
  });

  it('keeps tenths and hundredths of a second', async () => {
    const times = Array.from({ length: 300 }, (_, i) => t0 + i * 10);
    const bytes = await workbook({ sheet: 'Log', data: [['time'], ...times.map((ms) => [time(ms)])] });
    expect((await rowsOf(bytes)).slice(1).flat()).toEqual(times.map((ms) => new Date(ms).toISOString().slice(0, -1)));
  });

  it('keeps blank rows, so that the place of a row is its line', async () => {
    const bytes = await workbook({
      sheet: 'Log',
      data: [['Plant 4'], [], ['time', 'a'], [time(t0), 1], [null, null], [time(t0 + 1000), 2]]
    });
    const read = await rowsOf(bytes);
    expect(read).toHaveLength(6);
    expect(read[1]!.join('')).toBe('');
    expect(read[5]![1]).toBe('2');
  });

  it('of the 1904 epoch has its times four years and a day later', async () => {
    const bytes = await workbook({ sheet: 'Log', data: [['time'], [time(t0)]] });
    const later = edit(bytes, 'xl/workbook.xml', (xml) =>
      xml
        .replace(/<workbookPr[^>]*\/>/, '<workbookPr date1904="1"/>')
        .replace(/(<workbook[^>]*>)(?![\s\S]*date1904)/, '$1<workbookPr date1904="1"/>')
    );
    expect((await rowsOf(later))[1]).toEqual([new Date(t0 + 1462 * 86_400_000).toISOString().slice(0, -1)]);
  });

  it('has times of day where a cell holds no day', async () => {
    const bytes = await workbook({
      sheet: 'Log',
      data: [['time'], [{ value: 0.5 + 5 / 86_400, type: Number, format: 'hh:mm:ss' }]]
    });
    expect((await rowsOf(bytes))[1]).toEqual(['12:00:05.000']);
  });

  it('is read again as often as asked', async () => {
    const opened = await openWorkbook(fileFrom(await workbook({ sheet: 'Log', data: [['a'], [1]] })), null);
    const read = async () => {
      const rows: string[][] = [];
      for await (const batch of opened.ok ? opened.value.rows() : []) rows.push(...batch);
      return rows;
    };
    expect(await read()).toEqual([['a'], ['1']]);
    expect(await read()).toEqual([['a'], ['1']]);
  });
});

describe('several sheets', () => {
  const sheets = [
    { sheet: 'Empty', data: [] },
    { sheet: 'P-101', data: [['a'], [1]] },
    { sheet: 'P-102', data: [['a'], [2]] }
  ];

  it('are listed without the empty ones; the first of them is read, or the one that is named', async () => {
    const bytes = await workbook(...sheets);
    const opened = await openWorkbook(fileFrom(bytes), null);
    expect(opened).toMatchObject({ ok: true, value: { sheets: ['P-101', 'P-102'], sheet: 'P-101' } });
    expect(await rowsOf(bytes, 'P-102')).toEqual([['a'], ['2']]);
    expect(await faultOf(bytes, 'P-103')).toBe('not-found');
  });
});

describe('what is refused', () => {
  it('is an empty workbook, a damaged one, an old one and no workbook at all', async () => {
    const bytes = await workbook({ sheet: 'Log', data: [['a'], [1]] });
    expect(await faultOf(await workbook({ sheet: 'Log', data: [] }))).toBe('no-row');
    expect(await faultOf(bytes.subarray(0, bytes.length >> 1))).toBe('damaged-file');
    expect(await faultOf(edit(bytes, 'xl/worksheets/sheet1.xml', (xml) => xml.slice(0, xml.length >> 1)))).toBe(
      'damaged-file'
    );
    expect(await faultOf(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0, 0, 0, 0))).toBe('damaged-file');
    expect(await faultOf(strToU8('time,a'))).toBe('damaged-file');
    expect(await faultOf(zipSync({ 'a.csv': strToU8('time,a') }))).toBe('damaged-file');
  });
});
