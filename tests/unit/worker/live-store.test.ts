import { expect, test } from 'vitest';
import type { LiveNote } from '$lib/domain/ports';
import { describePumpState } from '$lib/detect/state';
import { createLiveStore } from '$lib/worker/live/store';
import { createMemoryLiveHistory } from '../../support/memory-live-history';
import { createMemoryRecords } from '../../support/memory-records';

test('rows that neither disk nor memory takes are lost, and that stays told when the disk takes again', async () => {
  let isFull = true;
  const history = {
    ...createMemoryLiveHistory(),
    append: () => (isFull ? Promise.reject(new Error('full')) : Promise.resolve())
  };
  const store = createLiveStore({ history, records: createMemoryRecords(), now: () => 0, unitOf: () => '' });
  const state = describePumpState(true, null, []);
  const t = Float64Array.from({ length: 500_001 }, (_, i) => i);
  store.add({ assetId: 'P', channels: [], t, columns: [], quality: [] }, null, { modelId: null, state, changed: [] });
  await store.flush();
  expect(store.fault()).toMatchObject({ code: 'storage', found: 'Error: full' });
  isFull = false;
  await store.flush();
  expect(store.fault()).toMatchObject({ code: 'storage', found: '500001 rows lost' });
});

test('what is to be told of a fleet goes to the records in portions; nothing of it is left out', async () => {
  const written: LiveNote[][] = [];
  let nowMs = 0;
  const store = createLiveStore({
    history: createMemoryLiveHistory(),
    records: { ...createMemoryRecords(), recordLive: async (notes) => void written.push(notes) },
    now: () => nowMs,
    unitOf: () => ''
  });
  const state = describePumpState(true, null, []);
  for (let pump = 0; pump < 1000; pump++) {
    const readings = { assetId: `P-${pump}`, channels: [], t: Float64Array.of(1, 2), columns: [], quality: [] };
    store.add(readings, null, { modelId: null, state, changed: [] });
  }
  const flush = async (times: number) => {
    written.length = 0;
    for (let i = 0; i < times; i++) await store.flush();
    expect(Math.max(0, ...written.map(({ length }) => length))).toBeLessThanOrEqual(400);
    return written.flat();
  };
  const news = await flush(5);
  expect(new Set(news.map(({ assetId }) => assetId)).size).toBe(1000);
  expect(news.reduce((sum, { rows }) => sum + rows, 0)).toBe(0);
  expect(await flush(2)).toHaveLength(0);
  nowMs = 30_000;
  const quiet = await flush(5);
  expect(new Set(quiet.map(({ assetId }) => assetId)).size).toBe(1000);
  expect(quiet.reduce((sum, { rows }) => sum + rows, 0)).toBe(2000);
});
