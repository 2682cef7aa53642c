/** Where requests came from, found once for each: the router has the socket, and whoever checks credentials only the request. */
import type { Context } from 'hono';
import { clientAddress } from '../auth/client-address';

export interface Addresses {
  /** Looks the address up at the socket, or in what a trusted proxy has added; empty where there is neither. */
  read(context: Context): string;
  /** The address of a request that was read before; else empty. */
  of(request: Request): string;
}

/** Creates the look-up; with `trustsProxy` what a proxy says of whom it stands for is believed. */
export function createAddresses(trustsProxy: boolean): Addresses {
  const known = new WeakMap<Request, string>();
  return {
    read(context) {
      const env = context.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
      const { raw } = context.req;
      const address = clientAddress(env?.incoming?.socket?.remoteAddress ?? '', raw.headers, trustsProxy);
      known.set(raw, address);
      return address;
    },
    of: (request) => known.get(request) ?? ''
  };
}
