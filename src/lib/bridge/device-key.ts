/**
 * The key by which this device signs what it sends. It is made here, lies in IndexedDB, and cannot be read out, by this code as little as
 * by any other: whoever takes a copy of the database cannot sign elsewhere. It works in threads as well as in pages.
 */
import { fail, ok, type Result } from '../domain/result';
import { registrationText, signatureHeaders, signedText, type DevicePublicKey } from '../domain/signed-request';

export interface DeviceKey {
  publicKey: DevicePublicKey;
  /** ECDSA with SHA-256 over the bytes: r and s beside each other, 64 bytes. */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

/** A request to be signed; `path` with its query. `timeMs` is the server's time as well as it is known. */
export interface RequestToSign {
  deviceId: string;
  method: string;
  path: string;
  body: Uint8Array<ArrayBuffer>;
  timeMs: number;
}

const databaseName = 'pumpside-device-key';
const storeName = 'keys';
const keyName = 'signing';
const curve = { name: 'ECDSA', namedCurve: 'P-256' };
const algorithm = { name: 'ECDSA', hash: 'SHA-256' };

/** This device's key; the first call makes it. A fault where the page is not secure (https or localhost), or nothing can be stored. */
export async function openDeviceKey(): Promise<Result<DeviceKey>> {
  if (!globalThis.isSecureContext) {
    return fail('unexpected', 'device key', 'a page without https', 'https, or localhost');
  }
  try {
    const database = await openDatabase();
    try {
      const pair =
        (await readPair(database)) ??
        (await keepPair(database, await crypto.subtle.generateKey(curve, false, ['sign'])));
      return ok(await describePair(pair));
    } finally {
      database.close();
    }
  } catch (error) {
    return fail('storage', 'device key', String(error), 'a key that can be made and kept');
  }
}

/** The headers that carry the device's signature over a request. */
export async function signRequest(key: DeviceKey, request: RequestToSign): Promise<Record<string, string>> {
  const { deviceId, method, path, timeMs } = request;
  const nonce = toHex(crypto.getRandomValues(new Uint8Array(16)));
  const bodySha256 = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', request.body)));
  const text = signedText({ deviceId, method, path, timeMs, nonce, bodySha256 });
  return {
    [signatureHeaders.device]: deviceId,
    [signatureHeaders.time]: String(timeMs),
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: await signText(key, text)
  };
}

/** The signature by which a device registers with a code, however the code was typed; base64url. */
export function signRegistration(key: DeviceKey, deviceId: string, code: string): Promise<string> {
  return signText(key, registrationText(deviceId, code));
}

async function signText(key: DeviceKey, text: string): Promise<string> {
  const bytes = await key.sign(new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

async function describePair({ privateKey, publicKey }: CryptoKeyPair): Promise<DeviceKey> {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey);
  return {
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, bytes))
  };
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return settle(request);
}

function readPair(database: IDBDatabase): Promise<CryptoKeyPair | undefined> {
  return settle<CryptoKeyPair | undefined>(database.transaction(storeName).objectStore(storeName).get(keyName));
}

/** Keeps the pair, or gives the one that another tab has kept meanwhile; done when it is on disk. */
function keepPair(database: IDBDatabase, made: CryptoKeyPair): Promise<CryptoKeyPair> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(storeName, 'readwrite', { durability: 'strict' });
    const store = transaction.objectStore(storeName);
    const kept: IDBRequest<CryptoKeyPair | undefined> = store.get(keyName);
    kept.onsuccess = () => {
      if (!kept.result) store.put(made, keyName);
    };
    transaction.oncomplete = () => resolve(kept.result ?? made);
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was ended.'));
  });
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The request failed.'));
  });
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
