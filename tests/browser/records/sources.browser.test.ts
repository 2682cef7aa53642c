/** Live sources and pauses as the browser keeps them. */
import { expect, test } from 'vitest';
import type { SourceSetup } from '$lib/domain/source';
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
