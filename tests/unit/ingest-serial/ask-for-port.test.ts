import { afterEach, describe, expect, it, vi } from 'vitest';
import { askForPort, hasSerial } from '$lib/bridge/serial';

interface Port {
  getInfo: () => object;
}

/** A page whose person answers the browser's question so, with these ports allowed and plugged in. */
function stubPage(requestPort?: () => Promise<Port>, ports: Port[] = []): void {
  vi.stubGlobal('navigator', requestPort ? { serial: { requestPort, getPorts: async () => ports } } : {});
}

const ids = { usbVendorId: 0x0403, usbProductId: 0x6001 };
const adapter = (info: object = ids): Port => ({ getInfo: () => info });

afterEach(() => vi.unstubAllGlobals());

describe('asking for a port', () => {
  it('gives the USB ids of the port that was chosen, or null where it has none', async () => {
    const port = adapter();
    stubPage(async () => port, [adapter({}), port]);
    expect(hasSerial()).toBe(true);
    expect(await askForPort()).toEqual({ ok: true, value: { port: { ...ids, place: 0 }, alike: 1 } });
    stubPage(async () => adapter({}));
    expect(await askForPort()).toEqual({ ok: true, value: { port: null, alike: 1 } });
  });

  it('tells adapters of one kind apart by their place among those plugged in', async () => {
    const [first, second, other] = [adapter(), adapter(), adapter({ ...ids, usbProductId: 0x6015 })];
    stubPage(async () => second, [first, other, second]);
    expect(await askForPort()).toEqual({ ok: true, value: { port: { ...ids, place: 1 }, alike: 2 } });
  });

  it('is cancelled where nothing was chosen', async () => {
    stubPage(() => Promise.reject(new DOMException('No port selected by the user.', 'NotFoundError')));
    expect(await askForPort()).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
  });

  it('says what is missing where it is not allowed or not there', async () => {
    stubPage(() => Promise.reject(new DOMException('Must be handling a user gesture.', 'SecurityError')));
    expect(await askForPort()).toMatchObject({
      ok: false,
      fault: { code: 'unexpected', found: expect.stringContaining('SecurityError') }
    });
    stubPage();
    expect(hasSerial()).toBe(false);
    expect(await askForPort()).toMatchObject({ ok: false, fault: { found: 'no Web Serial' } });
  });
});
