/**
 * A thread that writes live rows at the pace of a real source, for the test of what that costs the machine. It writes a fleet
 * for a while, then one pump at 50 Hz, then nothing; seals a fortieth of a fleet, twice; and tells the server it came from when.
 */
import type { LiveBatch } from '$lib/domain/ports';
import { createRandom } from '$lib/domain/random';
import { createLiveHistory } from '$lib/history/live/live-history';

const phaseMs = 3000;
const everyMs = 200;
const channels = Array.from({ length: 10 }, (_, c) => `channel ${c}`);
const random = createRandom(1);
const live = createLiveHistory();
const tell = (path: string, body: unknown = null) => fetch(path, { method: 'POST', body: JSON.stringify(body) });

void work().catch((error: unknown) => tell('/failed', String(error)));

async function work(): Promise<void> {
  const fleet = Array.from({ length: 25 }, (_, part) =>
    batchOf(
      Array.from({ length: 400 }, (_, i) => `pump ${part * 400 + i}`),
      1
    )
  );
  const pump = Array.from({ length: 25 }, (_, i) => batchOf(['pump'], 10, 10 * i));
  // The browser still settles during the first phase, which is not counted.
  for (const [name, batches] of [
    ['start', fleet],
    ['fleet', fleet],
    ['one pump', pump],
    ['idle', []]
  ] as const) {
    await phase(name, batches);
  }
  const other = createLiveHistory({ name: 'sealed' });
  const part = Array.from({ length: 250 }, (_, i) => `pump ${i}`);
  for (const name of ['first seal', 'second seal']) {
    await other.append(batchOf(part, 80, name === 'first seal' ? 0 : 80, 5000));
    await tell('/phase', name);
    await tell('/phase-end', { name, ...(await other.seal(Infinity)) });
  }
  await tell('/end');
}

/** Appends the batches over and over, and tells how long a call took in the middle and at worst. */
async function phase(name: string, batches: readonly LiveBatch[]): Promise<void> {
  await tell('/phase', name);
  const took: number[] = [];
  const beganMs = performance.now();
  for (let tick = 0; performance.now() < beganMs + phaseMs; tick++) {
    const startMs = performance.now();
    const batch = batches[tick % batches.length];
    if (batch) await live.append(batch);
    took.push(performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, beganMs + (tick + 1) * everyMs - performance.now()));
  }
  took.sort((a, b) => a - b);
  await tell('/phase-end', { name, calls: took.length, medianMs: took[took.length >> 1], worstMs: took.at(-1) });
}

/** Readings and scores of each asset: so many rows, so many ms apart, from the n-th row on. */
function batchOf(ids: string[], rows: number, from = 0, stepMs = 20): LiveBatch {
  const t = Float64Array.from({ length: rows }, (_, row) => 1.8e12 + (from + row) * stepMs);
  const column = () => Float32Array.from(t, () => Math.round(500 + 50 * random.normal()) / 100);
  const columns = () => channels.map(column);
  const codes = () => new Uint8Array(rows);
  return {
    readings: ids.map((assetId) => ({ assetId, channels, t, columns: columns(), quality: channels.map(codes) })),
    scores: ids.map((assetId) => {
      const [channelError, expected] = [columns(), columns()];
      return { assetId, modelId: 'm', channels, t, score: column(), status: codes(), channelError, expected };
    })
  };
}
