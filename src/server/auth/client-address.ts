/**
 * Where a request came from. The addresses a proxy adds are believed only where the server was told that it stands behind one: anybody
 * can send the headers.
 */
import type { Caller } from '../api/route';

/** The caller's address: of the socket, or the last one that a trusted proxy has added. */
export function clientAddress(socketAddress: string, headers: Headers, trustsProxy: boolean): string {
  const forwarded = trustsProxy ? headers.get('X-Forwarded-For')?.split(',').at(-1)?.trim() : undefined;
  return (forwarded || socketAddress).replace(/^::ffff:(?=\d+\.)/i, '').slice(0, 64);
}

/** True where the page was loaded by https, here or at a trusted proxy. */
export function isSecure(request: Request, trustsProxy: boolean): boolean {
  const forwarded = trustsProxy ? request.headers.get('X-Forwarded-Proto')?.split(',').at(-1)?.trim() : undefined;
  return (forwarded ?? new URL(request.url).protocol.replace(':', '')) === 'https';
}

/** What an address counts as for limits: itself, or for IPv6 the 64 bits of its network, since one machine has them all. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const front = head.split(':').filter(Boolean);
  const back = tail.split(':').filter(Boolean);
  const zeros = address.includes('::') ? Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0') : [];
  const groups = [...front, ...zeros, ...back].slice(0, 4);
  return `${groups.map((each) => parseInt(each, 16).toString(16)).join(':')}::/64`;
}

/** Whose bucket a call is taken from: the caller's own, or the address's for nobody. */
export function callerKey(caller: Caller, address: string): string {
  switch (caller.kind) {
    case 'nobody':
      return `address:${addressKey(address)}`;
    case 'user':
      return `user:${caller.userId}`;
    case 'device':
      return `device:${caller.deviceId}`;
    case 'key':
      return `key:${caller.keyId}`;
  }
}
