import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createLineWriter } from '../../../src/cli/csv-lines';
import { parseFaultWords } from '../../../src/cli/fault-words';
import { simulate, type SimulateWords } from '../../../src/cli/simulate';
import { sensorLayout } from '$lib/simulate/sensors';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pumpside-simulate-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function make(words: SimulateWords): Promise<string[][]> {
  const csv = join(folder, 'pump.csv');
  await simulate({ csv, hours: '1', ...words });
  const text = readFileSync(csv, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split(','));
}

describe('simulate --csv', () => {
  it('writes a row per interval, the same for a seed', async () => {
    const rows = await make({ rate: '0.5', seed: '4' });
    expect(rows[0]).toEqual(['time', ...sensorLayout.names]);
    expect(rows).toHaveLength(1801);
    expect(rows[1]![0]).toBe('2026-03-16T09:00:00.000Z');
    expect(rows[1800]![0]).toBe('2026-03-16T09:59:58.000Z');
    for (const row of rows.slice(1)) expect(row.every((field) => field !== '' && field !== 'NaN')).toBe(true);
    expect(await make({ rate: '0.5', seed: '4' })).toEqual(rows);
    expect(await make({ rate: '0.5', seed: '5' })).not.toEqual(rows);
  });

  it('has the faults it was asked for, when it was asked for them', async () => {
    const rows = await make({ fault: 'strainer:1:0.5,sensor-dropout@Motor_RPM:0.5' });
    const suction = rows.map((row) => Number(row[6]));
    expect(Math.min(...suction.slice(1, 1800))).toBeGreaterThan(0.4);
    expect(Math.max(...suction.slice(1810))).toBeLessThan(0.3);
    expect(rows.filter((row) => row[1] === '').length).toBeGreaterThan(200);
    expect(rows.some((row) => row[2] === '')).toBe(false);
  });

  it('brings late packets late, and loses none', async () => {
    const times = (await make({ fault: 'late-packets:1' })).slice(1).map(([time]) => Date.parse(time!));
    expect(times.filter((time, i) => i > 0 && time < times[i - 1]!).length).toBeGreaterThan(100);
    expect(new Set(times).size).toBe(3600);
  });

  it('starts and stops', async () => {
    const rpm = (await make({ duty: '0.25/0.25' })).slice(1).map((row) => Number(row[1]));
    expect(Math.min(...rpm.slice(0, 900))).toBeGreaterThan(2900);
    expect(Math.max(...rpm.slice(1000, 1800))).toBe(0);
    expect(Math.max(...rpm.slice(1850, 2700))).toBeGreaterThan(2900);
  });

  it.each<[SimulateWords, RegExp]>([
    [{ port: '0' }, /either --csv FILE or --port N/],
    [{ hours: '-1' }, /--hours/],
    [{ rate: 'fast' }, /--rate/],
    [{ seed: '1.5' }, /--seed/],
    [{ pumps: '3' }, /--csv takes no --pumps/],
    [{ duty: '3' }, /--duty/],
    [{ fault: 'gremlins' }, /kind: found "gremlins"/],
    [{ fault: 'gas:2' }, /severity: found 2/],
    [{ fault: 'gas:much' }, /severity/],
    [{ fault: 'gas:1:0:step:1:1' }, /is not KIND/]
  ])('refuses %j', async (words, reason) => {
    await expect(simulate({ csv: join(folder, 'never.csv'), ...words })).rejects.toThrow(reason);
  });
});

it.each<[SimulateWords, RegExp]>([
  [{ hours: '3' }, /--port takes no --hours/],
  [{ format: 'xml' }, /--format: "xml"/],
  [{ pumps: '20000' }, /pumps: found 20000/],
  [{ pumps: '10000', rate: '1000' }, /readings per second/],
  [{ port: '-1' }, /--port/]
])('refuses to serve %j', async (words, reason) => {
  await expect(simulate({ port: '0', ...words })).rejects.toThrow(reason);
});

it('serves with --port until it is interrupted', async () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const before = process.listenerCount('SIGINT');
  const ended = simulate({ port: '0', pumps: '2', rate: '50', fault: 'strainer' });
  await vi.waitUntil(() => written.mock.calls.length > 0);
  const address = String(written.mock.calls[0]![0]).trim();
  written.mockRestore();
  const socket = new WebSocket(address);
  const [first] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(String(first))).toMatchObject({ asset: expect.stringMatching(/^P-101-[12]$/) });
  const closed = once(socket, 'close');
  process.emit('SIGINT');
  await ended;
  expect((await closed)[0]).toBe(1001);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

it('reads faults as words', () => {
  expect(parseFaultWords(undefined)).toEqual([]);
  expect(parseFaultWords('bearing-wear:0.8:24:exponential,sensor-stuck@Motor_RPM', 48 * 3600)).toMatchObject([
    { kind: 'bearing-wear', severity: 0.8, startS: 86_400, course: 'exponential', durationS: 86_400, channel: null },
    { kind: 'sensor-stuck', severity: 1, startS: 0, course: 'step', channel: 'Motor_RPM' }
  ]);
  expect(parseFaultWords('gas:1::ramp:2')).toMatchObject([{ startS: 0, course: 'ramp', durationS: 7200 }]);
});

it('writes times to the millisecond and numbers in their steps', () => {
  const writeLine = createLineWriter([1, 10, 100]);
  expect(writeLine(Date.UTC(2026, 0, 2, 3, 4, 5, 67), [-3, 20.1, NaN])).toBe('2026-01-02T03:04:05.067Z,-3,20.1,\n');
  expect(writeLine(Date.UTC(2026, 0, 2, 3, 4, 59, 999), [1e6, 0, 0.07])).toBe(
    '2026-01-02T03:04:59.999Z,1000000,0,0.07\n'
  );
});
