import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { Quality } from '$lib/domain/reading-block';
import { readMetric } from '$lib/ingest/sparkplug/metric';
import { decodePayload, encodePayload } from '$lib/ingest/sparkplug/payload';
import type { WireValue } from '$lib/ingest/sparkplug/payload';
import { createSparkplugReader } from '$lib/ingest/sparkplug/reader';
import { parseTopic } from '$lib/ingest/sparkplug/topic';
import { createEdgeNode } from '../../support/edge-node';
import type { Frame, MetricScript } from '../../support/edge-node';
import { createHandClock } from './hand-clock';
import { createNotes } from './listener';
import { fuzzCount, fuzzTimeoutMs, isSound, mutate } from './mutations';

const t = 1_764_000_000_000;
const { good, missing, unreadable, sourceBad, stale } = Quality;
const pumpBirth: MetricScript[] = [
  {
    name: 'Flow',
    alias: 1n,
    value: 998.5,
    properties: { keys: ['engUnit'], values: [{ value: { case: 'stringValue', value: 'L/min' } }] }
  },
  { name: 'Motor/RPM', alias: 2n, datatype: 3, value: 1480 },
  { name: 'Serial', alias: 3n, datatype: 12, value: 'A-17' }
];

function createBench() {
  const clock = createHandClock(t);
  const notes = createNotes();
  const asked: string[] = [];
  const reader = createSparkplugReader({ clock, listener: notes, publish: (topic) => asked.push(topic) });
  const read = (...frames: Frame[]) => frames.forEach(({ topic, bytes }) => reader.read(topic, bytes));
  const plain = () =>
    notes.all.map((reading) => ({
      asset: reading.asset,
      tMs: reading.tMs - t,
      values: Object.fromEntries(reading.layout.names.map((name, i) => [name, reading.values[i]])),
      quality: reading.quality && [...reading.quality],
      isHistorical: reading.isHistorical
    }));
  const node = createEdgeNode('G', 'E');
  const born = () => read(node.birth(), node.message('DBIRTH', 'P1', pumpBirth));
  return { clock, notes, asked, reader, read, plain, node, born };
}

describe('Sparkplug payload', () => {
  it('is written with the field numbers of the specification', () => {
    const bytes = encodePayload({
      timestamp: 5n,
      seq: 7n,
      metrics: [{ name: 'a', alias: 2n, datatype: 9, isNull: false, value: { case: 'floatValue', value: 1.5 } }]
    });
    // timestamp: field 1, varint; metrics: field 2, its 14 bytes (name 1, alias 2, datatype 4, is_null 7, float 12); seq: field 3.
    const expected = ['0805', '120e', '0a0161', '1002', '2009', '3800', '650000c03f', '1807'].join('');
    expect([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(expected);
    expect(decodePayload(bytes)).toMatchObject({ timestamp: 5n, seq: 7n, metrics: [{ name: 'a', alias: 2n }] });
    expect(decodePayload(bytes)!.metrics[0]).not.toHaveProperty('timestamp');
  });

  it.each<[string, number, WireValue, number]>([
    ['Int8 in its own bits', 1, { case: 'intValue', value: 0xff }, -1],
    ['Int8 with its sign carried on', 1, { case: 'intValue', value: 0xffffffff }, -1],
    ['Int8 out of range', 1, { case: 'intValue', value: 0x1ff }, NaN],
    ['Int16', 2, { case: 'intValue', value: 0x8000 }, -32768],
    ['Int32', 3, { case: 'intValue', value: 0xfffffffe }, -2],
    ['Int64', 4, { case: 'longValue', value: 2n ** 64n - 3n }, -3],
    ['UInt8', 5, { case: 'intValue', value: 255 }, 255],
    ['UInt8 out of range', 5, { case: 'intValue', value: 256 }, NaN],
    ['UInt32', 7, { case: 'intValue', value: 4294967295 }, 4294967295],
    ['UInt64 in the small field', 8, { case: 'intValue', value: 9 }, 9],
    ['Float', 9, { case: 'floatValue', value: 1.5 }, 1.5],
    ['Double too large for a Float32', 10, { case: 'doubleValue', value: 1e39 }, NaN],
    ['Boolean', 11, { case: 'booleanValue', value: true }, 1],
    ['a text for a Float', 9, { case: 'stringValue', value: '1' }, NaN],
    ['a truth for an Int32', 3, { case: 'booleanValue', value: true }, NaN],
    ['nothing', 9, { case: undefined }, NaN]
  ])('reads %s', (_, datatype, value, expected) => {
    expect(readMetric({ value }, datatype)).toBe(expected);
  });
});

describe('Sparkplug topics', () => {
  it('are those of edge nodes and devices alone', () => {
    expect(parseTopic('spBv1.0/G/DDATA/E/P1')).toEqual({ kind: 'DDATA', group: 'G', node: 'E', device: 'P1' });
    expect(parseTopic('spBv1.0/G/NBIRTH/E')).toEqual({ kind: 'NBIRTH', group: 'G', node: 'E', device: null });
    for (const topic of [
      'spBv1.0/STATE/host',
      'spBv1.0/G/NCMD/E',
      'spBv1.0/G/DDATA/E',
      'spBv1.0/G/NDATA/E/P1',
      'a/b',
      ''
    ]) {
      expect(parseTopic(topic)).toBeNull();
    }
  });
});

describe('Sparkplug reader', () => {
  it('knows names and units from the birth, and values by alias from then on', () => {
    const { notes, read, plain, node, born, asked } = createBench();
    born();
    read(node.message('DDATA', 'P1', [{ alias: 2n, value: 1500, datatype: 3 }], t + 1000));
    expect(plain()).toEqual([
      { asset: 'P1', tMs: 0, values: { Flow: 998.5, 'Motor/RPM': 1480 }, quality: null, isHistorical: false },
      { asset: 'P1', tMs: 1000, values: { Flow: 998.5, 'Motor/RPM': 1500 }, quality: null, isHistorical: false }
    ]);
    expect(notes.all[0]!.layout.units).toEqual(['L/min', '']);
    expect(notes.all[1]!.layout).toBe(notes.all[0]!.layout);
    expect([notes.losses, asked]).toEqual([[], []]);
  });

  it('takes the type from the birth where data does not repeat it', () => {
    const { read, plain, node, born } = createBench();
    born();
    const bytes = encodePayload({
      timestamp: BigInt(t),
      seq: 2n,
      metrics: [{ alias: 2n, value: { case: 'intValue', value: 2 ** 32 - 5 } }]
    });
    read({ topic: node.message('DDATA', 'P1', []).topic, bytes });
    expect(plain().at(-1)!.values['Motor/RPM']).toBe(-5);
  });

  it('tells the metrics of the node itself under its own name', () => {
    const { read, plain, node } = createBench();
    read(
      node.birth([
        { name: 'Ambient', value: 20 },
        { name: 'Node Control/Rebirth', datatype: 11, value: false }
      ]),
      node.message('NDATA', null, [{ name: 'Ambient', value: 21 }])
    );
    expect(plain().map(({ asset, values }) => [asset, values])).toEqual([
      ['E', { Ambient: 20 }],
      ['E', { Ambient: 21 }]
    ]);
  });

  it('makes a reading per time, in order, and keeps old and historical values to themselves', () => {
    const { read, plain, node, born } = createBench();
    born();
    read(
      node.message('DDATA', 'P1', [
        { alias: 1n, value: 3, timestamp: BigInt(t + 3000) },
        { alias: 2n, datatype: 3, value: 2, timestamp: BigInt(t + 2000) },
        { alias: 1n, value: 1, timestamp: BigInt(t - 9000), isHistorical: true },
        { alias: 1n, value: 0, timestamp: BigInt(t - 5000) }
      ])
    );
    expect(plain().slice(1)).toEqual([
      { asset: 'P1', tMs: -9000, values: { Flow: 1 }, quality: null, isHistorical: true },
      { asset: 'P1', tMs: -5000, values: { Flow: 0 }, quality: null, isHistorical: false },
      { asset: 'P1', tMs: 2000, values: { Flow: 998.5, 'Motor/RPM': 2 }, quality: null, isHistorical: false },
      { asset: 'P1', tMs: 3000, values: { Flow: 3, 'Motor/RPM': 2 }, quality: null, isHistorical: false }
    ]);
  });

  it('marks what is null, of another type, bad or stale at the source', () => {
    const { notes, read, plain, node, born } = createBench();
    born();
    const quality = (code: number) => ({
      keys: ['Quality'],
      values: [{ value: { case: 'intValue', value: code } as const }]
    });
    read(
      node.message('DDATA', 'P1', [{ alias: 1n, isNull: true }]),
      node.message('DDATA', 'P1', [{ alias: 1n, value: 'off' }]),
      node.message('DDATA', 'P1', [{ alias: 1n, value: 5, properties: quality(0) }]),
      node.message('DDATA', 'P1', [{ alias: 1n, value: 5, properties: quality(500) }]),
      node.message('DDATA', 'P1', [{ alias: 1n, value: 5, properties: quality(192) }])
    );
    expect(
      plain()
        .slice(1)
        .map((reading) => [reading.values.Flow, reading.quality])
    ).toEqual([
      [NaN, [missing, good]],
      [NaN, [unreadable, good]],
      [5, [sourceBad, good]],
      [5, [stale, good]],
      [5, null]
    ]);
    expect(notes.losses).toMatchObject([{ kind: 'unreadable', example: { where: 'G/E: Flow', found: 'off' } }]);
  });

  it('asks for a rebirth when it comes late, and no more than every ten seconds', () => {
    const { clock, notes, asked, read, node, born } = createBench();
    born();
    notes.all.length = 0;
    const late = createBench();
    late.read(node.message('DDATA', 'P1', [{ alias: 1n, value: 1 }]));
    expect(late.asked).toEqual([]);
    late.clock.advance(250);
    expect(late.asked).toEqual(['spBv1.0/G/NCMD/E']);
    late.read(node.message('DDATA', 'P1', [{ alias: 1n, value: 1 }]));
    late.clock.advance(5000);
    expect(late.asked).toHaveLength(1);
    late.read(node.message('DDATA', 'P1', [{ alias: 1n, value: 1 }]));
    late.clock.advance(5000);
    late.read(node.message('DDATA', 'P1', [{ alias: 1n, value: 1 }]));
    late.clock.advance(250);
    expect(late.asked).toHaveLength(2);
    expect(late.notes.all).toEqual([]);
    late.read(
      node.birth(),
      node.message('DBIRTH', 'P1', pumpBirth),
      node.message('DDATA', 'P1', [{ alias: 1n, value: 7 }])
    );
    expect(late.plain().map((reading) => reading.values.Flow)).toEqual([998.5, 7]);
    expect([clock.pending, asked.length, read.length]).toEqual([0, 0, 0]);
  });

  it('puts messages in order that overtook each other', () => {
    const { clock, notes, asked, read, plain, node } = createBench();
    const birth = node.birth();
    const device = node.message('DBIRTH', 'P1', pumpBirth);
    const data = [1, 2, 3].map((value) => node.message('DDATA', 'P1', [{ alias: 1n, value }], t + value));
    read(device, birth, data[1]!);
    clock.advance(200);
    read(data[0]!, data[2]!);
    clock.advance(10_000);
    expect(plain().map((reading) => reading.values.Flow)).toEqual([998.5, 1, 2, 3]);
    expect([notes.losses, asked, clock.pending]).toEqual([[], [], 0]);
  });

  it('trusts no alias behind a gap until the node is born again', () => {
    const { clock, notes, asked, read, plain, node, born } = createBench();
    born();
    node.message('DDATA', 'P1', []);
    node.message('DDATA', 'P1', []);
    read(node.message('DDATA', 'P1', [{ alias: 1n, value: 1 }]));
    clock.advance(249);
    expect(asked).toEqual([]);
    clock.advance(1);
    expect(asked).toEqual(['spBv1.0/G/NCMD/E']);
    expect(notes.losses).toMatchObject([{ kind: 'sequence-gap', count: 3, example: { where: 'G/E' } }]);
    born();
    read(node.message('DDATA', 'P1', [{ alias: 1n, value: 2 }]));
    expect(plain().map((reading) => reading.values.Flow)).toEqual([998.5, 998.5, 2]);
    expect(clock.pending).toBe(0);
  });

  it('counts 255 and 0 as neighbours', () => {
    const { clock, notes, read, plain, node, born } = createBench();
    born();
    for (let i = 0; i < 600; i++) read(node.message('DDATA', 'P1', [{ alias: 1n, value: i }]));
    clock.advance(1000);
    expect(plain()).toHaveLength(601);
    expect(notes.losses).toEqual([]);
  });

  it('makes values stale with the death of device and node, but not with an overtaken will', () => {
    const { clock, notes, read, node, born } = createBench();
    born();
    read(node.message('DDEATH', 'P1', []));
    expect(notes.stales).toEqual(['P1']);
    read(node.message('DBIRTH', 'P1', pumpBirth));
    const oldWill = node.death();
    node.reconnect();
    read(node.birth(), node.message('DBIRTH', 'P1', pumpBirth));
    expect(notes.stales).toEqual(['P1', 'P1']);
    read(oldWill);
    expect(notes.stales).toHaveLength(2);
    read(node.death());
    expect(notes.stales).toEqual(['P1', 'P1', 'P1']);
    read(node.message('DDATA', 'P1', [{ alias: 1n, value: 1 }]));
    clock.advance(250);
    expect(notes.all).toHaveLength(3);
  });

  it('forgets births with the connection, asks living nodes again, and still knows whom a death concerns', () => {
    const { notes, asked, reader, read, node, born } = createBench();
    born();
    reader.restart();
    expect(asked).toHaveLength(1);
    read(node.death());
    expect(notes.stales).toEqual(['P1']);
    reader.restart();
    expect(asked).toHaveLength(1);
  });

  it('asks for a birth where data names what was never born', () => {
    const { notes, asked, read, node, born } = createBench();
    born();
    read(node.message('DDATA', 'P1', [{ alias: 99n, value: 1 }]));
    expect(asked).toHaveLength(1);
    expect(notes.losses).toMatchObject([{ kind: 'sequence-gap', count: 1 }]);
    expect(notes.all).toHaveLength(1);
  });

  it('does not mix devices of one name on two nodes', () => {
    const { notes, read, plain, born } = createBench();
    born();
    const other = createEdgeNode('G', 'F');
    read(other.birth(), other.message('DBIRTH', 'P1', [{ name: 'Flow', alias: 1n, value: 5 }]));
    expect(plain()).toHaveLength(1);
    expect(notes.losses).toMatchObject([{ kind: 'unreadable', example: { where: 'G/F: asset', found: 'P1' } }]);
  });

  it('refuses times that cannot be, and stamps what has none', () => {
    const { notes, read, plain, node, born } = createBench();
    born();
    read(node.message('DDATA', 'P1', [{ alias: 1n, value: 1, timestamp: 12345n }]));
    expect(notes.losses).toMatchObject([{ example: { where: 'G/E: Flow, time', found: '12345' } }]);
    const metrics = [{ alias: 1n, value: { case: 'floatValue', value: 2 } as const }];
    read({ topic: 'spBv1.0/G/DDATA/E/P1', bytes: encodePayload({ seq: 3n, metrics }) });
    expect(plain().at(-1)).toMatchObject({
      tMs: 0,
      values: { Flow: 2 },
      quality: [Quality.arrivalTime, Quality.arrivalTime]
    });
  });

  it('never crashes over mutated messages, and what is read is sound', { timeout: fuzzTimeoutMs }, () => {
    const random = createRandom(8);
    let bench = createBench();
    let lost = 0;
    let read = 0;
    for (let round = 0; round < fuzzCount / 4; round++) {
      if (round % 50 === 0) {
        bench = createBench();
        bench.born();
        bench.notes.all.length = 0;
      }
      const frames = [
        bench.node.birth([{ name: 'Ambient', value: 20 }]),
        bench.node.message('DBIRTH', 'P1', pumpBirth),
        bench.node.message(
          'DDATA',
          'P1',
          [
            { alias: 1n, value: round },
            { alias: 2n, isNull: true }
          ],
          t + round
        ),
        bench.node.death()
      ];
      for (const { topic, bytes } of frames) {
        const isMutated = random.uniform() < 0.7;
        bench.reader.read(topic, isMutated ? mutate(bytes, new Uint8Array(), random) : bytes);
      }
      bench.clock.advance(300);
      read += bench.notes.all.length;
      const unsound = bench.notes.all.find((reading) => !isSound(reading, bench.clock.now()));
      if (unsound) expect.fail(`round ${round} gave ${JSON.stringify(unsound)}`);
      lost += bench.notes.losses.length;
      bench.notes.all.length = 0;
      bench.notes.losses.length = 0;
    }
    expect(lost).toBeGreaterThan(fuzzCount / 8);
    expect(read).toBeGreaterThan(fuzzCount / 8);
  });

  it('cut off anywhere, a message tells no value that was not sent', () => {
    const { node } = createBench();
    const frame = node.message('DBIRTH', 'P1', pumpBirth);
    for (let end = 0; end < frame.bytes.length; end++) {
      const bench = createBench();
      bench.read(bench.node.birth());
      bench.reader.read(frame.topic, frame.bytes.slice(0, end));
      bench.clock.advance(300);
      for (const { values } of bench.plain()) {
        expect([998.5, undefined]).toContain(values.Flow);
        expect([1480, undefined]).toContain(values['Motor/RPM']);
      }
    }
  });
});
