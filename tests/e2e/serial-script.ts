/**
 * A serial port for end-to-end tests, in place of `navigator.serial` in pages and in the live thread. Playwright cannot run a script in a
 * worker before the worker's own, so the fake is put in front of the worker's file on its way; a service worker would answer without
 * asking, and must be blocked (`test.use({ serviceWorkers: 'block' })`). A BroadcastChannel tells the port what to do.
 */
import type { Page } from '@playwright/test';

/** What a test tells the port. `answer` maps requests to the bytes sent back, all as hex, for Modbus; `line` is an error of the line. */
export type SerialCommand =
  | { kind: 'plug' }
  | { kind: 'unplug' }
  | { kind: 'send'; text: string }
  | { kind: 'line'; name: string }
  | { kind: 'answer'; replies: Record<string, string> };

export interface SerialScript {
  /** Hands the port a command, once it is there to hear it. */
  tell(command: SerialCommand): Promise<void>;
}

/** Puts the fake into a page and into the workers whose file matches `workers`. Call it before the page is visited. */
export async function installSerial(page: Page, workers = '**/live.worker*.js'): Promise<SerialScript> {
  const script = `(${fakeSerial.toString()})();\n`;
  await page.addInitScript(script);
  await page.context().route(workers, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: script + (await response.text()) });
  });
  return {
    async tell(command) {
      await page.evaluate(
        (sent) =>
          new Promise<void>((resolve) => {
            const channel = new BroadcastChannel('scripted-serial');
            const say = setInterval(() => channel.postMessage({ id: sent.id, command: sent.command }), 50);
            channel.onmessage = ({ data }) => {
              if (data.heard !== sent.id) return;
              clearInterval(say);
              channel.close();
              resolve();
            };
          }),
        { id: crypto.randomUUID(), command }
      );
    }
  };
}

/** Runs in the page and in the worker, so nothing from outside may be used in it. In the page it only asks; in the worker it is a port. */
function fakeSerial(): void {
  const ids = { usbVendorId: 0x0403, usbProductId: 0x6001 };
  const isWorker = typeof document === 'undefined';
  const serial = new EventTarget() as EventTarget & Record<string, unknown>;
  let isPlugged = false;
  let isOpen = false;
  let readable: ReadableStream<Uint8Array> | null = null;
  let writable: WritableStream<Uint8Array> | null = null;
  let source: ReadableStreamDefaultController<Uint8Array> | null = null;
  let replies: Record<string, string> = {};

  const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  /** In pieces of three bytes, as a slow line gives them. */
  const send = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length && isOpen && isPlugged; at += 3) source?.enqueue(bytes.slice(at, at + 3));
  };
  const renew = () => {
    readable = new ReadableStream({ start: (controller) => void (source = controller) });
  };
  const port = {
    getInfo: () => ids,
    async open() {
      if (isOpen) throw new DOMException('The port is already open.', 'InvalidStateError');
      if (!isPlugged) throw new DOMException('Failed to open serial port.', 'NetworkError');
      isOpen = true;
      renew();
      writable = new WritableStream({ write: (bytes) => send(fromHex(replies[toHex(bytes)] ?? '')) });
    },
    async close() {
      if (readable?.locked || writable?.locked) throw new TypeError('Cannot close a port with locked streams');
      isOpen = false;
    },
    get readable() {
      return isOpen && isPlugged ? readable : null;
    },
    get writable() {
      return isOpen && isPlugged ? writable : null;
    }
  };
  serial.getPorts = async () => (isPlugged ? [port] : []);
  serial.requestPort = async () => port;
  Object.defineProperty(Object.getPrototypeOf(navigator), 'serial', { configurable: true, value: serial });
  if (!isWorker) return;

  const act = (command: SerialCommand): void => {
    if (command.kind === 'plug') {
      isPlugged = true;
      serial.dispatchEvent(new Event('connect'));
    } else if (command.kind === 'unplug') {
      isPlugged = false;
      if (isOpen) source?.error(new DOMException('The device has been lost.', 'NetworkError'));
    } else if (command.kind === 'line') {
      const broken = source;
      renew();
      broken?.error(new DOMException('The line is disturbed.', command.name));
    } else if (command.kind === 'send') send(new TextEncoder().encode(command.text));
    else replies = command.replies;
  };
  const heard = new Set<string>();
  const channel = new BroadcastChannel('scripted-serial');
  channel.onmessage = ({ data }: MessageEvent<{ id?: string; command: SerialCommand }>) => {
    if (data.id === undefined) return;
    if (!heard.has(data.id)) act(data.command);
    heard.add(data.id);
    channel.postMessage({ heard: data.id });
  };
}
