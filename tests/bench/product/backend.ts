/**
 * The backend as `npm start` serves it, on PGlite: single readings stored in a second, and how long a window's score takes. The load comes
 * from a process of its own, so both cores are shared by server and load.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { sensorLayout } from '$lib/simulate/sensors';
import { createTwin } from '$lib/simulate/twin';
import { findMedian, findPercentile } from '../statistics';
import { first, readFirstCode } from './account';
import type { SectionRun } from './figure';
import { openSite, type OwnSite } from './site';

const goalPerSecond = 1000;
const goalDetectMs = 50;
const pumps = 64;
const windowRows = 20;

interface Load {
  path: string;
  sockets: number;
  bodies: string[];
}

export async function measureBackend(run: SectionRun): Promise<void> {
  const seconds = run.isTrial ? 3 : 30;
  const site = await openSite({ PUMPSIDE_DATA_DIR: run.scratch, LOG_LEVEL: 'warn' });
  try {
    const key = await makeKey(site);
    const send = (load: Load, forSeconds = seconds) =>
      runLoad({ ...load, origin: site.origin, key, seconds: forSeconds });
    const rows = simulateRows(500);
    const readings = rows.map((row, i) => JSON.stringify({ assetId: `Pump ${i % pumps}`, ...row }));
    const windows = Array.from({ length: 100 }, (_, i) => JSON.stringify({ rows: rows.slice(i, i + windowRows) }));
    const ingest = { path: '/api/ingest', sockets: 64, bodies: readings };
    const detect = { path: '/detect', sockets: 4, bodies: windows };
    // The start of a server is not what is meant.
    await send(ingest, 3);
    await send(detect, 2);

    const stored = await send(ingest);
    const perSecond = stored.latencies.length / stored.seconds;
    run.add('time of a thousand single readings, stored', 1000 / perSecond, 's', 1000 / goalPerSecond);
    run.add('a single reading until it is stored, p99', findPercentile(stored.latencies, 0.99), 'ms');
    run.add('single readings refused', stored.refused, '', 0);
    const scored = await send(detect);
    run.add('/detect of a window, median', findMedian(scored.latencies), 'ms');
    run.add('/detect of a window, p99', findPercentile(scored.latencies, 0.99), 'ms', goalDetectMs);
    run.add('/detect refused', scored.refused, '', 0);
    run.note(
      `${perSecond.toFixed(0)} single readings a second over ${ingest.sockets} sockets, of ${pumps} pumps, each stored and monitored before it is ` +
        `answered (goal at least ${goalPerSecond}); ${(scored.latencies.length / scored.seconds).toFixed(0)} windows a second over ${detect.sockets}.`
    );
  } finally {
    await site.close();
  }
}

/** Makes the administrator by the code on the console, and a key by the administrator. */
async function makeKey(site: OwnSite): Promise<string> {
  const code = await readFirstCode(site);
  const headers = { 'Content-Type': 'application/json', Origin: site.origin };
  const ask = async (path: string, body: unknown, more: Record<string, string> = {}) => {
    const response = await fetch(`${site.origin}${path}`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body)
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const made = await ask('/api/v1/account/first', { code, ...first });
  const cookie = made.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  const wish = { name: 'Bench', permissions: ['readings.ingest', 'detect'], groups: [], expiresMs: null };
  const key = (await (await ask('/api/v1/keys', wish, { Cookie: cookie })).json()) as { key: string };
  return key.key;
}

async function runLoad(
  load: Load & { origin: string; key: string; seconds: number }
): Promise<{ latencies: number[]; refused: number; seconds: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'backend-load.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit']
  });
  child.stdin.end(JSON.stringify(load));
  return JSON.parse(await text(child.stdout)) as { latencies: number[]; refused: number; seconds: number };
}

/** Readings of a warm pump, ten seconds apart. */
function simulateRows(count: number): Record<string, number>[] {
  const twin = createTwin({ seed: 1, startMs: 0, isWarm: true });
  const values = new Float64Array(sensorLayout.names.length);
  return Array.from({ length: count }, () => {
    twin.advance(10);
    twin.measure(10, values);
    return Object.fromEntries(sensorLayout.names.map((name, c) => [name, Number(values[c]!.toPrecision(7))]));
  });
}
