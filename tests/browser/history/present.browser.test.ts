/** The files' thread's history: imports alone until there is a live database, then both. */
import { Dexie } from 'dexie';
import { expect, test } from 'vitest';
import { createHistory } from '$lib/history/history';
import { createLiveHistory } from '$lib/history/live/live-history';
import { createPresentHistory } from '$lib/history/present';
import { sampleReadings } from '../../support/stored-samples';

test('live rows appear as soon as there are any, and go with their pump', async () => {
  await Dexie.delete('pumpside-live');
  const name = `present-${crypto.randomUUID()}`;
  const history = createPresentHistory(createHistory(name));
  await history.appendReadings([sampleReadings('a', 0, 10)]);
  expect((await history.readReadings('a')).length).toBe(1);
  expect((await indexedDB.databases()).some((database) => database.name === 'pumpside-live')).toBe(false);

  const live = createLiveHistory();
  await live.append({ readings: [sampleReadings('a', 100_000, 5), sampleReadings('b', 0, 3)], scores: [] });
  const rows = (await history.readReadings('a')).reduce((sum, { t }) => sum + t.length, 0);
  expect(rows).toBe(15);
  expect((await history.assetIds()).sort()).toEqual(['a', 'b']);
  await history.deleteAsset('a');
  expect(await history.assetIds()).toEqual(['b']);
  await history.deleteAsset('b');
  history.close();
  live.close();
  await Dexie.delete(name);
});
