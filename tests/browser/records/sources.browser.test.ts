/** Live sources and pauses as the browser keeps them. */
import { Dexie } from 'dexie';
import { expect, test } from 'vitest';
import type { RegisterMap, SourceSetup } from '$lib/domain/source';
import { createSources } from '$lib/records/sources';

const name = `sources-${crypto.randomUUID()}`;
const gateway: SourceSetup = {
  kind: 'websocket',
  id: 'a',
  name: 'Gateway',
  asset: 'P-1',
  url: 'ws://127.0.0.1:1',
  format: 'auto'
};
const twin: SourceSetup = { kind: 'twin', id: 'b', name: 'Twin', asset: 'T', pumps: 2, rateHz: 1, seed: 1, speed: 1 };

test('sources are kept from one page to the next, replaced by their id and forgotten', async () => {
  const sources = createSources(name);
  expect(await sources.all()).toEqual([]);
  await sources.put(gateway);
  await sources.put(twin);
  await sources.put({ ...gateway, name: 'Renamed' });
  expect(await createSources(name).all()).toEqual([{ ...gateway, name: 'Renamed' }, twin]);
  await sources.remove('a');
  await sources.remove('a');
  expect(await sources.all()).toEqual([twin]);
});

test('when somebody watched last is known to the next thread', async () => {
  const sources = createSources(name);
  expect(await sources.lastAlive()).toBeNaN();
  await sources.noteAlive(5);
  await sources.noteAlive(7);
  expect(await createSources(name).lastAlive()).toBe(7);
});

test('register maps are kept beside them, replaced by their id and forgotten', async () => {
  const map: RegisterMap = { id: 'drive', name: 'Drive', source: '', registers: [] };
  const sources = createSources(name);
  await sources.putMap(map);
  await sources.putMap({ ...map, name: 'Renamed' });
  expect(await createSources(name).maps()).toEqual([{ ...map, name: 'Renamed' }]);
  await sources.removeMap('drive');
  expect(await sources.maps()).toEqual([]);
});

test('damage is noted once, and found by its pump in time order', async () => {
  const sources = createSources(name);
  const damage = { assetId: 'P', modelId: '', fromMs: 7000, toMs: 9000 };
  const scores = { ...damage, modelId: 'm', fromMs: 3000 };
  for (const each of [damage, scores, damage, { ...damage, assetId: 'Q' }]) await sources.noteDamage(each);
  expect(await createSources(name).damages('P')).toEqual([scores, damage]);
});

test('what an earlier version has kept is there', async () => {
  const older = new Dexie('sources-of-version-1');
  older.version(1).stores({ sources: 'id', pauses: 'fromMs, toMs', alive: 'key', meta: 'key' });
  await older.table('sources').put(twin);
  older.close();
  const sources = createSources('sources-of-version-1');
  expect(await sources.all()).toEqual([twin]);
  await sources.noteDamage({ assetId: 'P', modelId: '', fromMs: 1, toMs: 2 });
  expect(await sources.damages('P')).toHaveLength(1);
});

test('pauses are found by the time they touch, in order', async () => {
  const sources = createSources(name);
  for (const [fromMs, toMs] of [
    [5000, 9000],
    [1000, 2000],
    [20_000, 30_000]
  ] as const) {
    await sources.addPause({ fromMs, toMs });
  }
  const found = async (fromMs: number, toMs: number) =>
    (await sources.pauses(fromMs, toMs)).map((pause) => pause.fromMs);
  expect(await found(0, 1e9)).toEqual([1000, 5000, 20_000]);
  expect(await found(2000, 5000)).toEqual([1000, 5000]);
  expect(await found(2001, 4999)).toEqual([]);
  expect(await found(25_000, 26_000)).toEqual([20_000]);
});
