/** The import's host over the memory doubles, which pass the same contract suites as the databases. */
import { describe, expect, test } from 'vitest';
import type { Answers, ImportJob } from '$lib/domain/import-plan';
import type { History, Records } from '$lib/domain/ports';
import { StorageFault } from '$lib/domain/storage-fault';
import { previewFiles } from '$lib/ingest/files';
import { fileOf, type SourceFile } from '$lib/ingest/source-file';
import { joinBlocks } from '$lib/prepare/blocks';
import { importFiles, type ImportTarget } from '$lib/worker/import-file';
import { writeCsv } from '../../support/csv-files';
import { createMemoryHistory } from '../../support/memory-history';
import { createMemoryRecords } from '../../support/memory-records';
import { makeReadings } from '../../support/pump-readings';

const readings = makeReadings(9000);
const text = writeCsv(readings, 8000);
const file = fileOf(new File([text], 'pump.csv'));

const nowMs = Date.UTC(2040, 0, 1);

async function jobFor(files: SourceFile[], answers: Answers = {}): Promise<ImportJob> {
  const previewed = await previewFiles(files, null, { nowMs, wish: { answers } });
  if (!previewed.ok) throw new Error(previewed.fault.where);
  const { fileNames, plan } = previewed.value.groups[0]!;
  return { fileNames, plan, name: 'Pump' };
}

const held: string[] = [];
function targetOf(history: History, records: Records): ImportTarget {
  let ids = 0;
  return {
    history,
    records,
    onProgress: () => {},
    wallMs: () => 1,
    newId: () => `pump-${++ids}`,
    hold: async (id) => {
      held.push(id);
      return () => void held.splice(held.indexOf(id), 1);
    }
  };
}

describe('an import', () => {
  test('stores every row, the labels beside them, and tells how far it is', async () => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const told: number[] = [];
    const onProgress = ({ bytesRead }: { bytesRead: number }) => told.push(bytesRead);
    const watched: History = {
      ...history,
      appendReadings: (blocks) => {
        // From its first block on, nobody may sweep what has no record yet.
        expect(held).toEqual(['pump-1']);
        return history.appendReadings(blocks);
      }
    };
    const target = { ...targetOf(watched, records), onProgress };
    expect(await importFiles([file], await jobFor([file]), target)).toEqual({ ok: true, value: ['pump-1'] });
    expect(held).toEqual([]);
    const blocks = await history.readReadings('pump-1');
    expect(blocks.flatMap(({ t }) => Array.from(t))).toEqual(Array.from(readings.t));
    expect(await records.asset('pump-1')).toMatchObject({
      rows: 9000,
      stepMs: 1000,
      rejectedRows: 0,
      activeModelId: null
    });
    expect((await records.asset('pump-1'))!.channels.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'Flow_Rate_L_min reading',
      'pressure reading',
      'temperature reading',
      'anomaly label'
    ]);
    expect(told.at(-1)).toBe(file.bytes);
  });

  test('that finds no row leaves nothing', async () => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const broken = fileOf(new File([text.split('\r\n')[0]!, '\r\nnever;1;2;3;0\r\n'], 'pump.csv'));
    const result = await importFiles([broken], await jobFor([file]), targetOf(history, records));
    expect(result).toMatchObject({ ok: false, fault: { code: 'no-row' } });
    expect(await history.assetIds()).toEqual([]);
    expect(await records.assets()).toEqual([]);
  });

  test.each([
    ['in the middle', { failsAt: 1 }],
    ['at the very end', { failsAt: Infinity }]
  ])('that runs out of room %s leaves nothing, and says which fault it was', async (_, { failsAt }) => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const full = new StorageFault('quota', 'readings', 'full');
    let writes = 0;
    const filling: History = {
      ...history,
      appendReadings: async (blocks) => {
        await history.appendReadings(blocks.slice(0, 1));
        if (++writes >= failsAt) throw full;
        await history.appendReadings(blocks.slice(1));
      }
    };
    const refusing: Records = { ...records, addAsset: () => Promise.reject(full) };
    await expect(importFiles([file], await jobFor([file]), targetOf(filling, refusing))).rejects.toBe(full);
    expect(held).toEqual([]);
    expect(await history.assetIds()).toEqual([]);
    expect(await records.assets()).toEqual([]);
  });

  const stampAt = (s: number): string => new Date(s * 1000).toISOString();
  const part = (from: number, rows: number, name: string): SourceFile => {
    const lines = Array.from({ length: rows }, (_, i) => `${stampAt(from + i)},${from + i + 0.5}`);
    return fileOf(new File([`time,p\n${lines.join('\n')}\n`], name));
  };

  test('of files that follow each other is one pump, in the order of time', async () => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const files = [part(2_000_000, 50, 'b.csv'), part(1_000_000, 50, 'a.csv')];
    const job = await jobFor(files);
    expect(job.fileNames).toEqual(['a.csv', 'b.csv']);
    expect(await importFiles(files, job, targetOf(history, records))).toMatchObject({ ok: true, value: ['pump-1'] });
    expect(await records.asset('pump-1')).toMatchObject({ rows: 100, source: 'a.csv and 1 more', rejectedRows: 0 });
  });

  test('of rows that stand newest first is the same pump, its values judged from the beginning', async () => {
    const [header, ...lines] = text.trimEnd().split('\r\n') as [string, ...string[]];
    const rows = lines.flatMap((line, i) => (i === 5000 ? [line, line] : [line]));
    const stored: unknown[] = [];
    for (const order of [rows, rows.toReversed()]) {
      const [history, records] = [createMemoryHistory(), createMemoryRecords()];
      const written = fileOf(new File([[header, ...order, ''].join('\r\n')], 'pump.csv'));
      await importFiles([written], await jobFor([written]), targetOf(history, records));
      const { t, columns, quality } = joinBlocks(await history.readReadings('pump-1'));
      stored.push({ t, columns, quality, asset: await records.asset('pump-1') });
    }
    expect(stored[1]).toEqual(stored[0]);
    expect(stored[0]).toMatchObject({ asset: { rows: 9000, leftOut: { duplicates: 1, runsBack: 0 } } });
  });

  test('of files about the same time is a recording each', async () => {
    const files = [part(1_000_000, 50, 'a.csv'), part(1_000_000, 50, 'b.csv')];
    const previewed = await previewFiles(files, null, { nowMs });
    expect(previewed.ok && previewed.value.groups.map(({ fileNames }) => fileNames)).toEqual([['a.csv'], ['b.csv']]);
  });

  test('of a file about several pumps makes one of each, and undoes all of them where one fails', async () => {
    const lines = Array.from({ length: 90 }, (_, i) => `P${i % 3},${stampAt(1_000_000 + i)},${i / 4}`);
    const several = fileOf(new File([`pump,time,p\n${lines.join('\n')}\n`], 'fleet.csv'));
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const job = await jobFor([several]);
    expect(await importFiles([several], job, targetOf(history, records))).toMatchObject({
      ok: true,
      value: ['pump-1', 'pump-2', 'pump-3']
    });
    expect((await records.assets()).map(({ name, rows }) => `${name}: ${rows}`).sort()).toEqual([
      'Pump P0: 30',
      'Pump P1: 30',
      'Pump P2: 30'
    ]);

    const [history2, records2] = [createMemoryHistory(), createMemoryRecords()];
    let added = 0;
    const failing: Records = {
      ...records2,
      addAsset: (...asset) =>
        ++added === 3 ? Promise.reject(new StorageFault('quota', 'records', 'full')) : records2.addAsset(...asset)
    };
    await expect(importFiles([several], job, targetOf(history2, failing))).rejects.toThrow();
    expect(await history2.assetIds()).toEqual([]);
    expect(await records2.assets()).toEqual([]);
  });

  test('with a question that nobody answered stores nothing', async () => {
    const asked = fileOf(new File(['time,p\n04/05/2024 10:00:00,1.5\n04/05/2024 10:00:01,2.5\n'], 'dates.csv'));
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const result = await importFiles([asked], await jobFor([asked]), targetOf(history, records));
    expect(result).toMatchObject({ ok: false, fault: { code: 'bad-plan' } });
    expect(await history.assetIds()).toEqual([]);
    const answered = await jobFor([asked], { 'time-format': 'day-first' });
    expect(await importFiles([asked], answered, targetOf(history, records))).toMatchObject({ ok: true });
  });
});
