/**
 * A serial port as a test wants it, in place of `navigator.serial`: it sends bytes cut as told, garbles, echoes, falls silent, is
 * unplugged and comes back. It keeps the rules of Web Serial that matter: streams are there only while it is open, an error of the line
 * breaks `readable` and a new one takes its place, a port that is open or whose streams are locked can be neither opened nor closed.
 */
import type { SerialLike, SerialRegister } from '$lib/ingest/serial/port';

export interface ScriptedSerial {
  /** What stands for `navigator.serial`. */
  register: SerialRegister;
  plugIn(): void;
  /** Takes the device away, in the middle of whatever it was sending. */
  unplug(): void;
  /** Sends bytes or text; `cuts` are the places where it is cut. Nothing where it is not open. */
  send(data: string | Uint8Array, cuts?: number[]): void;
  /** Breaks the stream as an error of the line does: `FramingError`, `ParityError`, `BreakError`, `BufferOverrunError`. */
  breakLine(name: string): void;
  /** Hears what is written to the port. */
  onWrite: (bytes: Uint8Array) => void;
  /** Another program has the port: it cannot be opened. */
  isTaken: boolean;
  readonly isOpen: boolean;
  /** The options of every successful opening. */
  readonly openings: Record<string, number | string>[];
}

export const scriptedIds = { usbVendorId: 0x0403, usbProductId: 0x6001 };

/** Creates a port that is not plugged in yet. */
export function createScriptedSerial(
  ids: { usbVendorId?: number; usbProductId?: number } = scriptedIds
): ScriptedSerial {
  const listeners = new Set<() => void>();
  const openings: Record<string, number | string>[] = [];
  let isPlugged = false;
  let isOpen = false;
  let readable: ReadableStream<Uint8Array> | null = null;
  let writable: WritableStream<Uint8Array> | null = null;
  let source: ReadableStreamDefaultController<Uint8Array> | null = null;

  function renewReadable(): void {
    readable = new ReadableStream<Uint8Array>({ start: (controller) => void (source = controller) });
  }

  const port: SerialLike = {
    async open(options) {
      if (isOpen) throw new DOMException('The port is already open.', 'InvalidStateError');
      if (!isPlugged || scripted.isTaken) throw new DOMException('Failed to open serial port.', 'NetworkError');
      isOpen = true;
      openings.push(options);
      renewReadable();
      writable = new WritableStream<Uint8Array>({
        write(bytes) {
          if (!isPlugged) throw new DOMException('The device has been lost.', 'NetworkError');
          scripted.onWrite(bytes);
        }
      });
    },
    async close() {
      if (!isOpen) throw new DOMException('The port is already closed.', 'InvalidStateError');
      if (readable?.locked || writable?.locked) throw new TypeError('Cannot cancel a locked stream');
      isOpen = false;
      readable = null;
      writable = null;
    },
    getInfo: () => ids,
    get readable() {
      return isOpen && isPlugged ? (readable as SerialLike['readable']) : null;
    },
    get writable() {
      return isOpen && isPlugged ? (writable as SerialLike['writable']) : null;
    }
  };

  const scripted: ScriptedSerial = {
    register: {
      getPorts: async () => (isPlugged ? [port] : []),
      addEventListener: (_type, listener) => void listeners.add(listener),
      removeEventListener: (_type, listener) => void listeners.delete(listener)
    },
    plugIn() {
      isPlugged = true;
      for (const listener of listeners) listener();
    },
    unplug() {
      isPlugged = false;
      if (isOpen) source?.error(new DOMException('The device has been lost.', 'NetworkError'));
    },
    send(data, cuts = []) {
      if (!isOpen || !isPlugged) return;
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
      const ends = [...new Set([...cuts, bytes.length])]
        .filter((at) => at > 0 && at <= bytes.length)
        .sort((a, b) => a - b);
      let begin = 0;
      for (const end of ends) {
        source!.enqueue(bytes.slice(begin, end));
        begin = end;
      }
    },
    breakLine(name) {
      if (!isOpen || !isPlugged) return;
      const broken = source!;
      renewReadable();
      broken.error(new DOMException('The line is disturbed.', name));
    },
    onWrite: () => {},
    isTaken: false,
    get isOpen() {
      return isOpen;
    },
    openings
  };
  return scripted;
}
