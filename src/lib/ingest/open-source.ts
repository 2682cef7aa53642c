/**
 * From a setup to a running source: checks it, loads the part that speaks its protocol, and opens it. The twin is of another stage
 * and given by the host.
 */
import type { Clock } from '../domain/clock';
import { fail, ok } from '../domain/result';
import type { Result } from '../domain/result';
import type { ReadingSource, RegisterMap, SourceListener, SourceSetup, TwinSetup } from '../domain/source';
import type { FindMap } from './modbus/source';
import { parseSetup } from './parse-setup';
import type { SerialPorts } from './serial/port';
import type { OpenSocket } from './websocket/socket';

/** What a host gives. Sockets and serial ports are the browser's, and register maps the shipped ones, where it gives no other. */
export interface SourceEnvironment {
  clock: Clock;
  /** Uniform in [0, 1). */
  random?: () => number;
  openSocket?: OpenSocket;
  ports?: SerialPorts;
  findMap?: FindMap;
  /** Makes a twin at rest. Without it, twins are refused. */
  createTwin?: (setup: TwinSetup, listener: SourceListener) => ReadingSource | Promise<ReadingSource>;
}

/** Opens a source and hands it over. A wrong setup, or a part that cannot be loaded, gives a fault and opens nothing. */
export async function openSource(
  input: unknown,
  listener: SourceListener,
  environment: SourceEnvironment
): Promise<Result<ReadingSource>> {
  const setup = parseSetup(input);
  if (!setup.ok) return setup;
  try {
    const source = await createSource(setup.value, listener, environment);
    if (!source) return fail('not-found', 'kind', setup.value.kind, 'a kind of source that is offered here');
    source.open();
    return ok(source);
  } catch (error) {
    return fail('unexpected', setup.value.kind, String(error), 'the part that reads this kind of source');
  }
}

async function createSource(
  setup: SourceSetup,
  listener: SourceListener,
  { createTwin, findMap, ...parts }: SourceEnvironment
): Promise<ReadingSource | undefined> {
  switch (setup.kind) {
    case 'websocket': {
      const { createWebSocketSource } = await import('./websocket/source');
      return createWebSocketSource(setup, listener, parts);
    }
    case 'mqtt': {
      const { createMqttSource } = await import('./mqtt/source');
      return createMqttSource(setup, listener, parts);
    }
    case 'serial': {
      const { createSerialSource } = await import('./serial/source');
      return createSerialSource(setup, listener, parts);
    }
    case 'modbus': {
      const { createModbusSource } = await import('./modbus/source');
      return createModbusSource(setup, listener, { ...parts, findMap: findMap ?? findShippedMap });
    }
    case 'twin':
      return createTwin?.(setup, listener);
  }
}

async function findShippedMap(id: string): Promise<RegisterMap | undefined> {
  const { shippedMaps } = await import('./modbus/shipped');
  return shippedMaps.find((map) => map.id === id);
}
