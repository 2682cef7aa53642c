/**
 * Modbus RTU on a serial port as a source: it reads the registers that the devices' maps name, each at its pace, and never writes one.
 */
import type { Clock } from '../../domain/clock';
import { fail, ok } from '../../domain/result';
import type { Result } from '../../domain/result';
import type { ModbusSetup, ReadingSource, RegisterMap, SerialLine, SourceListener } from '../../domain/source';
import { createSerialLink } from '../serial/link';
import { createBrowserPorts } from '../serial/port';
import type { SerialPorts } from '../serial/port';
import { planRounds } from './device';
import type { Round } from './device';
import { createModbusMaster } from './master';
import type { ModbusMaster } from './master';
import { startPolling } from './poller';
import type { Poller } from './poller';

/** The register map of an id, wherever maps are kept. */
export type FindMap = (id: string) => RegisterMap | undefined | Promise<RegisterMap | undefined>;

/** What a host gives. Without `ports` they are the browser's. */
export interface ModbusParts {
  clock: Clock;
  findMap: FindMap;
  random?: () => number;
  ports?: SerialPorts;
  /** How long a device may think before it answers, ms; 100 to 300 suits most. */
  timeoutMs?: number;
  /** How often a request is sent again when nothing comes back. */
  retries?: number;
}

const [defaultTimeoutMs, defaultRetries] = [200, 2];

/**
 * Creates the source at rest. A device gives one reading for each round of asking, stamped when its answer came. Where one is silent the
 * others go on. A map that is missing refuses the source.
 */
export function createModbusSource(
  setup: ModbusSetup,
  listener: SourceListener,
  {
    clock,
    findMap,
    random = Math.random,
    ports = createBrowserPorts(),
    timeoutMs = defaultTimeoutMs,
    retries = defaultRetries
  }: ModbusParts
): ReadingSource {
  let rounds: Round[] = [];
  let master: ModbusMaster | null = null;
  let poller: Poller | null = null;

  /** Plans anew with every try: a map that was missing may be there now. */
  const checkedPorts: SerialPorts = {
    ...ports,
    async open(line) {
      const planned = await planAll(setup, findMap);
      if (!planned.ok) return { kind: 'refused', fault: planned.fault };
      rounds = planned.value;
      return ports.open(line);
    }
  };

  return createSerialLink({
    line: setup.line,
    clock,
    random,
    ports: checkedPorts,
    listener,
    handler: {
      opened(write) {
        master = createModbusMaster({ clock, write, characterMs: characterMsOf(setup.line), timeoutMs, retries });
        poller = startPolling(rounds, master, clock, listener);
      },
      receive: (bytes) => master?.receive(bytes),
      // The CRC finds what is missing.
      damaged: () => {},
      ended: () => poller?.stop()
    }
  });
}

async function planAll({ devices }: ModbusSetup, findMap: FindMap): Promise<Result<Round[]>> {
  const rounds: Round[] = [];
  for (const { address, map: id, asset } of devices) {
    const map = await findMap(id);
    if (!map) return fail('not-found', `device ${address}`, id, 'a register map on this device');
    rounds.push(...planRounds(address, asset, map));
  }
  return ok(rounds);
}

/** How long a character takes: start bit, data, parity, stop bits. */
function characterMsOf({ baudRate, dataBits, stopBits, parity }: SerialLine): number {
  return (1000 * (1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits)) / baudRate;
}
