/**
 * The page's part of Web Serial: asking a person which port may be used. Only a page can ask, and only while a click is handled; the
 * live thread then finds the port among the allowed ones and opens it itself, so that a busy page loses no byte.
 */
import { fail, ok, type Result } from '../domain/result';
import type { ChosenPort } from '../domain/source';

interface PagePort {
  getInfo(): { usbVendorId?: number; usbProductId?: number };
}

/** What is used of `navigator.serial`, which TypeScript does not know. */
interface PageSerial {
  requestPort(): Promise<PagePort>;
  getPorts(): Promise<PagePort[]>;
}

/** True where this browser can talk to serial ports. */
export function hasSerial(): boolean {
  return findSerial() !== undefined;
}

/**
 * Lets the person choose a port, and gives what tells it from others: its USB ids, or null for one that has none (built in, Bluetooth),
 * and its place among those with the same ids. Call it from a click. `cancelled` where nothing was chosen.
 */
export async function askForPort(): Promise<Result<ChosenPort>> {
  const serial = findSerial();
  if (!serial) return fail('unexpected', 'serial port', 'no Web Serial', 'a browser with Web Serial, over https');
  try {
    const chosen = await serial.requestPort();
    const { usbVendorId, usbProductId } = chosen.getInfo();
    if (usbVendorId === undefined || usbProductId === undefined) return ok({ port: null, alike: 1 });
    const alike = (await serial.getPorts()).filter((port) => {
      const info = port.getInfo();
      return info.usbVendorId === usbVendorId && info.usbProductId === usbProductId;
    });
    return ok({ port: { usbVendorId, usbProductId, place: Math.max(0, alike.indexOf(chosen)) }, alike: alike.length });
  } catch (error) {
    const isCancelled = error instanceof DOMException && error.name === 'NotFoundError';
    return fail(isCancelled ? 'cancelled' : 'unexpected', 'serial port', String(error), 'a port that was chosen');
  }
}

function findSerial(): PageSerial | undefined {
  return (navigator as { serial?: PageSerial }).serial;
}
