import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Clock } from '$lib/domain/clock';
import type { TwinSetup } from '$lib/domain/source';
import { openGateway, type Gateway } from '../../../src/cli/gateway';
import type { WireFormat } from '../../../src/cli/wire';

const clock: Clock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  }
};
const setup: TwinSetup = { kind: 'twin', id: 'g', name: 'g', asset: 'P-101', pumps: 3, rateHz: 20, seed: 1, speed: 1 };

let gateway: Gateway | null = null;
let said: string[] = [];
let hear = () => {};
afterEach(async () => {
  await gateway?.close();
  gateway = null;
});

async function open(
  format: WireFormat,
  change: Partial<TwinSetup> = {},
  limits = { mostBytes: 1 << 20, mostQueued: 1 << 22 }
): Promise<Gateway> {
  said = [];
  const say = (line: string) => {
    said.push(line);
    hear();
  };
  const options = { port: 0, setup: { ...setup, ...change }, format, clock, limits, say };
  return (gateway = await openGateway(options));
}

/** A client that keeps what it gets, and waits until something came. */
async function connect(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const messages: string[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    messages.push(String(data));
    wake();
  });
  await once(socket, 'open');
  async function until<T>(find: (messages: string[]) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(messages);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return { socket, messages, until, ask: (command: unknown) => socket.send(JSON.stringify(command)) };
}

type Sent = {
  ts: number;
  asset: string;
  v: Record<string, number>;
  faults?: { kind: string }[];
  error?: { where: string };
};
const parsed = (messages: string[]) => messages.map((message) => JSON.parse(message) as Sent);

describe('gateway', () => {
  it('sends the readings of all its pumps to every client, as JSON', async () => {
    const { port } = await open('json');
    const clients = [await connect(port), await connect(port)];
    for (const { until } of clients) {
      const messages = await until((all) => (all.length >= 30 ? parsed(all) : undefined));
      expect(new Set(messages.map(({ asset }) => asset))).toEqual(new Set(['P-101-1', 'P-101-2', 'P-101-3']));
      const { ts, v } = messages[0]!;
      expect(Math.abs(ts - Date.now())).toBeLessThan(20_000);
      expect(Object.keys(v)).toHaveLength(10);
      expect(v['Flow_Rate_L_min']).toBeGreaterThan(500);
      const times = messages.filter(({ asset }) => asset === 'P-101-2').map((message) => message.ts);
      expect(times.slice(1).every((time, i) => time - times[i]! === 50)).toBe(true);
    }
    clients.forEach(({ socket }) => socket.close());
  });

  it.each([
    ['ndjson' as const, /^(\{"ts":\d+,"asset":"P-101","v":\{"Motor_RPM":.*\}\}\n)+$/],
    ['senml' as const, /^\[\{"bn":"P-101:","bt":[\d.]+\},\{"n":"Motor_RPM","u":"1\/min","v":\d+\},.*\]$/],
    ['influx' as const, /^(pump,asset=P-101 Motor_RPM=\d+,.* \d{19}\n)+$/]
  ])('speaks %s', async (format, shape) => {
    const { port } = await open(format, { pumps: 1 });
    const client = await connect(port);
    await client.until((all) => all[3]);
    for (const message of client.messages) expect(message).toMatch(shape);
    client.socket.close();
  });

  it('does what a client commands: injects, answers, clears', async () => {
    const { port, source } = await open('json');
    const client = await connect(port);
    client.ask({ fault: { asset: 'P-101-2', kind: 'dry-run', severity: 1 } });
    const answer = await client.until((all) => parsed(all).find(({ faults }) => faults));
    expect(answer).toMatchObject({ asset: 'P-101-2', faults: [{ kind: 'dry-run', severity: 1 }] });
    const injectedAt = client.messages.length;
    const isDry = ({ asset, v }: Sent) => asset === 'P-101-2' && v && v['Flow_Rate_L_min']! < 700;
    await client.until((all) => parsed(all.slice(injectedAt)).find(isDry));
    expect(parsed(client.messages).some(({ asset, v }) => asset === 'P-101-1' && v['Flow_Rate_L_min']! < 500)).toBe(
      false
    );
    client.ask({ clear: 'P-101-2' });
    await client.until((all) => parsed(all).find(({ faults }) => faults?.length === 0));
    expect(source.faults('P-101-2')).toEqual([]);
    client.socket.close();
  });

  it.each([
    ['not json', 'fault'],
    ['[]', 'fault'],
    ['{"fault":{"kind":"gremlins","asset":"P-101-1"}}', 'kind'],
    ['{"fault":{"kind":"gas","asset":"P-999"}}', 'asset'],
    ['{"fault":{"kind":"gas"}}', 'asset'],
    ['{"clear":"P-999"}', 'asset']
  ])('answers %s with what is wrong, and goes on', async (command, place) => {
    const { port } = await open('json');
    const client = await connect(port);
    client.socket.send(command);
    const { error } = await client.until((all) => parsed(all).find((message) => message.error));
    expect(error!.where).toContain(place);
    const count = client.messages.length;
    await client.until((all) => all[count + 3]);
    client.socket.close();
  });

  it('drops a client that sends too much, and keeps the others', async () => {
    const { port } = await open('json');
    const good = await connect(port);
    const bad = await connect(port);
    const closed = once(bad.socket, 'close');
    bad.socket.send('x'.repeat(100_000));
    const [code] = (await closed) as [number];
    expect(code).toBe(1009);
    const count = good.messages.length;
    await good.until((all) => all[count + 3]);
    good.socket.close();
  });

  it('drops the oldest for a client that does not read, says so, and keeps the others', async () => {
    // What the network itself buffers comes on top: megabytes, which a long name fills with few readings.
    const large = { asset: 'P'.repeat(20_000), pumps: 1, rateHz: 250 };
    const { port } = await open('json', large, { mostBytes: 20_000, mostQueued: 200_000 });
    const slow = await connect(port);
    slow.socket.pause();
    const good = await connect(port);
    await new Promise<void>((resolve) => {
      hear = () => said.some((line) => /messages dropped for slow clients/.test(line)) && resolve();
    });
    const goodRead = good.messages.length;
    slow.socket.resume();
    await good.until((all) => all[goodRead + 50]);
    // What the network held comes first; behind it something is missing, and nothing comes twice or out of order.
    const timesOf = (messages: string[]) => parsed(messages).map(({ ts }) => ts);
    const hasGap = (times: number[]) => times.slice(1).some((time, i) => time - times[i]! > 4);
    const times = await slow.until((all) => (hasGap(timesOf(all)) ? timesOf(all) : undefined));
    expect(times.slice(1).every((time, i) => time > times[i]!)).toBe(true);
    slow.socket.close();
    good.socket.close();
  });

  it('stops: says so to its clients and frees the port', async () => {
    const { port } = await open('json');
    const client = await connect(port);
    const closed = once(client.socket, 'close');
    await gateway!.close();
    const [code] = (await closed) as [number];
    expect(code).toBe(1001);
    const again = await openGateway({ port, setup, format: 'json', clock, say: () => {} });
    await again.close();
    expect(said.filter((line) => line.startsWith('client connected'))).toHaveLength(1);
  });

  it('rejects where the port is taken', async () => {
    const { port } = await open('json');
    await expect(openGateway({ port, setup, format: 'json', clock, say: () => {} })).rejects.toThrow(/EADDRINUSE/);
  });
});
