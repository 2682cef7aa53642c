/** A file larger than what may be held of it, made while it is read: preview and import stay within a bound. */
import { expect, test } from 'vitest';
import { previewFiles } from '$lib/ingest/files';
import { importFiles } from '$lib/worker/import-file';
import { createEndlessCsv } from '../../support/endless-csv';
import { createForgetfulHistory } from '../../support/forgetful-history';
import { createMemoryRecords } from '../../support/memory-records';

const rows = 2_000_000;
const boundBytes = 150e6;

test('a file of 200 MB is imported in bounded memory', async () => {
  const file = createEndlessCsv(rows);
  const held = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = held();
  let most = before;
  const look = (): void => void (most = Math.max(most, held()));
  const previewed = await previewFiles([file], null, { nowMs: Date.UTC(2040, 0, 1), onProgress: look });
  if (!previewed.ok) throw new Error(JSON.stringify(previewed.fault));
  const { fileNames, plan, survey } = previewed.value.groups[0]!;
  expect(survey).toMatchObject({ accepted: rows, rejected: 0, duplicates: 0 });
  const target = {
    history: createForgetfulHistory(),
    records: createMemoryRecords(),
    onProgress: look,
    wallMs: () => 0,
    newId: () => 'pump',
    hold: () => Promise.resolve(() => undefined)
  };
  expect(await importFiles([file], { fileNames, plan, name: 'Pump' }, target)).toMatchObject({ ok: true });
  expect(most - before).toBeLessThan(boundBytes);
});
