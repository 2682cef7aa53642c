import { afterEach, describe, expect, it, vi } from 'vitest';
import { askForPort, hasSerial } from '$lib/bridge/serial';

/** A page whose person answers the browser's question so. */
function stubPage(requestPort?: () => Promise<{ getInfo: () => object }>): void {
  vi.stubGlobal('navigator', requestPort ? { serial: { requestPort } } : {});
}

afterEach(() => vi.unstubAllGlobals());

describe('asking for a port', () => {
  it('gives the USB ids of the port that was chosen, or null where it has none', async () => {
    stubPage(async () => ({ getInfo: () => ({ usbVendorId: 0x0403, usbProductId: 0x6001 }) }));
    expect(hasSerial()).toBe(true);
    expect(await askForPort()).toEqual({ ok: true, value: { usbVendorId: 0x0403, usbProductId: 0x6001 } });
    stubPage(async () => ({ getInfo: () => ({}) }));
    expect(await askForPort()).toEqual({ ok: true, value: null });
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
