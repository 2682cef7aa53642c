import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDeviceKey, signRegistration, signRequest } from '$lib/bridge/device-key';
import { registrationText, signatureHeaders, signedText, type DevicePublicKey } from '$lib/domain/signed-request';

const request = {
  deviceId: '018f4a3e-0000-7000-8000-000000000001',
  method: 'POST',
  path: '/api/v1/sync/push?a=1',
  body: new TextEncoder().encode('{"operations":[]}'),
  timeMs: 1_790_000_000_000
};

beforeEach(forget);
afterEach(forget);

it('makes one key, whoever asks first, and keeps it', async () => {
  const both = await Promise.all([openKey(), openKey()]);
  expect(both[1].publicKey).toEqual(both[0].publicKey);
  expect((await openKey()).publicKey).toEqual(both[0].publicKey);
  await forget();
  expect((await openKey()).publicKey).not.toEqual(both[0].publicKey);
});

it('signs requests so that the public key alone can check them, each with a nonce of its own', async () => {
  const key = await openKey();
  const headers = await signRequest(key, request);
  const nonce = headers[signatureHeaders.nonce]!;
  expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  expect((await signRequest(key, request))[signatureHeaders.nonce]).not.toBe(nonce);
  const bodySha256 = hex(await crypto.subtle.digest('SHA-256', request.body));
  const { deviceId, method, path, timeMs } = request;
  const signed = { deviceId, method, path, timeMs, nonce, bodySha256 };
  const signature = headers[signatureHeaders.signature]!;
  expect(await isSigned(key.publicKey, signedText(signed), signature)).toBe(true);
  expect(await isSigned(key.publicKey, signedText({ ...signed, timeMs: timeMs + 1 }), signature)).toBe(false);
});

it('signs a registration for the code as it was meant', async () => {
  const key = await openKey();
  const signature = await signRegistration(key, request.deviceId, 'abcd efgh 1lIo 0000');
  expect(await isSigned(key.publicKey, registrationText(request.deviceId, 'ABCD-EFGH-1110-0000'), signature)).toBe(
    true
  );
});

it('keeps a private key that nobody can read out', async () => {
  await openKey();
  const pair = await readKept();
  expect(pair.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('jwk', pair.privateKey)).rejects.toThrow();
  await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow();
});

async function openKey() {
  const opened = await openDeviceKey();
  if (!opened.ok) throw new Error(opened.fault.found);
  return opened.value;
}

async function isSigned(publicKey: DevicePublicKey, text: string, signature: string): Promise<boolean> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('jwk', { ...publicKey }, curve, false, ['verify']);
  const bytes = Uint8Array.from(atob(signature.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0)
  );
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes, new TextEncoder().encode(text));
}

function readKept(): Promise<CryptoKeyPair> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('pumpside-device-key');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const reading = database.transaction('keys').objectStore('keys').get('signing');
      reading.onsuccess = () => {
        database.close();
        resolve(reading.result as CryptoKeyPair);
      };
    };
  });
}

function forget(): Promise<void> {
  return new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase('pumpside-device-key');
    deleting.onsuccess = () => resolve();
    deleting.onerror = () => reject(deleting.error);
  });
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
