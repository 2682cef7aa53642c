/** Simulated pumps before the model that is shipped for them: silent while they are healthy, heard when they are not. */
import { expect, test } from 'vitest';
import type { Reading } from '$lib/domain/reading';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { createAutoencoderFamily } from '$lib/models/family';
import { createMonitor } from '$lib/monitor/monitor';
import { createFleet } from '$lib/simulate/fleet';
import { sensorLayout } from '$lib/simulate/sensors';
import { readModel } from '../../../src/cli/model-folder';
import { loadKernels } from '../../support/kernels';

const hourMs = 3_600_000;
/** The model's own step. */
const intervalMs = 10_000;

function blockOf(readings: Reading[]): ReadingBlock {
  return {
    assetId: readings[0]!.asset,
    channels: [...sensorLayout.names],
    t: Float64Array.from(readings, ({ tMs }) => tMs),
    columns: sensorLayout.names.map((_, c) => Float32Array.from(readings, ({ values }) => values[c]!)),
    quality: sensorLayout.names.map(() => new Uint8Array(readings.length))
  };
}

test('a fleet is healthy for two days, and a bearing that wears is found by its vibration', async () => {
  const family = createAutoencoderFamily(await createWasmEngine(loadKernels), () => performance.now());
  const { artifact, detector } = await readModel('models/sample-pump-1', family);
  const monitorOf = (assetId: string) => createMonitor({ assetId, manifest: artifact.manifest, detector });
  const fleet = createFleet({ asset: 'P', pumps: 3, intervalMs, seed: 50, startMs: Date.UTC(2026, 2, 16, 18) });
  const monitors = fleet.assets.map(monitorOf);
  async function run(untilMs: number): Promise<void> {
    const { readings } = fleet.take(untilMs, Infinity);
    for (const [i, asset] of fleet.assets.entries())
      await monitors[i]!.push(blockOf(readings.filter((reading) => reading.asset === asset)));
  }

  await run(48 * hourMs);
  for (const monitor of monitors) expect(monitor.findings()).toEqual([]);

  fleet.inject('P-1', {
    kind: 'bearing-wear',
    severity: 1,
    startS: 0,
    course: 'exponential',
    durationS: 4.5 * 3600,
    untilS: null,
    channel: null
  });
  await run(53 * hourMs);
  const [worn, ...sound] = monitors;
  expect(worn!.state().condition).toBe('anomaly');
  expect(worn!.findings().at(-1)!.contributions[0]!.channel).toBe('Vibration_mm_s');
  for (const monitor of sound) expect(monitor.findings()).toEqual([]);
});
