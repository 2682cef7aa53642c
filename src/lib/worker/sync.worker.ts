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
import { createSyncTriggers } from '../sync/triggers';
import { holdLifeLock } from './guard';
import { threadClock } from './live/clock';

meterTraffic();

/** Closed by the browser for good after an answer that is no stream, such as 401; opened anew after so long. */
const pokeRetryMs = 30_000;

let registeredId: string | null = null;
let key: DeviceKey | null = null;

/** The device's signature, so that what is sent holds without anybody signed in; no headers where it is not registered under its present id. */
async function sign(
  method: string,
  path: string,
  body: Uint8Array<ArrayBuffer>,
  timeMs: number
): Promise<Record<string, string>> {
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
let pokes: EventSource | null = null;

/** Listens for pokes: each says that the backend has something new, and nothing else. */
function listen(): void {
  pokes?.close();
  const stream = new EventSource('/api/v1/sync/poke');
  pokes = stream;
  stream.addEventListener('poke', () => triggers.tell('poke'));
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED && pokes === stream) threadClock.after(pokeRetryMs, listen);
  };
}

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
    listen();
    triggers.tell('start');
    return ok(null);
  },
  tell: async (cause) => {
    if (cause === 'signed-in' || cause === 'online') listen();
    triggers.tell(cause);
    return ok(null);
  }
};
expose(api);
