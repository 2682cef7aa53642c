/**
 * The engine on every backend, in a real browser: chosen by self-test, trained, scored, saved and loaded. WebGPU runs on the
 * software adapter, which the tests' Chromium always has: its absence is a failure, not a reason to look away.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { backends, type BackendName } from '$lib/domain/engine';
import type { ModelArtifact } from '$lib/domain/manifest';
import type { Recipe } from '$lib/domain/recipe';
import { checkGolden, parseArtifact } from '$lib/models/artifact';
import { chooseEngine, type DeviceHost } from '$lib/models/device';
import { createAutoencoderFamily } from '$lib/models/family';
import { learnModel } from '$lib/monitor/learn';
import { createMonitor } from '$lib/monitor/monitor';
import { loadKernels } from '$lib/worker/kernels';
import { cutReadings, makeReadings, pumpChannels, stepMs } from '../../support/pump-readings';
import quick from '../../../models/recipes/quick.json';

const host: DeviceHost = {
  loadKernels,
  openRemotes: () => [],
  measured: { read: async () => undefined, write: async () => {} },
  now: () => performance.now(),
  pause: () => new Promise((resolve) => setTimeout(resolve)),
  onLost: () => {}
};
const healthyRows = 160;
const recording = makeReadings(420, { faultRow: 300, gapRow: 220, holeRow: 260 });
const range = { t0Ms: recording.t[0]!, t1Ms: recording.t[healthyRows - 1]! };
const recipe: Recipe = {
  ...(quick as Recipe),
  model: { kind: 'lstm-autoencoder', encoder: [8], latent: 4, decoder: [8] },
  train: { ...(quick as Recipe).train, maxEpochs: 3 },
  threshold: { quantile: 0.99, factor: 1.2 }
};

async function learn(backend: BackendName) {
  const chosen = await chooseEngine(backend, host);
  expect(chosen, 'device').toMatchObject({ ok: true, value: { status: { backend, choice: backend } } });
  if (!chosen.ok) throw new Error(chosen.fault.where);
  const family = createAutoencoderFamily(chosen.value.engine, host.now);
  const learned = await learnModel({
    blocks: [recording],
    channels: pumpChannels,
    recipe,
    range,
    family,
    stamp: { id: 'm', assetName: 'pump', createdMs: 0, codeVersion: 'test' },
    hash: async () => '0'.repeat(64),
    nowMs: host.now,
    onEpoch: () => {}
  });
  if (!learned.ok) throw new Error(JSON.stringify(learned.fault));
  return { family, ...learned.value };
}

/** The model that each backend learns, once for all tests. */
const learnedOn = new Map<BackendName, ReturnType<typeof learn>>();

function learnOnce(backend: BackendName): ReturnType<typeof learn> {
  const learned = learnedOn.get(backend) ?? learn(backend);
  learnedOn.set(backend, learned);
  return learned;
}

afterAll(async () => {
  for (const learned of learnedOn.values()) (await learned).detector.dispose();
});

async function scoreIn(
  sizes: number[],
  artifact: ModelArtifact,
  detector: Awaited<ReturnType<typeof learn>>['detector']
) {
  const monitor = createMonitor({ assetId: 'pump', manifest: artifact.manifest, detector });
  const scores: number[] = [];
  for (const block of cutReadings(recording, sizes)) scores.push(...(await monitor.push(block)).scores.score);
  return { scores, findings: monitor.findings(), state: monitor.state() };
}

/** Largest relative difference; both unknown counts as equal, one unknown as infinitely far. */
function largestDifference(a: number[], b: number[]): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => {
    if (Number.isNaN(value) && Number.isNaN(b[i]!)) return largest;
    const difference = Math.abs(value - b[i]!) / Math.abs(b[i]!);
    return Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }, 0);
}

describe.each(backends)('%s', (backend) => {
  test('trains and finds the fault', { timeout: 300_000 }, async () => {
    const { artifact, detector } = await learnOnce(backend);
    expect(artifact.manifest.training.loss.every(Number.isFinite)).toBe(true);
    expect(artifact.manifest.training.loss.at(-1)!).toBeLessThan(artifact.manifest.training.loss[0]!);

    const whole = await scoreIn([recording.t.length], artifact, detector);
    const [found] = whole.findings;
    expect(found).toMatchObject({ endMs: null });
    expect(found!.contributions[0]!.channel).toBe('pressure');
    expect(found!.contributions[0]!.seen).toBeGreaterThan(found!.contributions[0]!.expected);
    // Smoothing over 10 rows and 8 windows of 10 above: known within 20 rows of the fault.
    expect(found!.openedMs - recording.t[300]!).toBeLessThan(20 * stepMs);

    // Windows over the gap, the hole and the beginning have no score.
    const unknown = whole.scores.flatMap((score, row) => (Number.isNaN(score) ? [row] : []));
    const holes = [0, 220, 261].flatMap((row) => Array.from({ length: 9 }, (_, i) => row + i));
    expect(unknown).toEqual([...new Set([...holes, 260])].sort((a, b) => a - b));
  });

  test('live equals batch, and loaded equals trained', { timeout: 300_000 }, async () => {
    const { artifact, detector, family } = await learnOnce(backend);
    const batch = await scoreIn([recording.t.length], artifact, detector);
    const live = await scoreIn([1, 7, 64], artifact, detector);
    // Single precision sums in another order at another batch size: 1e-7 a step, some hundred steps.
    expect(largestDifference(live.scores, batch.scores)).toBeLessThan(2e-5);
    expect(live.findings.map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
      batch.findings.map(({ startMs, endMs }) => [startMs, endMs])
    );
    expect(live.state.condition).toBe('anomaly');

    const stored = structuredClone(artifact);
    const parsed = await parseArtifact(stored.manifest, stored.weights, stored.golden);
    expect(parsed).toMatchObject({ ok: true });
    const loaded = await family.load(artifact.manifest, artifact.weights);
    if (!loaded.ok) throw new Error(loaded.fault.where);
    expect(await checkGolden(loaded.value, artifact.golden)).toEqual({ ok: true, value: null });
    const again = await scoreIn([recording.t.length], artifact, loaded.value);
    expect(largestDifference(again.scores, batch.scores)).toBeLessThan(1e-6);

    const wrong = {
      ...artifact.golden,
      scores: artifact.golden.scores.map((score, i) => (i === 2 ? score * 1.01 : score))
    };
    expect(await checkGolden(loaded.value, wrong)).toMatchObject({
      ok: false,
      fault: { code: 'golden-mismatch', where: 'golden window 3 of 6' }
    });
    loaded.value.dispose();
  });
});

test('one seed gives the same losses and scores on every backend', { timeout: 300_000 }, async () => {
  const runs = [];
  for (const backend of backends) {
    const { artifact, detector } = await learnOnce(backend);
    const { scores } = await scoreIn([recording.t.length], artifact, detector);
    runs.push({ backend, loss: artifact.manifest.training.loss, scores });
  }
  const [reference] = runs.splice(
    runs.findIndex(({ backend }) => backend === 'cpu'),
    1
  );
  for (const { backend, loss, scores } of runs) {
    expect(largestDifference(loss, reference!.loss), `${backend} losses`).toBeLessThan(1e-4);
    expect(largestDifference(scores, reference!.scores), `${backend} scores`).toBeLessThan(1e-3);
  }
});

test('left to itself the engine passes over the software adapter and says so', async () => {
  const chosen = await chooseEngine('auto', host);
  if (!chosen.ok) throw new Error(chosen.fault.where);
  const { backend, choice, trials } = chosen.value.status;
  expect({ backend, choice }).toEqual({ backend: 'wasm', choice: 'auto' });
  expect(trials.map(({ outcome }) => outcome)).toEqual(['software-adapter', 'passed']);
});

test('weights that were changed are refused', async () => {
  const { artifact } = await learnOnce('cpu');
  const weights = artifact.weights.slice();
  weights[10]! += 1e-3;
  expect(await parseArtifact(artifact.manifest, weights, artifact.golden)).toMatchObject({
    ok: false,
    fault: { code: 'bad-model', where: 'weights' }
  });
  expect(await parseArtifact(artifact.manifest, weights.slice(1), artifact.golden)).toMatchObject({
    ok: false,
    fault: { code: 'bad-model' }
  });
  const noStep = { ...artifact.manifest, stepMs: 'soon' };
  expect(await parseArtifact(noStep, artifact.weights, artifact.golden)).toMatchObject({
    ok: false,
    fault: { where: 'manifest.stepMs' }
  });
});
