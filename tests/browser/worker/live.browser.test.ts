/** The live thread as the page has it: a real worker, real databases, the simulated pump as its source. */
import { afterAll, expect, test, vi } from 'vitest';
import { createLiveClient, proxy } from '$lib/bridge/clients';
import type { LiveFrame } from '$lib/domain/live';
import { ok } from '$lib/domain/result';
import type { SourceSetup } from '$lib/domain/source';
import { createLiveHistory } from '$lib/history/live/live-history';
import { createRecords } from '$lib/records/records';

const twin: SourceSetup = {
  kind: 'twin',
  id: 'twin',
  name: 'Twin',
  asset: 'Live test',
  pumps: 3,
  rateHz: 5,
  seed: 3,
  speed: 60
};
const records = createRecords();
const history = createLiveHistory();

/** A page that listens. */
function openPage() {
  const frames: LiveFrame[] = [];
  const client = createLiveClient(
    async (api) => {
      void api.start(proxy((frame: LiveFrame) => void frames.push(frame)));
    },
    () => {}
  );
  const call = (run: Parameters<typeof client.call>[0]) => client.call(run);
  return {
    frames,
    call,
    stop: () => client.stop(),
    /** The newest of each asset. */
    assets: () => [...new Map(frames.flatMap(({ assets }) => assets).map((asset) => [asset.assetId, asset])).values()],
    source: () => frames.findLast(({ sources }) => sources !== null)?.sources?.[0]
  };
}

const ourAssets = async () => (await records.assets()).filter(({ name }) => name.startsWith('Live test'));

afterAll(async () => {
  for (const { id } of await ourAssets()) {
    await records.deleteAsset(id);
    await history.deleteAsset(id);
  }
});

test('a source is kept, its pumps are scored and stored, a fault is found, and all of it is there in the next thread', async () => {
  const page = openPage();
  expect(await page.call((api) => api.putSource({ ...twin, pumps: 0 }))).toMatchObject({ ok: false });
  expect(await page.call((api) => api.putSource(twin))).toEqual(ok(null));
  await vi.waitFor(() => expect(page.assets().length).toBe(3), 20_000);
  await vi.waitFor(() => expect(page.assets().every(({ state }) => state.condition === 'normal')).toBe(true), 40_000);
  expect(page.source()).toMatchObject({ state: { phase: 'open' }, assets: 3, losses: {} });

  const [first] = page.assets();
  await page.call((api) => api.watch(first!.assetId, 60_000));
  await vi.waitFor(() => {
    const watched = page.frames.flatMap((frame) => frame.watched ?? []);
    expect(watched.flatMap(({ readings }) => readings).length).toBeGreaterThan(3);
    expect(watched.flatMap(({ scores }) => scores).length).toBeGreaterThan(0);
    expect(watched.at(-1)!.health.length).toBe(10);
  }, 20_000);

  const kinds = await page.call((api) => api.faultKinds());
  expect(kinds).toMatchObject({ ok: true });
  const wish = { kind: 'strainer', severity: 1, course: 'step', durationS: 1 } as const;
  expect(kinds.ok && kinds.value).toContain(wish.kind);
  expect(await page.call((api) => api.injectFault('twin', first!.assetId, wish))).toEqual(ok(null));
  const stateOf = (id: string) => page.assets().find(({ assetId }) => assetId === id)!.state;
  await vi.waitFor(() => expect(stateOf(first!.assetId).condition).toBe('anomaly'), 40_000);
  const { finding } = stateOf(first!.assetId);
  await vi.waitFor(async () => {
    expect(await records.findings(first!.assetId, finding!.modelId)).toMatchObject([{ id: finding!.id }]);
  }, 20_000);
  page.stop();

  const rows = (await history.readReadings(first!.assetId)).reduce((sum, { t }) => sum + t.length, 0);
  expect(rows).toBeGreaterThan(50);
  const next = openPage();
  await next.call(async () => ok(null));
  await vi.waitFor(() => expect(next.source()?.setup).toEqual(twin), 20_000);
  await vi.waitFor(() => expect(next.assets().length).toBe(3), 20_000);
  expect((await ourAssets()).length).toBe(3);
  expect(await next.call((api) => api.removeSource('twin'))).toEqual(ok(null));
  await vi.waitFor(() => expect(next.frames.findLast(({ sources }) => sources !== null)!.sources).toEqual([]), 10_000);
  next.stop();
});
