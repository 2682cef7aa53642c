/** The MQTT source against a real mosquitto, over WebSocket. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MqttSetup, ReadingSource } from '$lib/domain/source';
import { createMqttSource } from '$lib/ingest/mqtt/source';
import { brokerUser, findFreePorts, startMosquitto } from '../support/mosquitto.mjs';
import type { Broker } from '../support/mosquitto.mjs';
import { createNotes } from '../unit/ingest-live/listener';
import { describeReadingSource, timeOf } from './reading-source.contract';
import type { SourcePlace } from './reading-source.contract';

const setup: MqttSetup = {
  kind: 'mqtt',
  id: '1',
  name: 'test',
  asset: 'own',
  url: '',
  ...brokerUser,
  payload: 'json',
  topics: ['plant/#'],
  assetLevel: 1
};
const clock = {
  now: () => Date.now(),
  after(milliseconds: number, act: () => void) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  }
};

const ports = await findFreePorts();

function createPlace(): SourcePlace {
  let broker: Broker | null = null;
  let publisher: MqttClient | null = null;
  return {
    async start() {
      broker = await startMosquitto(ports);
      publisher = await connectAsync(broker.plainUrl, { ...brokerUser, reconnectPeriod: 0 });
    },
    async kill() {
      publisher?.end(true);
      await broker?.stop();
    },
    async send(n) {
      await publisher?.publishAsync('plant/P-101A/telemetry', JSON.stringify({ ts: timeOf(n), values: { n } }), {
        qos: 1
      });
    },
    createSource: (listener, clock) =>
      createMqttSource({ ...setup, url: `ws://127.0.0.1:${ports.port}` }, listener, { clock })
  };
}

describeReadingSource('MQTT over WebSocket', createPlace);

describe('MQTT source', () => {
  let broker: Broker;
  let publisher: MqttClient;
  let source: ReadingSource;
  const notes = createNotes();
  const phase = () => notes.states.at(-1)?.phase;

  beforeEach(async () => {
    broker = await startMosquitto();
    publisher = await connectAsync(broker.plainUrl, brokerUser);
    for (const list of [notes.all, notes.states, notes.losses]) list.length = 0;
  });

  afterEach(async () => {
    await source.close();
    publisher.end(true);
    await broker.stop();
  });

  function open(changes: Partial<MqttSetup>): void {
    source = createMqttSource({ ...setup, url: broker.url, ...changes }, notes, { clock });
    source.open();
  }

  it('is refused with a wrong password, and says where', async () => {
    open({ password: 'wrong' });
    await vi.waitFor(() => expect(phase()).toBe('refused'), 10_000);
    expect(notes.states.at(-1)!.fault).toMatchObject({ where: broker.url });
    expect(notes.states.map((state) => state.phase)).toEqual(['connecting', 'refused']);
  });

  it('takes the asset from the message, the topic or the setup, and numbers from topics', async () => {
    open({});
    await vi.waitFor(() => expect(phase()).toBe('open'), 10_000);
    await publisher.publishAsync('plant/P1/telemetry', '{"ts":1732180000,"asset":"named","v":{"a":1}}');
    await publisher.publishAsync('plant/P1/telemetry', '[{"ts":1732180000,"values":{"a":2}}]');
    await publisher.publishAsync('plant/P1/flow', ' 998.5 ');
    await publisher.publishAsync('plant', '{"v":{"a":3}}');
    await publisher.publishAsync('plant/P1/status', 'online');
    await vi.waitFor(() => expect(notes.losses).toHaveLength(2), 10_000);
    expect(notes.all.map((reading) => [reading.asset, reading.layout.names[0], reading.values[0]])).toEqual([
      ['named', 'a', 1],
      ['P1', 'a', 2],
      ['P1', 'flow', 998.5]
    ]);
    expect(notes.losses.map((loss) => loss.example.where)).toEqual(['plant', 'plant/P1/status: line']);
  });

  it('believes what the broker has kept only where it has a time', async () => {
    await publisher.publishAsync('plant/P1/a', '{"ts":1732180000,"v":{"a":1}}', { retain: true, qos: 1 });
    await publisher.publishAsync('plant/P1/b', '{"v":{"b":1}}', { retain: true, qos: 1 });
    open({});
    await vi.waitFor(() => expect([notes.all.length, notes.losses.length]).toEqual([1, 1]), 10_000);
    expect(notes.all[0]!.tMs).toBe(1732180000000);
    expect(notes.losses[0]!.example).toMatchObject({ where: 'plant/P1/b' });
  });

  it('gets what came while its line was cut for a moment', async () => {
    const line = await createLine(broker.port);
    open({ url: `ws://127.0.0.1:${line.port}` });
    await vi.waitFor(() => expect(phase()).toBe('open'), 10_000);
    line.cut();
    await vi.waitFor(() => expect(phase()).toBe('waiting'), 10_000);
    await publisher.publishAsync('plant/P1/a', '{"ts":1732180000,"v":{"a":1}}', { qos: 1 });
    expect(notes.all).toEqual([]);
    source.retryNow();
    await vi.waitFor(() => expect(notes.all).toHaveLength(1), 10_000);
    line.close();
  });
});

/** A line to a port that can be cut, while those at its ends live on. */
async function createLine(to: number) {
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near]
    ] as const) {
      ends.add(from);
      from.on('error', () => into.destroy()).on('close', () => into.destroy());
      from.pipe(into);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => ends.forEach((end) => end.destroy());
  const close = () => {
    cut();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, cut, close };
}
