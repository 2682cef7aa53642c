/** What a stopped import or training left behind is deleted, and nothing else, whoever is writing at that moment. */
import { expect, test } from 'vitest';
import { createFilesHost } from '$lib/worker/files-host';
import { importLock, trainingLock } from '$lib/worker/locks';
import { createMemoryHistory } from '../../support/memory-history';
import { createMemoryRecords } from '../../support/memory-records';
import { sampleArtifact, sampleAsset, sampleReadings, sampleScores, sampleState } from '../../support/stored-samples';

const createHost = (history = createMemoryHistory(), records = createMemoryRecords()) => ({
  history,
  records,
  host: createFilesHost(history, records, () => 0)
});

/** Runs `work` while another holder has the lock, as another tab would. */
async function holding(name: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(name, work);
}

test('readings without a record go, readings with one stay', async () => {
  const { history, records, host } = createHost();
  await history.appendReadings([sampleReadings('kept', 0, 5), sampleReadings('left', 0, 5)]);
  await records.addAsset(sampleAsset('kept'), []);
  expect(await host.sweep()).toEqual({ ok: true, value: 1 });
  expect(await history.assetIds()).toEqual(['kept']);
});

test('a running import is left alone', async () => {
  const { history, host } = createHost();
  await history.appendReadings([sampleReadings('coming', 0, 5)]);
  await holding(importLock('coming'), async () => {
    expect(await host.sweep()).toEqual({ ok: true, value: 0 });
  });
  expect(await history.assetIds()).toEqual(['coming']);
});

test('an import that ends while the sweep looks is left alone', async () => {
  const history = createMemoryHistory();
  const records = createMemoryRecords();
  await history.appendReadings([sampleReadings('ending', 0, 5)]);
  const late = {
    ...history,
    // Between the sweep's look at what is there and its look at the record the import ends.
    assetIds: async () => {
      const ids = await history.assetIds();
      await records.addAsset(sampleAsset('ending'), []);
      return ids;
    }
  };
  const { host } = createHost(late, records);
  expect(await host.sweep()).toEqual({ ok: true, value: 0 });
  expect(await history.assetIds()).toEqual(['ending']);
});

test('scores without a model go, unless the pump is being trained', async () => {
  const { history, records, host } = createHost();
  await records.addAsset(sampleAsset('pump'), []);
  await records.addModel('pump', sampleArtifact('kept', 1), [], sampleState);
  await history.appendScores([sampleScores('pump', 'kept', 0, 5), sampleScores('pump', 'left', 0, 5)]);
  await holding(trainingLock('pump'), async () => {
    expect(await host.sweep()).toEqual({ ok: true, value: 0 });
  });
  expect(await host.sweep()).toEqual({ ok: true, value: 1 });
  expect(await history.scoredModelIds('pump')).toEqual(['kept']);
});

test('a deleted pump leaves nothing in either database', async () => {
  const { history, records, host } = createHost();
  await records.addAsset(sampleAsset('pump'), []);
  await history.appendReadings([sampleReadings('pump', 0, 5)]);
  await records.addModel('pump', sampleArtifact('model', 1), [], sampleState);
  await history.appendScores([sampleScores('pump', 'model', 0, 5)]);
  expect(await host.deleteAsset('pump')).toEqual({ ok: true, value: null });
  expect([await records.assets(), await records.models(), await history.assetIds()]).toEqual([[], [], []]);
});
