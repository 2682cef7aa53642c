/** A scripted serial port as the place of the contract's sources: no machine that runs tests has a real one. Its streams are the platform's. */
import type { SerialSetup } from '$lib/domain/source';
import { createBrowserPorts } from '$lib/ingest/serial/port';
import { createSerialSource } from '$lib/ingest/serial/source';
import { createScriptedSerial, scriptedIds } from '../support/scripted-serial';
import { timeOf } from './reading-source.contract';
import type { SourcePlace } from './reading-source.contract';

const setup: SerialSetup = {
  kind: 'serial',
  id: '1',
  name: 'test',
  asset: 'own',
  line: { port: scriptedIds, baudRate: 115_200, dataBits: 8, stopBits: 1, parity: 'none' },
  format: 'auto'
};

/** A device that sends JSON lines, each cut somewhere else. */
export function createSerialPlace(): SourcePlace {
  const serial = createScriptedSerial();
  return {
    start: async () => serial.plugIn(),
    kill: async () => serial.unplug(),
    send(n) {
      const text = `${JSON.stringify({ ts: timeOf(n), asset: 'P-101A', v: { n } })}\r\n`;
      serial.send(text, [n % text.length, (7 * n) % text.length]);
    },
    createSource: (listener, clock) =>
      createSerialSource(setup, listener, { clock, ports: createBrowserPorts(serial.register) })
  };
}
