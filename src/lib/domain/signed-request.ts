/**
 * What a device signs of a request, the same text on both sides. The signature is detached: it stands in headers, so that the body stays
 * what it is. It binds method, address, time and body; the nonce makes each signature good for one request.
 */

/** The headers that carry a signature. */
export const signatureHeaders = {
  device: 'X-Pumpside-Device',
  /** When it was signed, ms UTC. A device whose clock is off signs by the server's, from the `Date` of its answers. */
  time: 'X-Pumpside-Time',
  /** 16 random bytes, hex. */
  nonce: 'X-Pumpside-Nonce',
  /** ECDSA P-256 with SHA-256, r and s beside each other, base64url. */
  signature: 'X-Pumpside-Signature'
} as const;

/** A device's public key as it is registered: JSON Web Key of an EC key on P-256. */
export interface DevicePublicKey {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
}

export interface SignedRequest {
  deviceId: string;
  method: string;
  /** Path and query as sent, e.g. `/api/v1/sync/pull?cursor=0`. */
  path: string;
  timeMs: number;
  nonce: string;
  /** SHA-256 of the body's bytes, hex; of none where there is no body. */
  bodySha256: string;
}

/** The text under the signature of a request. */
export function signedText({ deviceId, method, path, timeMs, nonce, bodySha256 }: SignedRequest): string {
  return ['pumpside request 1', deviceId, method, path, String(timeMs), nonce, bodySha256].join('\n');
}

/** The text a device signs when it registers: shows that it has the private key, for this code and id alone. */
export function registrationText(deviceId: string, code: string): string {
  return ['pumpside registration 1', deviceId, readCode(code)].join('\n');
}

/** A code as it was meant, however it was typed: small letters, blanks, O for 0, I and L for 1. */
export function readCode(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
    .replace(/[^0-9A-Z]/g, '');
}
