/** Opens the gateway with a simulated pump's readings. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sensorLayout } from '$lib/simulate/sensors';
import { createTwin } from '$lib/simulate/twin';

const rowCount = 3000;

/** Sends the readings of `asset` every `everyMs`; `url` is where. */
export async function openGateway(asset: string, everyMs: number): Promise<{ url: string; close(): Promise<void> }> {
  const worker = new Worker(join(import.meta.dirname, 'gateway-thread.mjs'), {
    workerData: { asset, channels: [...sensorLayout.names], rows: simulateRows(everyMs / 1000), everyMs }
  });
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
  return {
    url: `ws://127.0.0.1:${port}`,
    async close() {
      await worker.terminate();
    }
  };
}

/** Readings of a warm pump, `stepS` apart, to seven digits. */
function simulateRows(stepS: number): number[][] {
  const twin = createTwin({ seed: 1, startMs: Date.UTC(2026, 0, 1), isWarm: true });
  const values = new Float64Array(sensorLayout.names.length);
  return Array.from({ length: rowCount }, () => {
    twin.advance(stepS);
    twin.measure(stepS, values);
    return Array.from(values, (value) => Number(value.toPrecision(7)));
  });
}
