/**
 * A thread that writes live rows as the product does, for the tests that kill its browser. It tells the server it came from
 * what it found (`/found`), which rows are acknowledged (`/stored`) and that it begins to seal (`/sealing`).
 */
import type { LiveBatch } from '$lib/domain/ports';
import { createLiveHistory } from '$lib/history/live/live-history';
import { claimLiveWriter } from '$lib/history/live/writer';

const assets = ['p1', 'p2', 'p3'];
const stepMs = 20;
const rowsPerFlush = 5;
const flushesPerSeal = 12;

// A seal of many pieces with rests between: most kills are to meet it there.
const live = createLiveHistory({ limits: { passValues: 1, portionOwners: 1, rest: 1 } });
const tell = (path: string, body: unknown = null) => fetch(path, { method: 'POST', body: JSON.stringify(body) });

claimLiveWriter((role) => {
  void tell(`/${role}`);
  if (role === 'writer') void work().catch((error: unknown) => tell('/failed', String(error)));
});

async function work(): Promise<void> {
  const found = await Promise.all(assets.map(countRows));
  await tell('/found', found);
  let next = Math.min(...found);
  for (let flush = 1; ; flush++) {
    await live.append(batchOf(next));
    next += rowsPerFlush;
    await tell('/stored', next);
    if (flush % flushesPerSeal > 0) continue;
    await tell('/sealing');
    // The last rows stay journalled.
    await live.seal((next - 2 * rowsPerFlush) * stepMs);
  }
}

/** Rows of an asset, whose readings and scores must be exactly the first so many; NaN where anything else is there. */
async function countRows(assetId: string): Promise<number> {
  const readings = await live.readReadings(assetId);
  const scores = await live.readScores(assetId, 'm');
  let row = 0;
  for (const { t, columns } of readings) {
    for (let i = 0; i < t.length; i++, row++) {
      if (t[i] !== row * stepMs || columns[0]![i] !== row || columns[1]![i] !== Math.fround(Math.sin(row))) return NaN;
    }
  }
  let scored = 0;
  for (const { t, score } of scores) {
    for (let i = 0; i < t.length; i++, scored++) if (t[i] !== scored * stepMs || score[i] !== scored / 2) return NaN;
  }
  return scored === row ? row : NaN;
}

function batchOf(from: number): LiveBatch {
  const rows = Array.from({ length: rowsPerFlush }, (_, i) => from + i);
  const channels = ['row', 'sine'];
  const t = Float64Array.from(rows, (row) => row * stepMs);
  const columns = () => [Float32Array.from(rows), Float32Array.from(rows, Math.sin)];
  return {
    readings: assets.map((assetId) => ({
      assetId,
      channels,
      t,
      columns: columns(),
      quality: channels.map(() => new Uint8Array(rows.length))
    })),
    scores: assets.map((assetId) => ({
      assetId,
      modelId: 'm',
      channels,
      t,
      score: Float32Array.from(rows, (row) => row / 2),
      status: new Uint8Array(rows.length),
      channelError: columns(),
      expected: columns()
    }))
  };
}
