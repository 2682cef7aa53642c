import { expect, test } from 'vitest';
import { fail } from '$lib/domain/result';
import { createLiveAssets } from '$lib/worker/live/assets';
import { createMemoryRecords } from '../../support/memory-records';

test.each([2, 300])('%i new assets are made ready without a read of each where they are many', async (count) => {
  const records = createMemoryRecords();
  let reads = 0;
  const assets = createLiveAssets({
    records: {
      ...records,
      asset: (id) => ((reads += 1), records.asset(id)),
      liveState: (id) => ((reads += 1), records.liveState(id))
    },
    family: async () => fail('unexpected', 'family', 'asked for', 'nothing'),
    loadTwinModel: async () => fail('not-found', 'model', 'none', 'one'),
    now: () => 0
  });
  await assets.refresh();
  const names = Array.from({ length: count }, (_, i) => `P-${i}`);
  await assets.addNames(names, { kind: 'websocket', name: 'Gateway' });
  const ids = names.map((name) => assets.idOf(name)!);
  const ready = await assets.ready(ids);
  expect(ready.map(({ assetId }) => assetId)).toEqual(ids);
  expect(ready.every(({ model, fault }) => model === null && fault === null)).toBe(true);
  expect(reads).toBeLessThanOrEqual(100);
});
