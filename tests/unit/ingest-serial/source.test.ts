import { describe, expect, it } from 'vitest';
import type { SerialSetup } from '$lib/domain/source';
import { createBrowserPorts } from '$lib/ingest/serial/port';
import { createSerialSource } from '$lib/ingest/serial/source';
import { createScriptedSerial, scriptedIds } from '../../support/scripted-serial';
import { createHandClock } from '../ingest-live/hand-clock';
import { createNotes } from '../ingest-live/listener';
import { settle, turn } from './turn';

const setup: SerialSetup = {
  kind: 'serial',
  id: '1',
  name: 'n',
  asset: 'own',
  line: { port: scriptedIds, baudRate: 115_200, dataBits: 8, stopBits: 1, parity: 'none' },
  format: 'auto'
};

/** A source on a scripted port, open from the start unless told otherwise. */
async function openBench(isPlugged = true, change: Partial<SerialSetup> = {}) {
  const clock = createHandClock();
  const notes = createNotes();
  const serial = createScriptedSerial();
  const ports = createBrowserPorts(serial.register);
  const source = createSerialSource({ ...setup, ...change }, notes, { clock, random: () => 0, ports });
  if (isPlugged) serial.plugIn();
  source.open();
  await turn(clock, 0);
  const phases = () => notes.states.map((state) => state.phase);
  const rows = () => notes.all.map((reading) => [reading.asset, ...reading.layout.names, ...reading.values]);
  return { clock, notes, serial, source, phases, rows };
}

describe('serial source', () => {
  it('opens the port with the settings of the line and a buffer that outlasts long tasks', async () => {
    const { serial, phases } = await openBench();
    expect(phases()).toEqual(['connecting', 'open']);
    expect(serial.openings).toEqual([
      { baudRate: 115_200, dataBits: 8, stopBits: 1, parity: 'none', bufferSize: 65_536, flowControl: 'none' }
    ]);
  });

  it('reads JSON lines and CSV behind a header, cut anywhere', async () => {
    const { serial, rows, notes } = await openBench();
    serial.send('480}}\r\n{"ts":1732180000,"asset":"P-1","v":{"Motor_RPM":1480}}\r\n', [1, 9, 30]);
    serial.send('Motor_RPM;Flow_Rate_L_min\n1481;998,5\n14', [3]);
    await settle();
    serial.send('82;999\n');
    await settle();
    expect(rows()).toEqual([
      ['P-1', 'Motor_RPM', 1480],
      ['own', 'Motor_RPM', 'Flow_Rate_L_min', 1481, 998.5],
      ['own', 'Motor_RPM', 'Flow_Rate_L_min', 1482, 999]
    ]);
    expect(notes.losses).toEqual([]);
  });

  it.each([
    ['FramingError', 'unreadable'],
    ['ParityError', 'unreadable'],
    ['BreakError', 'unreadable'],
    ['BufferOverrunError', 'dropped']
  ])('tells a %s as loss, leaves out the line it was in, and reads on', async (name, kind) => {
    const { serial, rows, notes, phases } = await openBench();
    serial.send('ts,Motor_RPM\n1732180000,1480\n1732180001,14');
    await settle();
    serial.breakLine(name);
    await settle();
    serial.send('1\n1732180002,1482\n');
    await settle();
    expect(rows().map((row) => row.at(-1))).toEqual([1480, 1482]);
    expect(notes.losses).toMatchObject([{ kind, count: 1, example: { found: name } }]);
    expect(phases()).toEqual(['connecting', 'open']);
  });

  it('waits while the port is gone, and is back as soon as it is plugged in', async () => {
    const { serial, rows, phases, notes, clock } = await openBench();
    serial.send('\n{"ts":1732180000,"v":{"a":1}}\n{"ts":1732180001,"v":{"a"');
    await settle();
    serial.unplug();
    await settle();
    expect(phases()).toEqual(['connecting', 'open', 'waiting']);
    expect(notes.states.at(-1)!.fault).toMatchObject({ where: 'serial port', found: expect.stringContaining('lost') });
    await turn(clock, 10_000);
    expect(phases().filter((phase) => phase === 'waiting').length).toBeGreaterThan(2);
    expect(notes.states.at(-1)!.fault!.found).toBe('no USB 0403:6001');
    serial.plugIn();
    await turn(clock, 0);
    expect(phases().at(-1)).toBe('open');
    serial.send(':2}}\n{"ts":1732180002,"v":{"a":3}}\n');
    await settle();
    expect(rows().map((row) => row.at(-1))).toEqual([1, 3]);
    expect(notes.losses).toEqual([]);
  });

  it('comes back by trying again where no event tells that the port is there', async () => {
    const { serial, phases, clock } = await openBench(false);
    serial.isTaken = true;
    serial.plugIn();
    await turn(clock, 0);
    expect(phases().at(-1)).toBe('waiting');
    serial.isTaken = false;
    await turn(clock, 120_000);
    expect(phases().at(-1)).toBe('open');
  });

  it('takes the header of a device that starts anew, also another one', async () => {
    const { serial, rows, clock } = await openBench();
    serial.send('Motor_RPM,Flow_Rate_L_min\n1480,998\n');
    await settle();
    serial.unplug();
    await settle();
    serial.plugIn();
    await turn(clock, 0);
    serial.send('Oil_Pressure_bar,Bearing_Temperature_C\n2.5,61\n');
    await settle();
    expect(rows().at(-1)).toEqual(['own', 'Oil_Pressure_bar', 'Bearing_Temperature_C', 2.5, 61]);
  });

  it('lets go of the port when it is closed, and when it is closed while opening', async () => {
    const { serial, source, phases } = await openBench();
    await source.close();
    expect(serial.isOpen).toBe(false);
    expect(phases().at(-1)).toBe('closed');
    const clock = createHandClock();
    const other = createSerialSource(setup, createNotes(), { clock, ports: createBrowserPorts(serial.register) });
    other.open();
    clock.advance(0);
    await other.close();
    expect(serial.isOpen).toBe(false);
  });

  it('closes in bounded time though the port never says that it is closed', async () => {
    const clock = createHandClock();
    const notes = createNotes();
    const ports = { open: () => new Promise<never>(() => {}), watch: () => () => {} };
    const source = createSerialSource(setup, notes, { clock, ports });
    source.open();
    await turn(clock, 0);
    let isClosed = false;
    void source.close().then(() => (isClosed = true));
    await turn(clock, 2999);
    expect(isClosed).toBe(false);
    await turn(clock, 1);
    await settle();
    expect(isClosed).toBe(true);
  });

  it('reads on through a hundred errors in a row, and tells each', async () => {
    const { serial, notes, phases } = await openBench();
    for (let i = 0; i < 100; i++) {
      serial.breakLine('FramingError');
      await settle();
    }
    expect(notes.losses).toHaveLength(100);
    expect(phases()).toEqual(['connecting', 'open']);
  });
});

describe('ports of the browser', () => {
  const open = (register: Parameters<typeof createBrowserPorts>[0], line = setup.line) =>
    createBrowserPorts(register).open(line);

  it('are refused where there is no Web Serial, or it is not allowed', async () => {
    expect(await open(undefined)).toMatchObject({ kind: 'refused', fault: { found: 'no Web Serial' } });
    const { register } = createScriptedSerial();
    const denied = { ...register, getPorts: () => Promise.reject(new DOMException('policy', 'SecurityError')) };
    expect(await open(denied)).toMatchObject({ kind: 'refused', fault: { found: 'SecurityError: policy' } });
  });

  it('ask for a choice where several would do', async () => {
    const both = [createScriptedSerial(), createScriptedSerial({})];
    for (const each of both) each.plugIn();
    const register = {
      ...both[0]!.register,
      getPorts: async () => (await Promise.all(both.map((each) => each.register.getPorts()))).flat()
    };
    expect(await open(register, { ...setup.line, port: null })).toMatchObject({
      kind: 'refused',
      fault: { found: '2 ports' }
    });
    expect((await open(register)).kind).toBe('open');
    expect(both.map((each) => each.isOpen)).toEqual([true, false]);
  });

  it('take the second of two equal adapters where the first is in use', async () => {
    const both = [createScriptedSerial(), createScriptedSerial()];
    for (const each of both) each.plugIn();
    const register = {
      ...both[0]!.register,
      getPorts: async () => (await Promise.all(both.map((each) => each.register.getPorts()))).flat()
    };
    expect((await open(register)).kind).toBe('open');
    expect((await open(register)).kind).toBe('open');
    expect(await open(register)).toMatchObject({ kind: 'absent' });
    expect(both.map((each) => each.isOpen)).toEqual([true, true]);
  });

  it('take the one of two equal adapters that was chosen, and no other in its place', async () => {
    const both = [createScriptedSerial(), createScriptedSerial()];
    for (const each of both) each.plugIn();
    const register = {
      ...both[0]!.register,
      getPorts: async () => (await Promise.all(both.map((each) => each.register.getPorts()))).flat()
    };
    const second = { ...setup.line, port: { ...scriptedIds, place: 1 } };
    expect((await open(register, second)).kind).toBe('open');
    expect(both.map((each) => each.isOpen)).toEqual([false, true]);
    expect(await open(register, second)).toMatchObject({
      kind: 'absent',
      fault: { found: expect.stringContaining('in use') }
    });
    both[1]!.unplug();
    expect(await open(register, second)).toMatchObject({
      kind: 'absent',
      fault: { found: expect.stringMatching(/^1 of USB .*not number 2$/) }
    });
    expect(both[0]!.isOpen).toBe(false);
  });

  it('are absent where another program has them', async () => {
    const serial = createScriptedSerial();
    serial.plugIn();
    serial.isTaken = true;
    expect(await open(serial.register)).toMatchObject({
      kind: 'absent',
      fault: { expected: 'a port that no other program uses' }
    });
  });
});
