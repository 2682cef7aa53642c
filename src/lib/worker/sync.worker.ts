/** The sync thread: exchanges the device's ledger with the backend. Started only where a backend is used. */
import { expose } from 'comlink';
import { openDeviceKey, signRequest, type DeviceKey } from '../bridge/device-key';
import { meterTraffic } from '../bridge/traffic';
import type { SyncApi } from '../bridge/sync-api';
import { ok } from '../domain/result';
import { createDeviceLedger } from '../records/ledger';
import { watchPending } from '../records/watch-pending';
import { createSyncClient } from '../sync/client';
import { createHttpTransport } from '../sync/http-transport';
import { createPokeStream, pokePath } from '../sync/poke-stream';
import { createSyncTriggers } from '../sync/triggers';
import { holdLifeLock } from './guard';
import { threadClock } from './live/clock';

meterTraffic();

let registeredId: string | null = null;
let key: DeviceKey | null = null;
/** By how much the backend's clock is ahead, as far as the exchange has found out. */
let aheadMs = 0;

/** The device's signature, so that what is sent holds without anybody signed in; no headers where it is not registered under its present id. */
async function sign(
  method: string,
  path: string,
  body: Uint8Array<ArrayBuffer>,
  timeMs: number
): Promise<Record<string, string>> {
  aheadMs = timeMs - threadClock.now();
  const { deviceId } = await ledger.device();
  if (!key || deviceId !== registeredId) return {};
  return signRequest(key, { deviceId, method, path, body, timeMs });
}

const ledger = createDeviceLedger();
const client = createSyncClient({
  ledger,
  transport: createHttpTransport({ fetch: (url, init) => fetch(url, init), clock: threadClock, sign }),
  lock: (work) => navigator.locks.request('pumpside-sync', work),
  clock: threadClock
});
const triggers = createSyncTriggers({
  syncOnce: client.syncOnce,
  clock: threadClock,
  random: { uniform: () => Math.random() }
});
const pokes = createPokeStream({
  fetch: (url, init) => fetch(url, init),
  clock: threadClock,
  sign: () => sign('GET', pokePath, new Uint8Array(), Math.round(threadClock.now() + aheadMs)),
  onPoke: () => triggers.tell('poke')
});

const api: SyncApi = {
  live: holdLifeLock,
  start: async (onStatus, registered) => {
    registeredId = registered;
    const opened = registered === null ? null : await openDeviceKey();
    key = opened?.ok ? opened.value : null;
    client.onStatus(onStatus);
    // Whichever thread writes, this one sees it.
    watchPending(ledger, (pending) => {
      void client.refresh();
      if (pending > 0) triggers.tell('write');
    });
    pokes.open();
    triggers.tell('start');
    return ok(null);
  },
  tell: async (cause) => {
    if (cause === 'signed-in' || cause === 'online') pokes.open();
    triggers.tell(cause);
    return ok(null);
  }
};
expose(api);
