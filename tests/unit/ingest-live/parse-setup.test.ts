import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { SourceSetup } from '$lib/domain/source';
import { openSource } from '$lib/ingest/open-source';
import { parseSetup } from '$lib/ingest/parse-setup';
import { createHandClock } from './hand-clock';
import { createNotes } from './listener';

const common = { id: '1', name: 'Gateway', asset: 'P-101A' };
const line = { port: null, baudRate: 9600, dataBits: 8, stopBits: 1, parity: 'even' } as const;
const setups: Record<SourceSetup['kind'], SourceSetup> = {
  websocket: { ...common, kind: 'websocket', url: 'wss://gateway.local:8443/live?pump=1', format: 'auto' },
  mqtt: {
    ...common,
    kind: 'mqtt',
    url: 'ws://192.168.0.9:9001/mqtt',
    username: '',
    password: '',
    payload: 'json',
    topics: ['site/+/telemetry', 'plant/#', '#'],
    assetLevel: 1
  },
  serial: { ...common, kind: 'serial', line, format: 'auto' },
  modbus: { ...common, kind: 'modbus', line, devices: [{ address: 1, map: 'banner', asset: 'P1' }] },
  twin: { ...common, kind: 'twin', pumps: 3, rateHz: 10, seed: 1, speed: 1 }
};

describe('the setup of a source', () => {
  it.each(Object.values(setups))('of kind $kind is accepted as it is', (setup) => {
    expect(parseSetup(setup)).toEqual({ ok: true, value: setup });
  });

  it.each<[keyof typeof setups, Record<string, unknown>, string, string]>([
    ['websocket', { url: 'https://gateway.local' }, 'url', 'ws://'],
    ['websocket', { url: 'gateway.local' }, 'url', 'ws://'],
    ['websocket', { url: 'ws://user:secret@gateway.local' }, 'url', 'without a user'],
    ['websocket', { url: 'ws://gateway.local/#a' }, 'url', '#'],
    ['websocket', { url: 'ws://gateway.local:99999' }, 'url', 'ws://'],
    ['websocket', { url: 7 }, 'url', 'string'],
    ['websocket', { format: 'xml' }, 'format', '"senml"'],
    ['websocket', { asset: ' ' }, 'asset', 'a name'],
    ['websocket', { name: 'x'.repeat(201) }, 'name', '200'],
    ['websocket', { extra: 1 }, 'extra', 'never'],
    ['mqtt', { url: 'mqtt://broker:1883' }, 'url', 'ws://'],
    ['mqtt', { topics: [] }, 'topics', 'at least one'],
    ['mqtt', { topics: ['a', 'b/#/c'] }, 'topics.1', '# at the end'],
    ['mqtt', { topics: ['a+'] }, 'topics.0', 'whole levels'],
    ['mqtt', { assetLevel: -1 }, 'assetLevel', 'from 0'],
    ['mqtt', { payload: 'xml' }, 'payload', '"sparkplug"'],
    ['serial', { line: { ...line, baudRate: 0 } }, 'line.baudRate', 'from 50'],
    ['serial', { line: { ...line, dataBits: 9 } }, 'line.dataBits', '8'],
    ['serial', { line: { ...line, port: { usbVendorId: 70000, usbProductId: 1 } } }, 'line.port.usbVendorId', '65535'],
    [
      'serial',
      { line: { ...line, port: { usbVendorId: 1, usbProductId: 1, place: -1 } } },
      'line.port.place',
      'from 0'
    ],
    ['modbus', { devices: [] }, 'devices', 'at least one'],
    ['modbus', { devices: [{ address: 1, map: '', asset: 'a' }] }, 'devices.0.map', 'a kind of device'],
    ['modbus', { devices: [{ address: 0, map: 'm', asset: 'a' }] }, 'devices.0.address', 'from 1 to 247'],
    ['twin', { pumps: 10_001 }, 'pumps', '10000'],
    ['twin', { rateHz: 0 }, 'rateHz', 'from 0.0001'],
    ['twin', { speed: NaN }, 'speed', 'number'],
    ['twin', { kind: 'opc' }, 'kind', '"websocket"']
  ])('of kind %s with %j is refused at its place', (kind, change, where, expected) => {
    const parsed = parseSetup({ ...setups[kind], ...change });
    expect(parsed).toMatchObject({ ok: false, fault: { where } });
    expect(!parsed.ok && parsed.fault.expected).toContain(expected);
  });

  it('does not repeat a password in a fault', () => {
    const parsed = parseSetup({ ...setups.mqtt, password: 'secret'.repeat(500) });
    expect(parsed).toMatchObject({ ok: false, fault: { where: 'password' } });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  it('may be anything without a crash', () => {
    fc.assert(fc.property(fc.anything(), (input) => !parseSetup(input).ok));
  });
});

describe('openSource', () => {
  it('opens a WebSocket on the socket given', async () => {
    const clock = createHandClock();
    const notes = createNotes();
    const opened: string[] = [];
    const openSocket = (url: string) => {
      opened.push(url);
      return {
        binaryType: '',
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
        send: () => {},
        close: () => {}
      };
    };
    const source = await openSource(setups.websocket, notes, { clock, openSocket });
    clock.advance(0);
    expect(source.ok).toBe(true);
    expect(opened).toEqual(['wss://gateway.local:8443/live?pump=1']);
    expect(notes.states.map((state) => state.phase)).toEqual(['connecting']);
  });

  it('opens a serial port, and Modbus with a shipped map, on the ports given', async () => {
    for (const setup of [
      setups.serial,
      { ...setups.modbus, devices: [{ address: 1, map: 'hitachi-sj200', asset: 'P1' }] }
    ]) {
      const clock = createHandClock();
      const notes = createNotes();
      const lines: unknown[] = [];
      const ports = {
        open: (opened: unknown) => {
          lines.push(opened);
          return new Promise<never>(() => {});
        },
        watch: () => () => {}
      };
      const source = await openSource(setup, notes, { clock, ports });
      clock.advance(0);
      expect(source.ok).toBe(true);
      await vi.waitFor(() => expect(lines).toEqual([line]));
      expect(notes.states.map((state) => state.phase)).toEqual(['connecting']);
    }
  });

  it('opens the twin that the host makes, and none without', async () => {
    const clock = createHandClock();
    const made: string[] = [];
    const createTwin = (setup: SourceSetup) => ({
      open: () => void made.push(setup.kind),
      retryNow: () => {},
      close: () => Promise.resolve()
    });
    expect((await openSource(setups.twin, createNotes(), { clock, createTwin })).ok).toBe(true);
    expect(made).toEqual(['twin']);
    expect(await openSource(setups.twin, createNotes(), { clock })).toMatchObject({
      ok: false,
      fault: { where: 'kind', found: 'twin' }
    });
  });

  it('opens nothing for a wrong setup, or where its part fails', async () => {
    const clock = createHandClock();
    expect(await openSource({ kind: 'websocket' }, createNotes(), { clock })).toMatchObject({ ok: false });
    const createTwin = () => Promise.reject(new Error('offline'));
    expect(await openSource(setups.twin, createNotes(), { clock, createTwin })).toMatchObject({
      ok: false,
      fault: { where: 'twin', found: 'Error: offline' }
    });
  });
});
