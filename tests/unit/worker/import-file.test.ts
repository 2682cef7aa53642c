/** The import's host over the memory doubles, which pass the same contract suites as the databases. */
import { describe, expect, test } from 'vitest';
import type { ImportPlan } from '$lib/domain/import-plan';
import type { History, Records } from '$lib/domain/ports';
import { StorageFault } from '$lib/domain/storage-fault';
import { previewCsv } from '$lib/ingest/csv/preview';
import { importFile } from '$lib/worker/import-file';
import { writeCsv } from '../../support/csv-files';
import { createMemoryHistory } from '../../support/memory-history';
import { createMemoryRecords } from '../../support/memory-records';
import { makeReadings } from '../../support/pump-readings';

const readings = makeReadings(9000);
const text = writeCsv(readings, 8000);
const file = new File([text], 'pump.csv');
const asset = { id: 'pump', name: 'Pump', createdMs: 1 };

function planFor(head: string): ImportPlan {
  const preview = previewCsv(head.slice(0, 50_000), { name: 'pump.csv', bytes: head.length }, false);
  if (!preview.ok) throw new Error(preview.fault.where);
  return preview.value.plan;
}

describe('an import', () => {
  test('stores every row, the labels beside them, and tells how far it is', async () => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const told: number[] = [];
    const onProgress = ({ bytesRead }: { bytesRead: number }) => told.push(bytesRead);
    expect(await importFile(file, planFor(text), asset, { history, records, onProgress })).toEqual({
      ok: true,
      value: 'pump'
    });
    const blocks = await history.readReadings('pump');
    expect(blocks.flatMap(({ t }) => Array.from(t))).toEqual(Array.from(readings.t));
    expect(await records.asset('pump')).toMatchObject({
      rows: 9000,
      stepMs: 1000,
      rejectedRows: 0,
      activeModelId: null
    });
    expect((await records.asset('pump'))!.channels.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'flow reading',
      'pressure reading',
      'temperature reading',
      'anomaly label'
    ]);
    expect(told.at(-1)).toBe(file.size);
  });

  test('that finds no row leaves nothing', async () => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    const broken = new File([text.split('\r\n')[0]!, '\r\nnever;1;2;3;0\r\n'], 'pump.csv');
    const result = await importFile(broken, planFor(text), asset, { history, records, onProgress: () => {} });
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
    const target = { history: filling, records: refusing, onProgress: () => {} };
    await expect(importFile(file, planFor(text), asset, target)).rejects.toBe(full);
    expect(await history.assetIds()).toEqual([]);
    expect(await records.assets()).toEqual([]);
  });
});
