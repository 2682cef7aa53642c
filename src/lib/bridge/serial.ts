/**
 * The page's part of Web Serial: asking a person which port may be used. Only a page can ask, and only while a click is handled; the
 * live thread then finds the port among the allowed ones and opens it itself, so that a busy page loses no byte.
 */
import { fail, ok, type Result } from '../domain/result';
import type { SerialLine } from '../domain/source';

/** What is used of `navigator.serial`, which TypeScript does not know. */
interface PageSerial {
  requestPort(): Promise<{ getInfo(): { usbVendorId?: number; usbProductId?: number } }>;
}

/** True where this browser can talk to serial ports. */
export function hasSerial(): boolean {
  return findSerial() !== undefined;
}

/**
 * Lets the person choose a port, and gives what tells it from others: its USB ids, or null for one that has none (built in, Bluetooth).
 * Call it from a click. `cancelled` where nothing was chosen.
 */
export async function askForPort(): Promise<Result<SerialLine['port']>> {
  const serial = findSerial();
  if (!serial) return fail('unexpected', 'serial port', 'no Web Serial', 'a browser with Web Serial, over https');
  try {
    const { usbVendorId, usbProductId } = (await serial.requestPort()).getInfo();
    return ok(usbVendorId === undefined || usbProductId === undefined ? null : { usbVendorId, usbProductId });
  } catch (error) {
    const isCancelled = error instanceof DOMException && error.name === 'NotFoundError';
    return fail(isCancelled ? 'cancelled' : 'unexpected', 'serial port', String(error), 'a port that was chosen');
  }
}

function findSerial(): PageSerial | undefined {
  return (navigator as { serial?: PageSerial }).serial;
}
