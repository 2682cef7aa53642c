/** The engine's thread over the memory doubles, with a real network on the CPU kernels: what is on record after all goes well, and after it does not. */
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { TrainRequest } from '$lib/bridge/engine-api';
import type { Asset } from '$lib/domain/asset';
import { precisions, type EngineStatus } from '$lib/domain/engine';
import type { History, Records } from '$lib/domain/ports';
import type { Recipe } from '$lib/domain/recipe';
import { StorageFault } from '$lib/domain/storage-fault';
import { isHalf } from '$lib/lstm/half';
import { createEngineHost } from '$lib/worker/engine-host';
import { loadKernels } from '$lib/worker/kernels';
import quick from '../../../models/recipes/quick.json';
import { createMemoryHistory } from '../../support/memory-history';
import { createMemoryRecords } from '../../support/memory-records';
import { makeReadings, pumpChannels, stepMs } from '../../support/pump-readings';

const rows = 40_000;
const readings = makeReadings(rows, { faultRow: 36_000 });
const labelled = {
  ...readings,
  channels: [...readings.channels, 'anomaly'],
  columns: [...readings.columns, Float32Array.from(readings.t, (_, row) => Number(row >= 36_000))],
  quality: [...readings.quality, new Uint8Array(rows)]
};
const asset: Asset = {
  id: 'pump',
  name: 'Pump',
  createdMs: 7,
  source: 'pump.csv',
  channels: [...pumpChannels, { name: 'anomaly', unit: '', role: 'label' }],
  rows,
  t0Ms: readings.t[0]!,
  t1Ms: readings.t[rows - 1]!,
  stepMs,
  rejectedRows: 0,
  activeModelId: null
};
const recipe: Recipe = {
  ...(quick as Recipe),
  model: { kind: 'lstm-autoencoder', encoder: [6], latent: null, decoder: [6] },
  train: { ...(quick as Recipe).train, maxEpochs: 2 },
  threshold: { quantile: 0.99, factor: 1.2 }
};
const request: TrainRequest = {
  assetId: 'pump',
  recipe,
  t0Ms: readings.t[0]!,
  t1Ms: readings.t[199]!,
  leaveOut: [],
  precision: 'f32'
};
let history: History;
let records: Records;

function createHost(overHistory: Partial<History> = {}) {
  return createEngineHost({
    history: { ...history, ...overHistory },
    records,
    loadKernels,
    openRemotes: () => [],
    measured: { read: async () => undefined, write: async () => {} },
    pause: () => new Promise((resolve) => setTimeout(resolve)),
    now: () => performance.now(),
    wallMs: () => 1,
    codeVersion: 'test'
  });
}

async function start(overHistory: Partial<History> = {}) {
  const host = createHost(overHistory);
  expect(await host.start('wasm', () => {})).toMatchObject({ ok: true, value: { backend: 'wasm' } });
  return host;
}

async function expectNothingTrained(): Promise<void> {
  expect(await records.models('pump')).toEqual([]);
  expect(await history.scoredModelIds('pump')).toEqual([]);
}

beforeAll(() => expect(isSecureContext).toBe(true));
beforeEach(async () => {
  history = createMemoryHistory();
  records = createMemoryRecords();
  await history.appendReadings([labelled]);
  await records.addAsset(asset, []);
});

test('a training puts model, scores, findings and state on record, and never reads the label', async () => {
  const host = await start();
  const phases: string[] = [];
  const trained = await host.train(request, ({ phase }) => phases.push(phase));
  if (!trained.ok) throw new Error(JSON.stringify(trained.fault));
  const [model] = await records.models('pump');
  expect(model).toMatchObject({ id: trained.value, state: { condition: 'anomaly' } });
  expect(model!.manifest.channels.map(({ name }) => name)).toEqual(['flow', 'pressure', 'temperature']);
  expect(model!.manifest.training.rows).toBe(200);
  expect((await records.asset('pump'))!.activeModelId).toBe(trained.value);
  const scored = await history.readScores('pump', trained.value);
  expect(scored.flatMap(({ t }) => Array.from(t))).toEqual(Array.from(readings.t));
  expect((await records.findings('pump', trained.value)).at(-1)).toMatchObject({ endMs: null });
  expect([...new Set(phases)]).toEqual(['starting', 'training', 'scoring', 'storing']);
});

test('weights are rounded where that is asked for, and the record says so', async () => {
  const host = await start();
  const stored = [];
  for (const precision of precisions) {
    const trained = await host.train({ ...request, precision }, () => {});
    if (!trained.ok) throw new Error(JSON.stringify(trained.fault));
    const { manifest, weights } = (await records.artifact(trained.value))!;
    stored.push([manifest.weights.precision, isHalf(weights)]);
  }
  expect(stored).toEqual([
    [undefined, false],
    ['f16', true]
  ]);
});

test('a channel left out reaches no training', async () => {
  const host = await start();
  const [left, ...others] = readings.channels;
  const trained = await host.train({ ...request, leaveOut: [left!] }, () => {});
  if (!trained.ok) throw new Error(JSON.stringify(trained.fault));
  const { manifest } = (await records.artifact(trained.value))!;
  expect(manifest.channels.map(({ name }) => name)).toEqual(others);
});

test('a disk that is full in the middle of the scores leaves nothing and is told as such', async () => {
  let blocks = 0;
  const host = await start({
    appendScores: async (scores) => {
      if (++blocks === 2) throw new StorageFault('quota', 'scores', 'full');
      await history.appendScores(scores);
    }
  });
  expect(await host.train(request, () => {})).toMatchObject({ ok: false, fault: { code: 'quota' } });
  expect(blocks).toBe(2);
  await expectNothingTrained();
});

test.each([
  ['is deleted', () => Promise.resolve()],
  ['is deleted and made anew', () => records.addAsset({ ...asset, createdMs: 8 }, [])]
])('a pump that %s while it is scored gets no model', async (_, remake) => {
  let blocks = 0;
  const host = await start({
    appendScores: async (scores) => {
      if (++blocks === 2) {
        await records.deleteAsset('pump');
        await remake();
      }
      await history.appendScores(scores);
    }
  });
  expect(await host.train(request, () => {})).toMatchObject({ ok: false, fault: { code: 'not-found' } });
  await expectNothingTrained();
});

test('what is wrong with a request is said before anything is trained', async () => {
  const host = await start();
  expect(await host.train({ ...request, assetId: 'gone' }, () => {})).toMatchObject({
    ok: false,
    fault: { code: 'not-found' }
  });
  const broken = { ...recipe, train: { ...recipe.train, batchSize: 0 } };
  expect(await host.train({ ...request, recipe: broken }, () => {})).toMatchObject({
    ok: false,
    fault: { code: 'bad-recipe', where: 'train.batchSize' }
  });
  const short = { ...request, t1Ms: readings.t[20]! };
  expect(await host.train(short, () => {})).toMatchObject({ ok: false, fault: { code: 'too-little-healthy-data' } });
  await expectNothingTrained();
});

test('a GPU that goes away is told, and the training goes on on the CPU', { timeout: 120_000 }, async () => {
  const requestDevice = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
  const statuses: EngineStatus[] = [];
  const host = createHost();
  expect(await host.start('webgpu', (status) => statuses.push(status))).toMatchObject({
    ok: true,
    value: { backend: 'webgpu', lost: null }
  });
  const device = await (requestDevice.mock.results[0]!.value as Promise<GPUDevice>);
  requestDevice.mockRestore();
  const trained = await host.train(request, ({ epoch }) => {
    if (epoch === 1) device.destroy();
  });
  if (!trained.ok) throw new Error(JSON.stringify(trained.fault));
  expect(statuses).toEqual([
    expect.objectContaining({ backend: 'wasm', hasF16: false, lost: expect.stringContaining('destroyed') })
  ]);
  const [model] = await records.models('pump');
  expect(model!.manifest.training).toMatchObject({ backend: 'wasm', loss: { length: 2 } });
});
