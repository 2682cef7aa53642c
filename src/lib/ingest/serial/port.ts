/**
 * The thin seam over Web Serial: what the sources need of a port, and how the right one is found among those the person has allowed.
 * Ports are opened in the thread that reads them: Web Serial is there too, only the asking (`requestPort`) is the page's business.
 * Knows nothing of what is sent.
 */
import { fail } from '../../domain/result';
import type { Fault } from '../../domain/result';
import type { SerialLine } from '../../domain/source';

/** What is used of a stream's reader. */
export interface ByteReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
  releaseLock(): void;
}

/** What is used of a stream's writer. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<void>;
  releaseLock(): void;
}

/** What is used of a `SerialPort`. Both streams are null while it is closed or gone; an error of the line replaces `readable`. */
export interface SerialLike {
  open(options: Record<string, number | string>): Promise<void>;
  close(): Promise<void>;
  getInfo(): { usbVendorId?: number; usbProductId?: number };
  readonly readable: { getReader(): ByteReader } | null;
  readonly writable: { getWriter(): ByteWriter } | null;
}

/** What is used of `navigator.serial`. */
export interface SerialRegister {
  getPorts(): Promise<SerialLike[]>;
  addEventListener(type: 'connect', listener: () => void): void;
  removeEventListener(type: 'connect', listener: () => void): void;
}

/** How opening went: `absent` may be there later, `refused` will not without somebody's doing. */
export type OpenedPort =
  { kind: 'open'; port: SerialLike } | { kind: 'absent'; fault: Fault } | { kind: 'refused'; fault: Fault };

/** The ports of this device, as far as they are allowed. */
export interface SerialPorts {
  /** Finds the port of a line and opens it. */
  open(line: SerialLine): Promise<OpenedPort>;
  /** Tells when any allowed port is plugged in; the function returned ends that. */
  watch(arrived: () => void): () => void;
}

/** The browser's own is 255 bytes: 22 ms at 115,200 Bd, which any long task overruns. This is six seconds. */
const bufferSize = 1 << 16;

/** The ports of the browser, in a page or a worker; every `open` is refused where it has no Web Serial. */
export function createBrowserPorts(serial: SerialRegister | undefined = findSerial()): SerialPorts {
  return {
    async open(line) {
      if (!serial) return refused('no Web Serial', 'a browser with Web Serial, over https');
      let allowed: SerialLike[];
      try {
        allowed = await serial.getPorts();
      } catch (error) {
        return refused(String(error), 'leave to use serial ports');
      }
      const alike = allowed.filter((port) => fits(port, line));
      const place = line.port?.place;
      const fitting = place === undefined ? alike : alike.slice(place, place + 1);
      if (line.port === null && alike.length > 1) {
        return refused(`${alike.length} ports`, 'one port, or a choice among them');
      }
      let fault = missing(describe(line, alike.length), 'the port, plugged in and allowed');
      for (const port of fitting) {
        // Another source has it; where it may be any, the next may be free.
        if (port.readable) continue;
        try {
          await port.open(optionsOf(line));
          return { kind: 'open', port };
        } catch (error) {
          if (error instanceof TypeError) return refused(String(error), 'line settings that the port knows');
          fault = missing(String(error), 'a port that no other program uses');
        }
      }
      return { kind: 'absent', fault };
    },
    watch(arrived) {
      serial?.addEventListener('connect', arrived);
      return () => serial?.removeEventListener('connect', arrived);
    }
  };
}

function findSerial(): SerialRegister | undefined {
  return (globalThis as { navigator?: { serial?: SerialRegister } }).navigator?.serial;
}

function fits(port: SerialLike, { port: wanted }: SerialLine): boolean {
  const { usbVendorId, usbProductId } = port.getInfo();
  return wanted === null || (usbVendorId === wanted.usbVendorId && usbProductId === wanted.usbProductId);
}

function optionsOf({ baudRate, dataBits, stopBits, parity }: SerialLine): Record<string, number | string> {
  return { baudRate, dataBits, stopBits, parity, bufferSize, flowControl: 'none' };
}

function describe({ port }: SerialLine, alike: number): string {
  if (!port) return 'no port';
  const hex = (id: number) => id.toString(16).padStart(4, '0');
  const ids = `USB ${hex(port.usbVendorId)}:${hex(port.usbProductId)}`;
  if (alike === 0 || port.place === undefined) return `no ${ids}`;
  return port.place < alike
    ? `${ids} in use by another source`
    : `${alike} of ${ids}, and not number ${port.place + 1}`;
}

function missing(found: string, expected: string): Fault {
  return fail('unexpected', 'serial port', found, expected).fault;
}

function refused(found: string, expected: string): OpenedPort {
  return { kind: 'refused', fault: missing(found, expected) };
}
