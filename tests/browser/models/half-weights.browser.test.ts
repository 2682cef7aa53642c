/**
 * 16-bit weights through the product, from the choice of the engine to findings. No software adapter says that it knows 16-bit
 * floats, but the kernels ask for nothing else, so the one there is plays a GPU that does. What it says of itself is made up, and so
 * is the measurement, which says that 16 bits are faster wherever they are allowed.
 */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { ModelArtifact } from '$lib/domain/manifest';
import type { Detector, DetectorFamily } from '$lib/domain/ports';
import type { Recipe } from '$lib/domain/recipe';
import { forwardGate } from '$lib/lstm/engine-test';
import { isHalf } from '$lib/lstm/half';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { checkGolden, labelPrecision, parseArtifact } from '$lib/models/artifact';
import { chooseEngine, type ChosenEngine } from '$lib/models/device';
import { createAutoencoderFamily } from '$lib/models/family';
import { hashBytes } from '$lib/models/hash';
import { parseTuning } from '$lib/models/measured';
import { learnModel } from '$lib/monitor/learn';
import { createMonitor } from '$lib/monitor/monitor';
import { loadKernels } from '$lib/worker/kernels';
import { drawCase, largestDifference, scoreExactly } from '../../support/lstm-cases';
import { makeReadings, pumpChannels } from '../../support/pump-readings';
import quick from '../../../models/recipes/quick.json';

const recording = makeReadings(3000, { faultRow: 2000 });
/** Large enough to be tuned. */
const network = { encoder: [24], latent: null, decoder: [24] };
const recipe: Recipe = {
  ...(quick as Recipe),
  window: { steps: 5, stride: 1 },
  model: { kind: 'lstm-autoencoder', ...network },
  train: { ...(quick as Recipe).train, maxEpochs: 2 },
  threshold: { quantile: 0.99, factor: 1.2 }
};
const gateCount = 4 * 24 * (3 + 24 + 1 + (24 + 24 + 1));
/** How near to the threshold, relative to it, single precision may decide. */
const excusedDistance = 1e-4;

vi.mock(import('$lib/lstm/webgpu/autotune'), async (original) => ({
  ...(await original()),
  tuneGpu: async ({ hasF16 }, _shape, { allowF16 = false } = {}) => ({
    key: 'made up',
    f16: hasF16 && allowF16,
    choices: [{ from: 1, variant: { kind: 'tile', windows: 8, perThread: 8 } }],
    times: []
  })
}));

const kept = new Map<string, unknown>();
let createBuffer: { mock: { calls: [GPUBufferDescriptor][] } };
let chosen: ChosenEngine;

beforeAll(async () => {
  const features = new Set(['shader-f16']) as unknown as GPUSupportedFeatures;
  const info = { vendor: 'made', architecture: '', device: '', description: 'up', isFallbackAdapter: false };
  const { requestDevice } = GPUAdapter.prototype;
  vi.spyOn(GPUAdapter.prototype, 'info', 'get').mockReturnValue(info as GPUAdapterInfo);
  vi.spyOn(GPUAdapter.prototype, 'features', 'get').mockReturnValue(features);
  vi.spyOn(GPUAdapter.prototype, 'requestDevice').mockImplementation(function (this: GPUAdapter, descriptor) {
    return requestDevice.call(this, { ...descriptor, requiredFeatures: [] });
  });
  vi.spyOn(GPUDevice.prototype, 'features', 'get').mockReturnValue(features);
  createBuffer = vi.spyOn(GPUDevice.prototype, 'createBuffer');
  const found = await chooseEngine('webgpu', {
    loadKernels,
    openRemotes: () => [],
    measured: { read: async (key) => kept.get(key), write: async (key, value) => void kept.set(key, value) },
    now: () => performance.now(),
    pause: async () => {},
    onLost: () => {}
  });
  if (!found.ok) throw new Error(found.fault.where);
  chosen = found.value;
});
beforeEach(() => kept.clear());
afterAll(() => {
  chosen.engine.dispose();
  vi.restoreAllMocks();
});

async function learn(family: DetectorFamily) {
  const learned = await learnModel({
    blocks: [recording],
    channels: pumpChannels,
    recipe,
    range: { t0Ms: recording.t[0]!, t1Ms: recording.t[400]! },
    family,
    stamp: { id: 'm', assetName: 'pump', createdMs: 0, codeVersion: 'test' },
    hash: hashBytes,
    nowMs: () => 0,
    onEpoch: () => {}
  });
  if (!learned.ok) throw new Error(JSON.stringify(learned.fault));
  return { artifact: labelPrecision(learned.value.artifact), detector: learned.value.detector };
}

async function scoreAll({ manifest }: ModelArtifact, detector: Detector) {
  const monitor = createMonitor({ assetId: 'pump', manifest, detector });
  const { scores } = await monitor.push(recording);
  return { scores: Array.from(scores.score), findings: monitor.findings() };
}

/** Bytes of the weights of the LSTM layers that went up last. */
const gateBytes = () => createBuffer.mock.calls.map(([each]) => each).findLast(({ label }) => label === 'gates')!.size;
const isF16 = () => [...kept.values()].map((value) => parseTuning(value)?.f16);

test('a GPU that knows 16-bit floats scores a rounded model with them, as every engine does', async () => {
  const { engine, status } = chosen;
  expect(status).toMatchObject({ backend: 'webgpu', adapter: 'made up', hasF16: true });
  const { artifact, detector } = await learn(createAutoencoderFamily(engine, () => 0, 'f16'));
  const far = await scoreAll(artifact, detector);
  expect(isF16()).toEqual([true]);
  expect(gateBytes()).toBeLessThan(3 * gateCount);

  expect(artifact.manifest.weights.precision).toBe('f16');
  expect(isHalf(artifact.weights)).toBe(true);
  const { manifest, weights, golden } = structuredClone(artifact);
  const parsed = await parseArtifact(manifest, weights, golden);
  if (!parsed.ok) throw new Error(parsed.fault.where);
  const cpu = createAutoencoderFamily(await createWasmEngine(loadKernels), () => 0);
  const loaded = await cpu.load(parsed.value.manifest, parsed.value.weights);
  if (!loaded.ok) throw new Error(loaded.fault.where);
  expect(await checkGolden(loaded.value, golden)).toEqual({ ok: true, value: null });

  const near = await scoreAll(artifact, loaded.value);
  const threshold = manifest.threshold.value;
  const flips = near.scores.flatMap((score, i) => (score > threshold === far.scores[i]! > threshold ? [] : [score]));
  console.log(`${flips.length} of ${near.scores.length} windows flip between 16-bit weights on the GPU and the CPU`);
  expect(flips.filter((score) => !(Math.abs(score - threshold) < excusedDistance * threshold))).toEqual([]);
  expect(near.findings.length).toBeGreaterThan(0);
  expect(far.findings.map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
    near.findings.map(({ startMs, endMs }) => [startMs, endMs])
  );
  detector.dispose();
});

test('a model that was not rounded is scored with 32 bits there', async () => {
  const shape = { ...network, steps: recipe.window.steps, channels: pumpChannels.length };
  const drawn = drawCase(shape, 20, 3);
  const scorer = await chosen.engine.createScorer(shape, drawn.parameters);
  const { score } = await scorer.score(drawn.series, drawn.starts, 'mae');
  expect(isF16()).toEqual([false]);
  expect(gateBytes()).toBeGreaterThanOrEqual(4 * gateCount);
  expect(largestDifference(score, scoreExactly(drawn, 'mae').score)).toBeLessThan(forwardGate);
  scorer.dispose();
});
