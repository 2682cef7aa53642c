/** The two flows with a detector that needs no network: what is fitted on what, and that any chunking gives the same answer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadingBlock } from '$lib/domain/reading-block';
import type { Recipe } from '$lib/domain/recipe';
import { learnModel } from '$lib/monitor/learn';
import { createMonitor } from '$lib/monitor/monitor';
import pump from '../../../models/recipes/pump.json';
import { createLevelFamily } from '../../support/level-family';
import { cutReadings, makeReadings, pumpChannels } from '../../support/pump-readings';

const recipe = pump as Recipe;
const recording = makeReadings(500, { faultRow: 400, gapRow: 300, holeRow: 350 });
const healthy = { t0Ms: recording.t[0]!, t1Ms: recording.t[199]! };

function learn(blocks: ReadingBlock[], range = healthy, channels = pumpChannels) {
  return learnModel({
    blocks,
    channels,
    recipe,
    range,
    family: createLevelFamily(),
    stamp: { id: 'model', assetName: 'pump', createdMs: 0, codeVersion: 'test' },
    hash: async () => '0'.repeat(64),
    nowMs: () => 0,
    onEpoch: () => {}
  });
}

async function learnManifest(blocks: ReadingBlock[], range = healthy) {
  const learned = await learn(blocks, range);
  if (!learned.ok) throw new Error(learned.fault.where);
  return learned.value;
}

describe('learning', () => {
  test('nothing outside the healthy range reaches the model', async () => {
    const spoilt = structuredClone(recording);
    for (const column of spoilt.columns) column.fill(1e6, 200);
    const [clean, other] = [await learnManifest([recording]), await learnManifest([spoilt])];
    expect(other.artifact).toEqual(clean.artifact);
    expect(clean.artifact.manifest.training.rows).toBe(200);
    expect(clean.artifact.manifest.threshold.healthyWindows).toBe(189);
  });

  test('a range in the middle is learned as if the recording began there', async () => {
    const range = { t0Ms: recording.t[50]!, t1Ms: recording.t[249]! };
    const [alone] = cutReadings(recording, [50, 200, 1000]).slice(1, 2);
    expect((await learnManifest([recording], range)).artifact).toEqual((await learnManifest([alone!], range)).artifact);
  });

  test('a sensor that gave nothing on the range is left out', async () => {
    const silent = structuredClone(recording);
    silent.columns[2]!.fill(NaN, 0, 200);
    const { artifact } = await learnManifest([silent]);
    expect(artifact.manifest.channels.map(({ name }) => name)).toEqual(['flow', 'pressure']);
  });

  test('a label column changes nothing', async () => {
    const labelled = {
      ...recording,
      channels: [...recording.channels, 'anomaly'],
      columns: [...recording.columns, Float32Array.from(recording.t, (_, row) => row % 2)],
      quality: [...recording.quality, new Uint8Array(500)]
    };
    expect((await learnManifest([labelled])).artifact).toEqual((await learnManifest([recording])).artifact);
  });

  test.each([
    ['too few rows', { t0Ms: recording.t[0]!, t1Ms: recording.t[30]! }],
    ['no rows', { t0Ms: 0, t1Ms: 1 }]
  ])('%s are refused by name', async (_, range) => {
    expect(await learn([recording], range)).toMatchObject({ ok: false, fault: { code: 'too-little-healthy-data' } });
  });

  test('golden windows carry the scores they got', async () => {
    const { artifact, detector } = await learnManifest([recording]);
    const { golden } = artifact;
    const series = { values: Float32Array.from(golden.windows), channels: 3 };
    const { score } = await detector.score(
      series,
      Int32Array.from(golden.scores, (_, i) => i * recipe.window.steps)
    );
    expect(Array.from(score)).toEqual(golden.scores);
  });
});

describe('monitoring', () => {
  async function run(blocks: ReadingBlock[]) {
    const { artifact, detector } = await learnManifest([recording]);
    const monitor = createMonitor({ assetId: 'pump', manifest: artifact.manifest, detector });
    const scores: number[] = [];
    const flags: number[] = [];
    const status: number[] = [];
    for (const block of blocks) {
      const pushed = await monitor.push(block);
      scores.push(...pushed.scores.score);
      status.push(...pushed.scores.status);
      flags.push(...pushed.flags);
    }
    return { scores, status, flags, findings: monitor.findings(), state: monitor.state() };
  }

  test('finds the drift, names the sensor, and knows nothing across a gap or a hole', async () => {
    const { scores, status, flags, findings, state } = await run([recording]);
    expect(state.condition).toBe('anomaly');
    expect(findings.at(-1)!.contributions[0]).toMatchObject({ channel: 'pressure', unit: 'bar' });
    expect(findings.at(-1)!.contributions[0]!.seen).toBeGreaterThan(findings.at(-1)!.contributions[0]!.expected + 1);
    const steps = recipe.window.steps;
    const rows = (from: number, count: number, code: number) =>
      status.slice(from, from + count).every((value) => value === code);
    expect(rows(0, steps - 1, 1)).toBe(true);
    expect(rows(300, steps - 1, 2)).toBe(true);
    expect(rows(350, steps, 3)).toBe(true);
    status.forEach((code, row) => expect(Number.isNaN(scores[row]!)).toBe(code !== 0));
    expect(flags.indexOf(1)).toBeGreaterThanOrEqual(400);
  });

  test('any chunking of the same rows gives the same scores, flags, findings and state', async () => {
    const whole = await run([recording]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
        expect(await run(cutReadings(recording, sizes))).toEqual(whole);
      }),
      { numRuns: 25 }
    );
  });
});
