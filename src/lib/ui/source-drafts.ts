/** What the form of a source begins with, for each kind. It must not know what is valid: the thread that opens a source says so. */
import type {
  ModbusSetup,
  MqttSetup,
  SerialLine,
  SerialSetup,
  SourceSetup,
  TwinSetup,
  WebSocketSetup
} from '../domain/source';
import { sourceKindWords } from './source-words';

/** A setup of each kind. */
export interface SourceDrafts {
  twin: TwinSetup;
  websocket: WebSocketSetup;
  mqtt: MqttSetup;
  serial: SerialSetup;
  modbus: ModbusSetup;
}

const modbusLine: SerialLine = { port: null, baudRate: 9600, dataBits: 8, stopBits: 1, parity: 'even' };

/** A draft of every kind, with a name that no other source has; of the kind that is changed, how it is set up. New ids are given when a source is added. */
export function draftSetups(taken: string[], changed: SourceSetup | null = null): SourceDrafts {
  const drafts = draftNew(taken);
  return changed ? { ...drafts, [changed.kind]: structuredClone(changed) } : drafts;
}

function draftNew(taken: string[]): SourceDrafts {
  const named = (kind: SourceSetup['kind'], asset: string) => ({
    id: '',
    name: freeName(sourceKindWords(kind).title, taken),
    asset
  });
  const address = { url: 'wss://' };
  return {
    twin: { ...draftTwin(taken), id: '' },
    websocket: { ...named('websocket', 'Pump'), ...address, kind: 'websocket', format: 'auto' },
    mqtt: {
      ...named('mqtt', 'Pump'),
      ...address,
      kind: 'mqtt',
      username: '',
      password: '',
      payload: 'json',
      topics: ['#'],
      assetLevel: null
    },
    serial: {
      ...named('serial', 'Pump'),
      kind: 'serial',
      format: 'auto',
      line: { ...modbusLine, baudRate: 115_200, parity: 'none' }
    },
    modbus: {
      ...named('modbus', 'Pump'),
      kind: 'modbus',
      line: { ...modbusLine },
      devices: [{ address: 1, map: '', asset: 'Pump' }]
    }
  };
}

/**
 * One simulated pump, ready to be started; each has readings and a name of its own. An hour passes in a minute, because a real pump takes
 * longer to go wrong than anybody looks on; its step is the one of the model that is shipped for it.
 */
export function draftTwin(taken: string[]): TwinSetup {
  const name = freeName(sourceKindWords('twin').title, taken);
  const seed = taken.length + 1;
  return { id: crypto.randomUUID(), name, asset: name, kind: 'twin', pumps: 1, rateHz: 0.1, seed, speed: 60 };
}

function freeName(name: string, taken: string[]): string {
  let free = name;
  for (let number = 2; taken.includes(free); number++) free = `${name} ${number}`;
  return free;
}
