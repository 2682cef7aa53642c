/** Sparkplug B through a real mosquitto: a scripted edge node is born, sends, is asked for a rebirth, and dies by its will. */
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MqttSetup, ReadingSource } from '$lib/domain/source';
import { createMqttSource } from '$lib/ingest/mqtt/source';
import { decodePayload } from '$lib/ingest/sparkplug/payload';
import { brokerUser, startMosquitto } from '../support/mosquitto.mjs';
import type { Broker } from '../support/mosquitto.mjs';
import { createEdgeNode } from '../support/edge-node';
import type { EdgeNodeScript, Frame, MetricScript } from '../support/edge-node';
import { createNotes } from '../unit/ingest-live/listener';
import type { Notes } from '../unit/ingest-live/listener';

const clock = {
  now: () => Date.now(),
  after(milliseconds: number, act: () => void) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  }
};
const metrics: MetricScript[] = [
  { name: 'Flow', alias: 1n, value: 998.5 },
  { name: 'RPM', alias: 2n, datatype: 3, value: 1480 }
];
const within = { timeout: 10_000, interval: 10 };

describe('Sparkplug B through mosquitto', () => {
  let broker: Broker;
  let edge: MqttClient;
  let script: EdgeNodeScript;
  let notes: Notes;
  let source: ReadingSource;
  /** Commands that the edge node has got. */
  let commands: unknown[];
  const flows = () => notes.all.map((reading) => [reading.asset, reading.values[0]]);

  async function publish({ topic, bytes }: Frame): Promise<void> {
    await edge.publishAsync(topic, Buffer.from(bytes), { qos: 0 });
  }

  async function bear(): Promise<void> {
    await publish(script.birth());
    await publish(script.message('DBIRTH', 'P-101A', metrics, Date.now()));
  }

  async function connectEdge(): Promise<void> {
    const { topic, bytes } = script.death();
    const will = { topic, payload: Buffer.from(bytes), qos: 1 as const, retain: false };
    edge = await connectAsync(broker.plainUrl, { ...brokerUser, will, reconnectPeriod: 0 });
    edge.on('message', (_, payload) => {
      const command = decodePayload(payload)!.metrics[0]!;
      commands.push([command.name, command.value.value]);
      void bear();
    });
    await edge.subscribeAsync('spBv1.0/Plant/NCMD/Edge', { qos: 1 });
  }

  beforeEach(async () => {
    broker = await startMosquitto();
    script = createEdgeNode('Plant', 'Edge');
    notes = createNotes();
    commands = [];
    await connectEdge();
    const setup: MqttSetup = {
      kind: 'mqtt',
      id: '1',
      name: 'test',
      asset: 'own',
      url: broker.url,
      ...brokerUser,
      payload: 'sparkplug',
      topics: ['spBv1.0/Plant/#'],
      assetLevel: null
    };
    source = createMqttSource(setup, notes, { clock });
  });

  afterEach(async () => {
    await source.close();
    edge.end(true);
    await broker.stop();
  });

  async function open(): Promise<void> {
    source.open();
    await vi.waitFor(() => expect(notes.states.at(-1)?.phase).toBe('open'), within);
  }

  it('follows births, data and a device that dies', async () => {
    await open();
    await bear();
    await publish(script.message('DDATA', 'P-101A', [{ alias: 1n, value: 5 }], Date.now()));
    await publish(script.message('DDEATH', 'P-101A', [], Date.now()));
    await vi.waitFor(() => expect(notes.stales).toEqual(['P-101A']), within);
    expect(flows()).toEqual([
      ['P-101A', 998.5],
      ['P-101A', 5]
    ]);
    expect([notes.losses, commands]).toEqual([[], []]);
  });

  it('comes late, asks for a rebirth, and understands what follows', async () => {
    await bear();
    await open();
    await publish(script.message('DDATA', 'P-101A', [{ alias: 1n, value: 1 }], Date.now()));
    await vi.waitFor(() => expect(flows()).toEqual([['P-101A', 998.5]]), within);
    expect(commands).toEqual([['Node Control/Rebirth', true]]);
    await publish(script.message('DDATA', 'P-101A', [{ alias: 1n, value: 2 }], Date.now()));
    await vi.waitFor(() => expect(flows()).toHaveLength(2), within);
  });

  it('asks for a rebirth behind a gap', async () => {
    await open();
    await bear();
    script.message('DDATA', 'P-101A', []);
    await publish(script.message('DDATA', 'P-101A', [{ alias: 1n, value: 1 }], Date.now()));
    await vi.waitFor(() => expect(flows()).toHaveLength(2), within);
    expect(notes.losses).toMatchObject([{ kind: 'sequence-gap', count: 2 }]);
    expect(commands).toHaveLength(1);
  });

  it('learns by its will that a node is gone, and follows its next life', async () => {
    await open();
    await bear();
    await vi.waitFor(() => expect(flows()).toHaveLength(1), within);
    edge.stream.destroy();
    await vi.waitFor(() => expect(notes.stales).toEqual(['P-101A']), within);
    script.reconnect();
    await connectEdge();
    await bear();
    await vi.waitFor(() => expect(flows()).toHaveLength(2), within);
    expect(notes.losses).toEqual([]);
  });
});
