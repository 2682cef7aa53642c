import { describe, expect, it } from 'vitest';
import { Quality } from '$lib/domain/reading-block';
import type { ModbusSetup, RegisterMap } from '$lib/domain/source';
import { waitAfterSilence } from '$lib/ingest/modbus/poller';
import { parseRegisterMap } from '$lib/ingest/modbus/register-map';
import { createModbusSource } from '$lib/ingest/modbus/source';
import { createBrowserPorts } from '$lib/ingest/serial/port';
import { createModbusLine } from '../../support/modbus-line';
import type { ModbusDevice, ModbusLine } from '../../support/modbus-line';
import { createScriptedSerial, scriptedIds } from '../../support/scripted-serial';
import { createHandClock } from '../ingest-live/hand-clock';
import { createNotes } from '../ingest-live/listener';
import { settle, turn } from './turn';

function mapOf(id: string, registers: object[]): RegisterMap {
  const map = parseRegisterMap(JSON.stringify({ id, name: id, source: 'test', registers }));
  if (!map.ok) throw new Error(map.fault.where);
  return map.value;
}

const drive = mapOf('drive', [
  { fc: 3, address: 0, type: 'uint16', column: 'Motor_RPM', unit: '1/min' },
  { fc: 3, address: 2, type: 'int32', scale: 0.01, column: 'Motor_Current_A', unit: 'A' }
]);
const sensor = mapOf('sensor', [
  { fc: 4, address: 10, type: 'float32', order: 'CDAB', column: 'Vibration_mm_s', unit: 'mm/s', pollMs: 500 },
  { fc: 4, address: 20, type: 'int16', scale: 0.1, column: 'Bearing_Temperature_C', unit: '°C', pollMs: 5000 }
]);
const setup: ModbusSetup = {
  kind: 'modbus',
  id: '1',
  name: 'n',
  asset: 'own',
  line: { port: scriptedIds, baudRate: 19_200, dataBits: 8, stopBits: 1, parity: 'even' },
  devices: [
    { address: 1, map: 'drive', asset: 'P-1' },
    { address: 2, map: 'sensor', asset: 'P-1' },
    { address: 3, map: 'drive', asset: 'P-2' }
  ]
};

// 2.5 as a float is 4020 0000; with swapped words the low one goes first.
const sensorRegisters = () =>
  [
    [10, 0],
    [11, 0x4020],
    [20, 613]
  ] as [number, number][];
const driveRegisters = (rpm: number) =>
  [
    [0, rpm],
    [1, 0],
    [2, 0],
    [3, 1234]
  ] as [number, number][];
const device = (registers: [number, number][], change: Partial<ModbusDevice> = {}): ModbusDevice => ({
  registers: new Map(registers),
  delayMs: 15,
  ...change
});

/** A source on a line with all three devices; `prepare` changes them before they are first asked. */
async function openBench(
  change: Partial<ModbusSetup> = {},
  prepare: (line: ModbusLine) => void = () => {},
  maps: RegisterMap[] = [drive, sensor]
) {
  const clock = createHandClock();
  const notes = createNotes();
  const serial = createScriptedSerial();
  const line = createModbusLine((bytes) => serial.send(bytes), clock);
  serial.onWrite = line.hear;
  line.devices.set(1, device(driveRegisters(1480)));
  line.devices.set(2, device(sensorRegisters()));
  line.devices.set(3, device(driveRegisters(2950)));
  prepare(line);
  serial.plugIn();
  const source = createModbusSource({ ...setup, ...change }, notes, {
    clock,
    random: () => 0,
    ports: createBrowserPorts(serial.register),
    findMap: (id) => maps.find((map) => map.id === id)
  });
  source.open();
  await turn(clock, 0);
  /** Everything read since it was last asked, as `asset column=value …`. */
  function taken(): string[] {
    return notes.all
      .splice(0)
      .map(({ asset, layout, values }) =>
        [asset, ...layout.names.map((name, i) => `${name}=${+values[i]!.toFixed(3)}`)].join(' ')
      );
  }
  return { clock, notes, serial, line, source, taken, phases: () => notes.states.map((state) => state.phase) };
}

const driveReading = (asset: string, rpm: number) => `${asset} Motor_RPM=${rpm} Motor_Current_A=12.34`;

describe('Modbus source', () => {
  it('gives a reading for each device and round, at the pace of its map, stamped when its answer came', async () => {
    const { clock, taken, notes, phases } = await openBench();
    const openedMs = clock.now();
    await turn(clock, 150);
    expect(notes.all[0]).toMatchObject({ quality: null, isHistorical: false });
    expect(notes.all[0]!.tMs - openedMs).toBe(15);
    expect(notes.all[0]!.layout.units).toEqual(['1/min', 'A']);
    expect(taken()).toEqual([
      driveReading('P-1', 1480),
      'P-1 Vibration_mm_s=2.5',
      'P-1 Bearing_Temperature_C=61.3',
      driveReading('P-2', 2950)
    ]);
    await turn(clock, 9850);
    const all = taken();
    const count = (part: string) => all.filter((reading) => reading.includes(part)).length;
    expect([count('P-2'), count('Vibration'), count('Bearing')]).toEqual([9, 19, 1]);
    expect(notes.losses).toEqual([]);
    expect(phases()).toEqual(['connecting', 'open']);
  });

  it('goes on with the others where a device is silent, says so, and takes it back', async () => {
    const { clock, taken, notes, line } = await openBench();
    await turn(clock, 500);
    line.devices.get(3)!.isSilent = true;
    await turn(clock, 30_000);
    expect(notes.losses.every(({ kind, example }) => kind === 'timeout' && example.where.startsWith('device 3'))).toBe(
      true
    );
    // 1, 2, 4, 8, 16 s apart.
    expect(notes.losses).toHaveLength(5);
    expect(notes.stales).toEqual(['P-2']);
    expect(taken().filter((reading) => reading.startsWith('P-1 Motor')).length).toBeGreaterThan(25);
    line.devices.get(3)!.isSilent = false;
    await turn(clock, 40_000);
    expect(taken().filter((reading) => reading.startsWith('P-2')).length).toBeGreaterThan(20);
    expect(notes.stales).toEqual(['P-2']);
    expect(waitAfterSilence(20, 1000)).toBe(60_000);
    expect(waitAfterSilence(1, 90_000)).toBe(90_000);
  });

  it('makes an asset stale only when all its devices are silent', async () => {
    const { clock, notes, line } = await openBench();
    line.devices.get(1)!.isSilent = true;
    await turn(clock, 5000);
    expect(notes.stales).toEqual([]);
    line.devices.get(2)!.isSilent = true;
    await turn(clock, 5000);
    expect(notes.stales).toEqual(['P-1']);
  });

  it('tells an exception with its meaning, and what else it knows of the device', async () => {
    const { clock, notes, line } = await openBench();
    line.devices.get(2)!.registers.delete(20);
    await turn(clock, 600);
    expect(notes.losses).toMatchObject([
      {
        kind: 'unreadable',
        example: {
          where: 'device 2, registers 20 to 20 (Bearing_Temperature_C)',
          found: 'exception 2 (illegal data address)'
        }
      }
    ]);
    expect(notes.all.some(({ layout }) => layout.names.includes('Vibration_mm_s'))).toBe(true);
    expect(notes.stales).toEqual([]);
  });

  it('asks in smaller requests where a device refuses the holes or the length, and remembers it', async () => {
    const picky = device(
      driveRegisters(1480).filter(([address]) => address !== 1),
      { most: 2 }
    );
    const { clock, taken, notes, line } = await openBench({ devices: [setup.devices[0]!] }, ({ devices }) =>
      devices.set(1, picky)
    );
    await turn(clock, 300);
    expect(taken()).toEqual([driveReading('P-1', 1480)]);
    const asked = line.requests.length;
    expect(asked).toBe(3);
    await turn(clock, 1000);
    expect(line.requests.length).toBe(asked + 2);
    expect(notes.losses).toEqual([]);
  });

  it('marks what is missing in a reading, and what the device says is no number', async () => {
    const { clock, notes } = await openBench({ devices: setup.devices.slice(0, 2) }, ({ devices }) => {
      devices.get(1)!.registers.delete(3);
      devices.get(2)!.registers.set(11, 0x7fc0);
    });
    await turn(clock, 400);
    const [first, second] = notes.all;
    expect([...first!.values]).toEqual([1480, NaN]);
    expect([...first!.quality!]).toEqual([Quality.good, Quality.missing]);
    expect([...second!.quality!]).toEqual([Quality.sourceBad]);
    expect(second!.values[0]).toBeNaN();
  });

  it('reads through echo, pieces and disturbed bytes, and counts what the line lost', async () => {
    const { clock, taken, notes, line, serial } = await openBench({ devices: [setup.devices[0]!] });
    line.hasEcho = true;
    let heard = 0;
    line.devices.get(1)!.garble = (frame) => (heard++ % 3 === 1 ? Uint8Array.from([0, ...frame, 9]) : frame);
    serial.onWrite = (bytes) => {
      line.hear(bytes);
      if (heard === 4) serial.breakLine('ParityError');
    };
    await turn(clock, 10_000);
    expect(taken()).toEqual(Array(10).fill(driveReading('P-1', 1480)));
    expect(notes.losses.every(({ example }) => example.found === 'ParityError')).toBe(true);
    expect(notes.losses.length).toBeGreaterThan(0);
  });

  it('waits when it is unplugged, asks nobody meanwhile, and goes on when it is back', async () => {
    const { clock, taken, phases, serial, line } = await openBench();
    await turn(clock, 100);
    serial.unplug();
    await turn(clock, 5000);
    expect(phases().slice(0, 3)).toEqual(['connecting', 'open', 'waiting']);
    const asked = line.requests.length;
    taken();
    await turn(clock, 5000);
    expect(line.requests).toHaveLength(asked);
    serial.plugIn();
    await turn(clock, 200);
    expect(phases().at(-1)).toBe('open');
    expect(taken()).toHaveLength(4);
  });

  it('is refused while a map is missing, and opens once it is there', async () => {
    const maps = [drive];
    const { clock, source, notes, phases } = await openBench({}, undefined, maps);
    expect(phases()).toEqual(['connecting', 'refused']);
    expect(notes.states.at(-1)!.fault).toMatchObject({ code: 'not-found', where: 'device 2', found: 'sensor' });
    maps.push(sensor);
    source.retryNow();
    await turn(clock, 0);
    expect(phases().at(-1)).toBe('open');
  });

  it('leaves neither timers nor an open port behind', async () => {
    const { clock, source, serial, line, notes } = await openBench();
    await turn(clock, 5);
    await source.close();
    // The device answers all the same.
    await turn(clock, 15);
    expect([clock.pending, serial.isOpen]).toEqual([0, false]);
    const [asked, told] = [line.requests.length, notes.calls];
    await turn(clock, 60_000);
    await settle();
    expect([line.requests.length, notes.calls]).toEqual([asked, told]);
  });

  it('sends nothing but requests to read', async () => {
    const { clock, line } = await openBench();
    line.devices.get(3)!.exception = 1;
    line.devices.get(1)!.isSilent = true;
    await turn(clock, 20_000);
    expect(new Set(line.requests.map((request) => request.slice(2, 4)))).toEqual(new Set(['03', '04']));
  });
});
