/** The endpoints that programs know, over real databases. Long, because each endpoint has its few cases beside the others. */
import { describe, expect, test } from 'vitest';
import { createTwin } from '$lib/simulate/twin';
import { sensorLayout } from '$lib/simulate/sensors';
import { simulateSamplePump, sampleSeed } from '$lib/simulate/sample';
import { useApi } from './api-place';

const api = useApi();
const minuteMs = 60_000;

async function read<T>(response: Response, status = 200): Promise<T> {
  const body = (await response.json()) as T;
  expect([response.status, response.status === status ? null : body]).toEqual([status, null]);
  return body;
}

/** Readings of a warm pump, ten seconds apart, as objects. */
function simulateRows(count: number): Record<string, number>[] {
  const twin = createTwin({ seed: 3, startMs: 0, isWarm: true });
  const values = new Float64Array(sensorLayout.names.length);
  return Array.from({ length: count }, () => {
    twin.advance(10);
    twin.measure(10, values);
    return Object.fromEntries(sensorLayout.names.map((name, c) => [name, Number(values[c]!.toPrecision(6))]));
  });
}

interface Standing {
  assetId: string;
  newestMs: number;
  condition: string;
  isAnomaly: boolean | null;
  score: number | null;
  finding: { id: string } | null;
}

describe('readings', () => {
  test('one reading without name or time is stored under the default pump, and comes back', async () => {
    const [row] = simulateRows(1);
    const body = await read<{ stored: number; assets: Standing[] }>(
      await api.ask('POST', '/api/ingest', { json: row })
    );
    expect(body).toMatchObject({ stored: 1, assets: [{ assetId: 'pump-1', condition: 'unknown', isAnomaly: null }] });
    const live = await read<{ assets: { assetId: string; reading: { values: Record<string, number> } }[] }>(
      await api.ask('GET', '/api/live-data?assetId=pump-1')
    );
    expect(live.assets[0]!.reading.values).toEqual(row);
  });

  test('the newest readings are scored, and history comes in pages with its scores', async () => {
    // Rows of the last minute move the live state, those before are history; all are scored in the end.
    const t0Ms = Math.floor(Date.now() / 10_000) * 10_000;
    const rows = simulateRows(40).map((row, i) => ({ assetId: 'paced', time: t0Ms - (39 - i) * 10_000, ...row }));
    const { assets } = await read<{ assets: Standing[] }>(await api.ask('POST', '/api/ingest', { json: rows }));
    expect(assets[0]!.newestMs).toBe(t0Ms);

    const seen: number[] = [];
    let path: string | null = `/api/sensor-history?assetId=paced&from=${t0Ms - 600_000}&limit=15`;
    while (path) {
      const page: { readings: { tMs: number }[]; scores: { score: number | null }[]; next: number | null } = await read(
        await api.ask('GET', path)
      );
      seen.push(...page.readings.map(({ tMs }) => tMs));
      path = page.next === null ? null : `/api/sensor-history?assetId=paced&from=${page.next}&limit=15`;
    }
    expect(seen).toEqual(rows.map(({ time }) => time));
    await expect
      .poll(async () => {
        const whole = `/api/sensor-history?assetId=paced&from=${t0Ms - 600_000}`;
        const { scores } = await read<{ scores: { score: number | null }[] }>(await api.ask('GET', whole));
        return scores.filter(({ score }) => score !== null).length;
      })
      .toBeGreaterThan(20);
  });

  test('late readings are kept and scored, and clear nothing', async () => {
    const hourAgoMs = Date.now() - 60 * minuteMs;
    const rows = simulateRows(60).map((row, i) => ({
      assetId: 'late',
      time: Math.round(hourAgoMs) + i * 10_000,
      ...row
    }));
    const { assets } = await read<{ assets: Standing[] }>(await api.ask('POST', '/api/ingest', { json: rows }));
    expect(assets[0]).toMatchObject({ newestMs: null, condition: 'unknown' });
    await expect
      .poll(async () => {
        const path = `/api/sensor-history?assetId=late&from=${Math.round(hourAgoMs)}`;
        const { scores } = await read<{ scores: { score: number | null }[] }>(await api.ask('GET', path));
        return scores.filter(({ score }) => score !== null).length;
      })
      .toBeGreaterThan(30);
  });

  test('all or none: one that is ahead of the clock keeps the others out', async () => {
    const [row] = simulateRows(1);
    const json = [
      { assetId: 'none', ...row },
      { assetId: 'none', time: Date.now() + minuteMs, ...row }
    ];
    expect(await read(await api.ask('POST', '/api/ingest', { json }), 422)).toMatchObject({ where: 'body[1].time' });
    expect(await read(await api.ask('GET', '/api/live-data?assetId=none'))).toEqual({ assets: [], next: null });
  });

  test.each([
    [{}, 'body'],
    [{ Motor_RPM: 'fast' }, 'body.Motor_RPM'],
    [{ Motor_RPM: 1, Speed: 2 }, 'body.Speed'],
    [[{ Motor_RPM: 1 }, { Motor_RPM: 1e12 }], 'body[1].Motor_RPM'],
    [{ Motor_RPM: 1, time: '2026-02-30 12:00' }, 'body.time'],
    [{ Motor_RPM: 1, assetId: '' }, 'body.assetId']
  ])('%j is refused with its place', async (json, where) => {
    expect(await read(await api.ask('POST', '/api/ingest', { json }), 422)).toMatchObject({ where });
  });

  test('a hundred at once are stored together, each with a time of its own', async () => {
    const rows = simulateRows(100);
    const asked = rows.map((row) => api.ask('POST', '/api/ingest', { json: { assetId: 'many', ...row } }));
    for (const response of await Promise.all(asked)) expect(response.status).toBe(200);
    const { readings } = await read<{ readings: { tMs: number }[] }>(
      await api.ask('GET', '/api/sensor-history?assetId=many')
    );
    expect(new Set(readings.map(({ tMs }) => tMs)).size).toBe(100);
  });

  test('a pump that lacks a channel of the model is unknown, whatever it reads, and says which model that is', async () => {
    const t0Ms = Math.floor(Date.now() / 10_000) * 10_000;
    const rows = simulateRows(40).map(({ Vibration_mm_s: _, ...row }, i) => ({
      assetId: 'lacking',
      time: t0Ms - (39 - i) * 10_000,
      ...row
    }));
    const { assets } = await read<{ assets: Standing[] }>(await api.ask('POST', '/api/ingest', { json: rows }));
    expect(assets[0]).toMatchObject({
      modelId: 'sample-pump-1',
      condition: 'unknown',
      reason: 'missing-value',
      isAnomaly: null,
      score: null
    });
  });

  test('a pump of a group is for callers of that group', async () => {
    const [row] = simulateRows(1);
    await read(await api.ask('POST', '/api/ingest', { json: { assetId: 'grouped', ...row } }));
    await api.db.query(
      `INSERT INTO sync_entity (kind, id, asset_id, device_id, rev, at_ms, open, card_group, body)
       VALUES ('asset', 'grouped', 'grouped', 'd', 1, 0, 0, 'north', '{}')`
    );
    await api.db.query(`SELECT pg_notify('site_version', '1')`);
    const [south, north] = await Promise.all(
      ['south', 'north'].map((group) => api.keyFor(['history.read', 'readings.ingest', 'maintenance.write'], [group]))
    );
    await expect
      .poll(
        async () =>
          (await read<{ assets: unknown[] }>(await api.ask('GET', '/api/live-data?assetId=grouped', { key: south! })))
            .assets
      )
      .toHaveLength(0);
    const seen = await read<{ assets: unknown[] }>(
      await api.ask('GET', '/api/live-data?assetId=grouped', { key: north! })
    );
    expect(seen.assets).toHaveLength(1);
    const json = { assetId: 'grouped', ...row };
    await read(await api.ask('POST', '/api/ingest', { key: south!, json }), 403);
    await read(await api.ask('POST', '/api/ingest', { key: north!, json }));
    const event = { assetId: 'grouped', time: 0, kind: 'repair', title: 'x' };
    await read(await api.ask('POST', '/api/maintenance-events', { key: south!, json: event }), 403);
  });
});

describe('findings', () => {
  const finding = (id: string, assetId: string, openedMs: number) => ({
    id,
    assetId,
    modelId: 'm',
    startMs: openedMs - 1000,
    openedMs,
    endMs: null,
    peakMs: openedMs,
    peakScore: 2,
    threshold: 1,
    windows: 3,
    windowsAbove: 3,
    severity: 'low',
    evidence: 'clear',
    contributions: [{ channel: 'Motor_RPM', unit: 'rpm', share: 1, seen: 1, expected: 2 }]
  });
  interface Page {
    findings: { id: string; deviceId: string | null }[];
    next: string | null;
  }

  test('of the server and of devices are one list, in pages, for who may see the pump', async () => {
    const openedMs = Date.now() - minuteMs;
    let rev = 1000;
    const sync = (kind: string, id: string, assetId: string, group: string | null, body: unknown, atMs = 0) =>
      api.db.query(
        `INSERT INTO sync_entity (kind, id, asset_id, device_id, rev, at_ms, open, card_group, body)
         VALUES ($1, $2, $3, 'tablet', $4, $5, 0, $6, $7::json)`,
        [kind, id, assetId, ++rev, atMs, group, body === null ? null : JSON.stringify(body)]
      );
    await sync('asset', 'f-north', 'f-north', 'north', {});
    for (const [i, assetId] of ['f-free', 'f-north', 'f-free', 'f-free'].entries()) {
      const at = openedMs - i * 10 - 0.5;
      const later = { ...finding(`d${i}`, assetId, at), colour: 'red' };
      await sync('finding', `d${i}`, assetId, null, i === 3 ? null : later, at);
      await api.db.query('INSERT INTO reading_finding (id, asset_id, opened_ms, body) VALUES ($1, $2, $3, $4::json)', [
        `s${i}`,
        assetId,
        openedMs - i * 10,
        JSON.stringify(finding(`s${i}`, assetId, openedMs - i * 10))
      ]);
    }
    await api.db.query(`SELECT pg_notify('site_version', '2000')`);
    const all = ['s0', 'd0', 's1', 'd1', 's2', 'd2', 's3'];
    const [north, south] = [
      await api.keyFor(['history.read'], ['north']),
      await api.keyFor(['history.read'], ['south'])
    ];
    const list = async (more: string, key = north) => {
      const path = `/api/anomaly-history?from=${openedMs - 1000}&to=${openedMs}${more}`;
      return read<Page>(await api.ask('GET', path, { key }));
    };
    const idsOf = ({ findings }: Page) => findings.map(({ id }) => id).filter((id) => all.includes(id));
    await expect.poll(async () => idsOf(await list('', south))).toEqual(all.filter((id) => !['s1', 'd1'].includes(id)));
    const whole = await list('');
    expect(idsOf(whole)).toEqual(all);
    const of = (id: string) => whole.findings.find((each) => each.id === id)!;
    expect(of('d0')).toEqual({ ...finding('d0', 'f-free', openedMs - 0.5), deviceId: 'tablet' });
    expect(of('s0').deviceId).toBeNull();
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Page = await list(`&limit=2${next && `&cursor=${encodeURIComponent(next)}`}`);
      seen.push(...idsOf(page));
      next = page.next;
    }
    expect(seen).toEqual(all);
    expect(idsOf(await list('&assetId=f-north'))).toEqual(['s1', 'd1']);
  });
});

describe('detection', () => {
  const { block, wearFromMs, stepMs } = simulateSamplePump({ seed: sampleSeed, assetId: 'sample' });
  const rowsFrom = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      time: block.t[from + i]!,
      ...Object.fromEntries(block.channels.map((name, c) => [name, finite(block.columns[c]![from + i]!)]))
    }));
  const worn = block.t.length - 40;

  test('a window of a healthy stretch is below the limit, one of a worn bearing above it', async () => {
    const ask = (from: number) => api.ask('POST', '/detect', { json: { rows: rowsFrom(from, 20) } });
    const healthy = await read<{ score: number; threshold: number; isAbove: boolean }>(await ask(800));
    expect(healthy.isAbove).toBe(false);
    const bad = await read<typeof healthy & { contributions: { channel: string; share: number }[] }>(await ask(worn));
    expect(bad.isAbove).toBe(true);
    expect(bad.score).toBeGreaterThan(bad.threshold);
    expect(bad.contributions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  });

  test('too few rows, or a value that is missing, leave it unknown, which is no sign of health', async () => {
    const few = await read(await api.ask('POST', '/detect', { json: { rows: rowsFrom(800, 3) } }));
    expect(few).toMatchObject({ score: null, isAbove: null, status: 'warming-up', contributions: [] });
    const rows = rowsFrom(800, 20);
    rows[19] = { ...rows[19]!, ...{ Oil_Pressure_bar: null } };
    const missing = await read(await api.ask('POST', '/detect', { json: { rows } }));
    expect(missing).toMatchObject({ score: null, isAbove: null, status: 'missing-value' });
  });

  test('a batch of rows has the findings of the recording, and the same scores as windows of its own', async () => {
    const from = Math.round((wearFromMs - block.t[0]!) / stepMs);
    const rows = rowsFrom(from, block.t.length - from);
    const batch = await read<{ rows: { score: number | null }[]; findings: unknown[]; condition: string }>(
      await api.ask('POST', '/detect/batch', { json: { rows } })
    );
    expect(batch.rows).toHaveLength(rows.length);
    expect(batch.findings.length).toBeGreaterThan(0);
    expect(batch.condition).toBe('anomaly');
    const windows = [rows.slice(0, 30), rows.slice(0, 2)];
    const each = await read<{ windows: { score: number | null }[] }>(
      await api.ask('POST', '/detect/batch', { json: { windows } })
    );
    expect(each.windows[0]!.score).toBeCloseTo(batch.rows[29]!.score!, 5);
    expect(each.windows[1]!.score).toBeNull();
  });

  test.each([
    [{ rows: [{ Motor_RPM: 1 }], model: 'sample-pump-9' }, 'body.model'],
    [{ rows: [{ Motor_RPM: 1 }], model: '../secrets' }, 'body.model'],
    [{ rows: [{ Motor_RPM: 1 }] }, 'body.rows'],
    [{ rows: [] }, 'body.rows'],
    [{ rows: [{ time: 2 }, { time: 2 }] }, 'body.rows[1].time']
  ])('%j is refused with its place', async (json, where) => {
    expect(await read(await api.ask('POST', '/detect', { json }), 422)).toMatchObject({ where });
  });
});

describe('maintenance', () => {
  test('an event is written once, whatever is sent twice, and money is what was written', async () => {
    const json = {
      id: '0190f5a0-0000-7000-8000-000000000001',
      assetId: 'pump-1',
      time: '2026-03-01T10:00:00Z',
      kind: 'replacement',
      title: 'Bearing',
      cost: { amount: 1234.56, currency: 'EUR' }
    };
    const first = await read(await api.ask('POST', '/api/maintenance-events', { json }), 201);
    expect(await read(await api.ask('POST', '/api/maintenance-events', { json }))).toEqual(first);
    await read(await api.ask('POST', '/api/maintenance-events', { json: { ...json, title: 'Other' } }), 409);
    const { events } = await read<{ events: unknown[] }>(
      await api.ask('GET', '/api/maintenance-events?assetId=pump-1')
    );
    expect(events).toEqual([first]);
    expect(first).toMatchObject({ cost: { amount: 1234.56, currency: 'EUR' } });
  });

  test('pages follow each other without a gap', async () => {
    for (let i = 0; i < 5; i++) {
      const json = { assetId: 'paged', time: 1000 + (i >> 1), kind: 'inspection', title: `${i}` };
      await read(await api.ask('POST', '/api/maintenance-events', { json }), 201);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const path = `/api/maintenance-events?assetId=paged&limit=2${cursor && `&cursor=${cursor}`}`;
      const page: { events: { id: string }[]; next: string | null } = await read(await api.ask('GET', path));
      seen.push(...page.events.map(({ id }) => id));
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
  });
});

describe('the simulation', () => {
  test('feeds pumps of its own, is found out, and stops', async () => {
    const json = {
      assetId: 'sim',
      rateHz: 1,
      speed: 600,
      fault: { kind: 'bearing-wear', severity: 1, startS: 1800, course: 'ramp', durationS: 1800 }
    };
    await read(await api.ask('POST', '/api/start-simulation', { json }), 201);
    await read(await api.ask('POST', '/api/start-simulation', { json: {} }), 409);
    await expect
      .poll(
        async () =>
          (
            await read<{ findings: unknown[] }>(
              await api.ask('GET', `/api/anomaly-history?assetId=sim&from=0&to=4000000000000`)
            )
          ).findings.length,
        {
          timeout: 30_000
        }
      )
      .toBeGreaterThan(0);
    const running = await read<{ simulation: { sent: number; lost: number } }>(await api.ask('GET', '/api/simulation'));
    expect(running.simulation.sent).toBeGreaterThan(0);
    expect(running.simulation.lost).toBe(0);
    await read(await api.ask('POST', '/api/ingest', { json: { assetId: 'sim', Motor_RPM: 1 } }), 409);
    await read(await api.ask('POST', '/api/stop-simulation'));
    expect(await read(await api.ask('POST', '/api/stop-simulation'))).toEqual({ isRunning: false, simulation: null });
    await read(await api.ask('POST', '/api/start-simulation', { json: { assetId: 'pump-1' } }), 409);
  });

  test.each([
    [{ fault: { kind: 'bad-luck' } }, 'body.fault.kind'],
    [{ fault: { kind: 'bearing-wear', channel: 'Motor_RPM' } }, 'body.fault.channel'],
    [{ pumps: 100, rateHz: 100 }, 'body']
  ])('%j is refused with its place', async (json, where) => {
    expect(await read(await api.ask('POST', '/api/start-simulation', { json }), 422)).toMatchObject({ where });
  });
});

describe('seen from outside', () => {
  test('is live and ready', async () => {
    const body = await read(await api.ask('GET', '/health', { key: '' }));
    expect(body).toEqual({ status: 'ok', isLive: true, isReady: true, database: 'ok' });
    expect(await read(await api.ask('GET', '/api/ping', { key: '' }))).toEqual({ ok: true });
  });

  test('tells who may know how it is', async () => {
    expect(await read(await api.ask('GET', '/api/system-health'))).toMatchObject({
      status: 'ok',
      database: { kind: 'pglite', isAnswering: true },
      model: { name: 'sample-pump-1', isReady: true },
      models: ['sample-pump-1']
    });
  });

  test('counts for this machine and for who may, and names no path that was asked', async () => {
    await api.ask('GET', '/api/users/nobody-s-business');
    await read(await api.ask('GET', '/metrics', { key: '' }), 403);
    const text = await (await api.ask('GET', '/metrics')).text();
    expect(text).toMatch(/pumpside_http_requests_total\{method="POST",route="\/api\/ingest",status="200"\} \d+/);
    expect(text).toMatch(/pumpside_ingest_readings_total\{outcome="stored"\} \d+/);
    expect(text).toContain('pumpside_db_duration_seconds_bucket');
    expect(text).not.toContain('business');
    const here = await api.backend.api.request(
      '/metrics',
      {},
      { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
    );
    expect(here.status).toBe(200);
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    const proxied = await api.backend.api.request(
      '/metrics',
      { headers },
      { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
    );
    expect(proxied.status).toBe(403);
  });
});

describe('pokes', () => {
  test('say where the newest is, again after a change, and end when the server stops', async () => {
    const response = await api.ask('GET', '/api/v1/sync/poke');
    expect(response.headers.get('Content-Type')).toMatch('text/event-stream');
    expect(response.headers.get('X-Accel-Buffering')).toBe('no');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: RegExp) => {
      while (!wanted.test(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`ended after ${text}`);
        text += value;
      }
    };
    await until(/event: poke\nid: \d+\ndata: \d+\n\n/);
    await api.db.query(`SELECT pg_notify('site_version', '41')`);
    await until(/data: 41\n\n/);
    api.stop.abort();
    while (!(await reader.read()).done);
  });

  test('what went wrong inside was nothing', () => expect(api.errors).toEqual([]));
});

function finite(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
