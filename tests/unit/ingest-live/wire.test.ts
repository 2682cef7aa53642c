import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '$lib/domain/reading';
import { Quality } from '$lib/domain/reading-block';
import type { SourceLoss, WireFormat } from '$lib/domain/source';
import { createLayouts } from '$lib/ingest/wire/layouts';
import { createWireReader, longestMessage } from '$lib/ingest/wire/wire-reader';

const nowMs = 1_764_000_000_000;
const { good, missing, unreadable, arrivalTime } = Quality;

function createBench(format: WireFormat = 'auto') {
  const losses: SourceLoss[] = [];
  const reader = createWireReader(format, (loss) => losses.push(loss));
  const read = (text: string) => reader.read(text, nowMs, 'own').map(plain);
  return { reader, read, losses };
}

/** A reading with its values by name, as a person would write it down. */
function plain({ asset, tMs, layout, values, quality }: Reading) {
  return {
    asset,
    tMs,
    values: Object.fromEntries(layout.names.map((name, i) => [name, values[i]])),
    units: Object.fromEntries(layout.names.map((name, i) => [name, layout.units[i]])),
    quality: quality && [...quality]
  };
}

describe('JSON', () => {
  it('reads our own shape, and shares the layout', () => {
    const { reader, losses } = createBench();
    const frame = (ts: number) => `{"ts":${ts},"asset":"P-101A","v":{"Motor_RPM":1480,"Flow":998.5}}`;
    const [first] = reader.read(frame(1732180000000), nowMs, 'own');
    const [second] = reader.read(frame(1732180000100), nowMs, 'own');
    expect(plain(first!)).toMatchObject({
      asset: 'P-101A',
      tMs: 1732180000000,
      values: { Motor_RPM: 1480, Flow: 998.5 },
      quality: null
    });
    expect(second!.layout).toBe(first!.layout);
    expect(losses).toEqual([]);
  });

  it.each([
    ['seconds', '1732180000', 1732180000000],
    ['seconds with a fraction', '1732180000.123', 1732180000123],
    ['milliseconds', '1732180000123', 1732180000123],
    ['microseconds', '1732180000123000', 1732180000123],
    ['nanoseconds', '1732180000123000000', 1732180000123],
    ['ISO 8601 in UTC', '"2024-11-21T09:06:40.123Z"', 1732180000123],
    ['ISO 8601 with an offset', '"2024-11-21T10:06:40+01:00"', 1732180000000],
    ['digits as text', '"1732180000123"', 1732180000123]
  ])('understands %s', (_, ts, tMs) => {
    expect(createBench().read(`{"ts":${ts},"v":{"a":1}}`)).toMatchObject([{ tMs, quality: null }]);
  });

  it.each([
    ['the uptime of a small device', '123456'],
    ['local time', '"2024-11-21T09:06:40"'],
    ['a date', '"2024-11-21"'],
    ['a day that does not exist', '"2024-02-30T09:06:40Z"'],
    ['a word', '"now"'],
    ['a truth', 'true'],
    ['a year too far', '4102444800000']
  ])('refuses %s as a time, with place, value and expectation', (_, ts) => {
    const { read, losses } = createBench();
    expect(read(`{"ts":${ts},"v":{"a":1}}`)).toEqual([]);
    expect(losses).toMatchObject([
      { kind: 'unreadable', count: 1, example: { where: 'message, time', found: ts.replaceAll('"', '') } }
    ]);
    expect(losses[0]!.example.expected).toContain('since 1970');
  });

  it('stamps what has no time on arrival and says so, but not over a bad value', () => {
    expect(createBench().read('{"asset":7,"v":{"a":1,"b":null}}')).toMatchObject([
      { asset: '7', tMs: nowMs, quality: [arrivalTime, missing] }
    ]);
  });

  it('never makes a number of what is none', () => {
    const { read, losses } = createBench();
    const text =
      '{"ts":1732180000,"v":{"ok":"12.5","no":null,"nan":"NaN","bad":"I/O Timeout","text":"1,5","part":{"x":1},"huge":1e39,"yes":true}}';
    const [reading] = read(text);
    expect(reading!.quality).toEqual([good, missing, missing, missing, unreadable, unreadable, unreadable, good]);
    expect(reading!.values).toEqual({ ok: 12.5, no: NaN, nan: NaN, bad: NaN, text: NaN, part: NaN, huge: NaN, yes: 1 });
    expect(losses).toMatchObject([
      { count: 3, example: { where: 'message, huge', found: '1e+39', expected: 'a number or null' } }
    ]);
  });

  it('reads arrays, the shape of ThingsBoard, flat objects with a time, and units', () => {
    const { read, losses } = createBench();
    expect(read('[{"ts":1732180000,"values":{"a":1}},{"ts":1732180001,"asset":"B","values":{"a":2}}]')).toMatchObject([
      { asset: 'own', tMs: 1732180000000, values: { a: 1 } },
      { asset: 'B', tMs: 1732180001000, values: { a: 2 } }
    ]);
    expect(read('{"time":1732180000,"asset":"B","name":"Paul","flow":3,"rpm":null}')).toMatchObject([
      { asset: 'B', values: { flow: 3, rpm: NaN } }
    ]);
    expect(read('{"ts":1732180000,"v":{"a":1,"b":2},"units":{"a":"bar"}}')).toMatchObject([
      { units: { a: 'bar', b: '' } }
    ]);
    expect(losses).toEqual([]);
  });

  it('takes no greeting, no answer and no bare number for a reading', () => {
    const { read, losses } = createBench('json');
    for (const text of ['{"hello":1}', '{"v":5,"ts":1732180000}', '[]', '[7]', '"x"', '12', 'null', '{}']) read(text);
    expect(read('{"ts":1732180000,"v":{}}')).toEqual([]);
    expect(losses.length).toBe(8);
  });

  it('refuses names that cannot name anything', () => {
    const { read, losses } = createBench();
    expect(read('{"v":{"":1}}{"v":{" ":1}}')).toEqual([]);
    expect(read(`{"v":{"${'x'.repeat(300)}":1}}`)).toEqual([]);
    expect(read('{"asset":"","v":{"a":1}}')).toEqual([]);
    expect(read('{"asset":{},"v":{"a":1}}')).toEqual([]);
    expect(read('{"v":{"a\\u0000b":1}}')).toEqual([]);
    expect(losses).toHaveLength(5);
  });

  it('reads lines with CRLF, blanks and a garbled one between them', () => {
    const { read, losses } = createBench();
    const lines = '{"ts":1732180000,"v":{"a":1}}\r\n\r\n{"ts":17321�"v":{}\r\n{"ts":1732180001,"v":{"a":2}}\r\n';
    expect(read(lines).map((reading) => reading.values.a)).toEqual([1, 2]);
    expect(losses).toMatchObject([{ count: 1, example: { where: 'line' } }]);
  });

  it('reads JSON lines cut anywhere', () => {
    const value = fc.oneof(fc.integer(), fc.constant(null), fc.boolean());
    const name = fc
      .string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'ab{}[]":,\\ü5_') })
      .filter((n) => n.trim() !== '');
    const item = fc.record({
      ts: fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
      asset: fc.constantFrom('A', 'B{', '"C'),
      v: fc.dictionary(name, value, { minKeys: 1, maxKeys: 5 })
    });
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (items, sizes) => {
          const text = items.map((one) => `${JSON.stringify(one)}\n`).join('');
          const whole = createBench();
          const cut = createBench();
          const expected = whole.read(text);
          expect(expected).toHaveLength(items.length);
          const found = [];
          for (let at = 0; at < text.length;) {
            const end = at + sizes.next().value;
            found.push(...cut.read(text.slice(at, end)));
            at = end;
          }
          expect(found).toEqual(expected);
          expect(cut.losses).toEqual(whole.losses);
        }
      )
    );
  });

  it('gives up a beginning whose end never comes, and forgets it with the connection', () => {
    const { reader, read, losses } = createBench();
    expect(read('{"ts":1732180000,"v":{"a":')).toEqual([]);
    expect(read('{"ts":1732180001,"v":{"a":2}}')).toMatchObject([{ tMs: 1732180001000, values: { a: 2 } }]);
    expect(losses).toMatchObject([{ count: 1, example: { expected: 'the rest of the message' } }]);
    read('{"ts":1732180000,"v":{"a":');
    reader.restart();
    expect(read('1}}\n{"ts":1732180002,"v":{"a":3}}')).toMatchObject([{ values: { a: 3 } }]);
  });

  it('bounds a message and a beginning', () => {
    const { read, losses } = createBench();
    expect(read(`{"v":{"a":${'1'.repeat(longestMessage)}}}`)).toEqual([]);
    const half = '{"a":"'.padEnd(longestMessage - 10, 'x');
    read(half);
    read('y'.repeat(100));
    expect(read('{"ts":1732180000,"v":{"a":1}}')).toHaveLength(1);
    expect(losses.map((loss) => loss.example.where)).toEqual(['message', 'message']);
  });
});

describe('SenML', () => {
  it('reads the pack of two quantities of a pump', () => {
    const pack =
      '[{"bn":"urn:dev:P-101A:","bt":1732180000,"n":"brgT","u":"Cel","v":61.2},{"n":"q","u":"m3/s","v":0.0166}]';
    for (const format of ['auto', 'senml'] as const) {
      expect(createBench(format).read(pack)).toEqual([
        {
          asset: 'urn:dev:P-101A',
          tMs: 1732180000000,
          values: { brgT: Math.fround(61.2), q: Math.fround(0.0166) },
          units: { brgT: 'Cel', q: 'm3/s' },
          quality: null
        }
      ]);
    }
  });

  it('carries base fields on, adds base values, and counts small times from now', () => {
    const pack =
      '[{"bn":"a/","bu":"A","bv":10},{"n":"x","v":1,"t":-2},{"n":"y","v":2,"u":"V","t":-2},{"n":"x","vb":true},{"bn":"b/","n":"x","v":-1}]';
    expect(createBench().read(pack)).toEqual([
      { asset: 'a', tMs: nowMs - 2000, values: { x: 11, y: 12 }, units: { x: 'A', y: 'V' }, quality: null },
      { asset: 'a', tMs: nowMs, values: { x: 1 }, units: { x: 'A' }, quality: [arrivalTime] },
      { asset: 'b', tMs: nowMs, values: { x: 9 }, units: { x: 'A' }, quality: [arrivalTime] }
    ]);
  });

  it('says the same whether names are put together or not', () => {
    const long = createBench().read('[{"n":"urn:dev:x:p/flow","t":1732180000,"v":1}]');
    const short = createBench().read('[{"bn":"urn:dev:x:","bt":1732180000,"n":"p/flow","v":1}]');
    expect(long).toMatchObject([{ asset: 'urn:dev:x:p', values: { flow: 1 } }]);
    expect(short).toEqual(long);
  });

  it.each([
    ['a field that must be understood', '[{"n":"a","v":1,"x_":1}]', 0],
    ['a later version', '[{"bver":11,"n":"a","v":1}]', 0],
    ['a name that is none', '[{"n":"a","v":1},{"n":5,"v":1}]', 1],
    ['a time that is none', '[{"n":"a","v":1},{"n":"b","t":"1","v":1}]', 1],
    ['a time before 2000', '[{"n":"a","v":1},{"n":"b","t":300000000,"v":1}]', 1],
    ['a record without a value', '[{"n":"a","v":1},{"n":"b","s":1}]', 1],
    ['two values for one name and time', '[{"n":"a","v":1},{"n":"a","v":2}]', 1]
  ])('tells %s', (_, pack, readings) => {
    const { read, losses } = createBench();
    expect(read(pack)).toHaveLength(readings);
    expect(losses).toMatchObject([{ kind: 'unreadable', count: 1 }]);
  });
});

describe('line protocol', () => {
  it('reads tags, types and the time', () => {
    const line =
      'pump,asset=P-101A,site=N flow=998.25,rpm=2949i,n=3u,on=t,off=False,note="a b,c=\\"d\\"" 1732180000000000000';
    const { read, losses } = createBench();
    expect(read(line)).toMatchObject([
      {
        asset: 'P-101A',
        tMs: 1732180000000,
        values: { flow: 998.25, rpm: 2949, n: 3, on: 1, off: 0, note: NaN },
        quality: [good, good, good, good, good, unreadable]
      }
    ]);
    expect(losses).toMatchObject([{ count: 1, example: { found: 'a b,c="d"' } }]);
  });

  it('undoes escapes, names a lone value by its measurement, and skips comments', () => {
    const lines = 'flow\\ rate,asset=P\\ 1\\,\\=a value=1.5e1 1732180000123\n# note\nm a\\=b\\ c=-.5\n';
    expect(createBench('influx').read(lines)).toMatchObject([
      { asset: 'P 1,=a', tMs: 1732180000123, values: { 'flow rate': 15 }, quality: null },
      { asset: 'own', tMs: nowMs, values: { 'a=b c': -0.5 }, quality: [arrivalTime] }
    ]);
  });

  it.each([
    'm',
    'm ',
    'm a',
    'm a=',
    'm a=1x',
    'm a=1,',
    'm a=1,b',
    'm,t a=1',
    'm,t= a=1',
    'm,t=1,t=2 a=1',
    'm a="x',
    'm a=1 now',
    'm a=1 -5',
    'm a=1 5',
    'm a=1,a=2',
    'm value=1,m=2',
    ' a=1',
    ',t=1 a=1',
    'm a=0x1F',
    'm a=1.5i',
    'm a=Infinity',
    'm a="x"y'
  ])('refuses %j', (line) => {
    const { reader, losses } = createBench('influx');
    expect(reader.readLine(line, nowMs, 'own')).toEqual([]);
    expect(losses).toHaveLength(1);
  });
});

describe('CSV lines', () => {
  it('reads rows behind a header, with time, asset and units', () => {
    const { read, losses } = createBench();
    const text = 'Timestamp,Asset,Flow (L/min),"Motor, RPM"\n2024-11-21T09:06:40Z,P1,998.5,1480\n1732180001,P2,,NaN\n';
    expect(read(text)).toMatchObject([
      { asset: 'P1', tMs: 1732180000000, values: { 'Flow (L/min)': 998.5, 'Motor, RPM': 1480 }, quality: null },
      { asset: 'P2', tMs: 1732180001000, quality: [missing, missing] }
    ]);
    expect(losses).toEqual([]);
  });

  it('reads a decimal comma between semicolons, unless points are about', () => {
    const { read, losses } = createBench('csv');
    expect(read('a;b\n1,5;2\n1,500;2.5\n')).toMatchObject([
      { tMs: nowMs, values: { a: 1.5, b: 2 } },
      { values: { a: NaN, b: 2.5 }, quality: [unreadable, arrivalTime] }
    ]);
    expect(losses).toMatchObject([{ example: { found: '1,500' } }]);
  });

  it('takes a header again after a restart, and no row for one', () => {
    const { read } = createBench('csv');
    const values = (text: string) => read(text).map((reading) => reading.values);
    expect(values('Booting,ready\na,b\n1,2\na,b\n3,4\nBad,Off\n')).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
      { a: NaN, b: NaN }
    ]);
    expect(values('ts,b,c\n1732180000,5,6\n')).toEqual([{ b: 5, c: 6 }]);
  });

  it('refuses rows without a header, and rows of another width', () => {
    const { read, losses } = createBench('csv');
    expect(read('1,2\na,b\n1,2,3\n1\n')).toEqual([]);
    expect(losses).toMatchObject([{ count: 3 }]);
  });
});

describe('auto', () => {
  it('tells messages of every format apart, one by one', () => {
    const { read, losses } = createBench();
    const assets = [
      '{"ts":1732180000,"asset":"json","v":{"a":1}}',
      'm,asset=influx a=1 1732180000000000000',
      '[{"bn":"senml:","bt":1732180000,"n":"a","v":1}]',
      'ts,asset,a',
      '1732180000,csv,1',
      '[{"ts":1732180000,"asset":"array","values":{"a":1}}]'
    ].flatMap((text) => read(text));
    expect(assets.map((reading) => reading.asset)).toEqual(['json', 'influx', 'senml', 'csv', 'array']);
    expect(new Set(assets.map((reading) => reading.tMs))).toEqual(new Set([1732180000000]));
    expect(losses).toEqual([]);
    expect(read('hello')).toEqual([]);
    expect(losses).toHaveLength(1);
  });
});

describe('layouts', () => {
  it('are shared while they are known, and bounded', () => {
    const layouts = createLayouts(2);
    const first = layouts.intern(['a'], null);
    expect(first).toEqual({ names: ['a'], units: [''] });
    expect(layouts.intern(['a'], null)).toBe(first);
    expect(layouts.intern(['a'], ['bar'])).not.toBe(first);
    layouts.intern(['b'], null);
    expect(layouts.intern(['a'], null)).not.toBe(first);
  });
});
