/**
 * Live sources: what a person sets up, what a source tells while it runs, and the port behind which every protocol stands.
 * A setup is plain data: it is kept in `records` and crosses to the thread that runs the source, where it is checked again.
 */
import type { Reading } from './reading';
import type { Fault } from './result';

/** What every source has: an id of its own, a name for people, and the asset its readings belong to where they name none. */
interface CommonSetup {
  id: string;
  name: string;
  asset: string;
}

/** How messages are written. `auto` tells them apart one by one. */
export const wireFormats = ['auto', 'json', 'senml', 'influx', 'csv'] as const;
export type WireFormat = (typeof wireFormats)[number];

/** A WebSocket that sends readings: JSON objects or arrays, NDJSON, SenML or InfluxDB lines; several assets on one socket. */
export interface WebSocketSetup extends CommonSetup {
  kind: 'websocket';
  url: string;
  format: WireFormat;
}

/**
 * An MQTT broker over WebSocket. With `json` the topic level `assetLevel` (0 is the first) names the asset, unless the message does.
 * The password is for the user and counts for nothing without one. A page never learns it: null says that one is kept, and goes on
 * being kept where a setup comes back with it.
 */
export interface MqttSetup extends CommonSetup {
  kind: 'mqtt';
  url: string;
  username: string;
  password: string | null;
  payload: 'json' | 'sparkplug';
  topics: string[];
  assetLevel: number | null;
}

/**
 * Which of the ports a person allowed. Adapters of one kind have the same ids, and only their `place` among those plugged in tells them
 * apart, 0 the first; without one, as kept by earlier versions, it is any that is free. No browser keeps the order when one is plugged in anew.
 */
export interface SerialPlace {
  usbVendorId: number;
  usbProductId: number;
  place?: number;
}

/** Line settings of a serial port, and which one it is; null for the only one allowed. */
export interface SerialLine {
  port: SerialPlace | null;
  baudRate: number;
  dataBits: 7 | 8;
  stopBits: 1 | 2;
  parity: 'none' | 'even' | 'odd';
}

/** The port a person chose, and how many of its kind are plugged in and allowed: with more than one, only its place tells it apart. */
export interface ChosenPort {
  port: SerialPlace | null;
  alike: number;
}

/** A serial port that sends lines: NDJSON, or CSV with a header line. */
export interface SerialSetup extends CommonSetup {
  kind: 'serial';
  line: SerialLine;
  format: 'auto' | 'json' | 'csv';
}

/** Modbus RTU on a serial port: devices by address, each with the id of its register map. Reads only. */
export interface ModbusSetup extends CommonSetup {
  kind: 'modbus';
  line: SerialLine;
  devices: { address: number; map: string; asset: string }[];
}

export const registerTypes = ['int16', 'uint16', 'int32', 'uint32', 'float32'] as const;
export type RegisterType = (typeof registerTypes)[number];

/** Order of the bytes on the wire, A the highest: `CDAB` swaps words, `BADC` the bytes of each word, `DCBA` both. */
export const byteOrders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof byteOrders)[number];

/** One reading of a device, read by function 3 or 4: `value = number * scale + offset`, in `unit`, under the name `column`. */
export interface Register {
  fc: 3 | 4;
  /** The address on the wire: register 40001 is 0. */
  address: number;
  type: RegisterType;
  order: ByteOrder;
  scale: number;
  offset: number;
  unit: string;
  column: string;
  pollMs: number;
}

/** What is known of a kind of Modbus device. `source` says where from. */
export interface RegisterMap {
  id: string;
  name: string;
  source: string;
  registers: Register[];
}

/** A register map as listed: `isOwn` where a person has loaded it, else it comes with the app. */
export interface ListedMap {
  id: string;
  name: string;
  registers: number;
  isOwn: boolean;
}

/** The register maps a person has loaded. What is read may have been written by another version: it is to be checked again. */
export interface RegisterMaps {
  maps(): Promise<RegisterMap[]>;
  /** Adds a map, or replaces the one of the same id. */
  putMap(map: RegisterMap): Promise<void>;
  removeMap(id: string): Promise<void>;
}

/** The simulated pump as a source. `speed` 1 is real time; several pumps are named after `asset` and numbered. */
export interface TwinSetup extends CommonSetup {
  kind: 'twin';
  pumps: number;
  rateHz: number;
  seed: number;
  speed: number;
}

export type SourceSetup = WebSocketSetup | MqttSetup | SerialSetup | ModbusSetup | TwinSetup;
export type SourceKind = SourceSetup['kind'];

/** `waiting` tries again at `nextTryMs`; `refused` will not, because trying again cannot help (a bad address, wrong password). */
export type SourcePhase = 'connecting' | 'open' | 'waiting' | 'refused' | 'closed';

/** Where a source stands. `attempt` counts tries since it was last open. */
export interface SourceState {
  phase: SourcePhase;
  sinceMs: number;
  attempt: number;
  nextTryMs: number | null;
  /** Why it waits or was refused. */
  fault: Fault | null;
}

/** Kinds of loss: what came and could not be read, what the protocol says is missing, what was dropped under load. */
export type LossKind = 'unreadable' | 'sequence-gap' | 'timeout' | 'dropped';

/** Something that did not become a reading. */
export interface SourceLoss {
  kind: LossKind;
  count: number;
  /** The latest case, with place, value and expectation. */
  example: Fault;
}

/** What a source tells its host. Calls come from the source's own events, never from inside `open`. */
export interface SourceListener {
  /** Readings in the order they came. */
  readings(readings: Reading[]): void;
  state(state: SourceState): void;
  loss(loss: SourceLoss): void;
  /** The source says that this asset's values count no more (its device died); null for all of its assets. */
  stale(asset: string | null, tMs: number): void;
}

/** A stream of readings from somewhere. It connects by itself again and again, ever more slowly, until it is closed. */
export interface ReadingSource {
  open(): void;
  /** Cuts a wait short. */
  retryNow(): void;
  /** Lets go of everything; nothing is told any more once it resolves. */
  close(): Promise<void>;
}
