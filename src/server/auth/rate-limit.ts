/** How often anybody may ask: a bucket for each caller, or for each address where nobody is signed in. Coming in is held far stricter. */
import type { RateLimit } from '../api/route';
import { addressKey, callerKey } from './client-address';
import { nameKey } from './accounts';
import { createTokenBuckets } from './token-buckets';

export interface RateLimitSetup {
  /** What a caller may ask at once, and again in each second: one for a simple call. */
  capacity: number;
  perSecond: number;
  clock: () => number;
}

/** Creates the limit of all calls. */
export function createRateLimit({ capacity, perSecond, clock }: RateLimitSetup): RateLimit {
  const buckets = createTokenBuckets({ capacity, perSecond, clock });
  return ({ caller, address, cost }) => buckets.take(callerKey(caller, address), cost) / 1000;
}

/** Limit of passwords and codes that are tried. */
export interface TryLimit {
  /** 0 where it may be tried, else the ms to wait. `name` is empty for a code. */
  take(name: string, address: string): number;
  /** It was right, so it is not counted. */
  giveBack(name: string, address: string): void;
}

/**
 * Creates the limit of tries. An address has few for one name, more for all names together, since a plant's people may share one; a name
 * has a good many from all addresses together, so that nobody can be locked out from elsewhere in passing. Codes, which cannot be guessed, have
 * no such third limit.
 */
export function createTryLimit(clock: () => number): TryLimit {
  const rings = [
    {
      buckets: createTokenBuckets({ capacity: 5, perSecond: 1 / 30, clock }),
      key: (name: string, address: string) => `${addressKey(address)} ${nameKey(name)}`
    },
    {
      buckets: createTokenBuckets({ capacity: 20, perSecond: 1 / 6, clock }),
      key: (_name: string, address: string) => addressKey(address)
    },
    { buckets: createTokenBuckets({ capacity: 50, perSecond: 1 / 20, clock }), key: (name: string) => nameKey(name) }
  ];
  const ringsOf = (name: string) => (name === '' ? rings.slice(0, 2) : rings);

  return {
    take(name, address) {
      for (const [index, { buckets, key }] of ringsOf(name).entries()) {
        const waitMs = buckets.take(key(name, address));
        if (waitMs === 0) continue;
        // Nothing is tried, so the rings before have nothing to count.
        for (const ring of rings.slice(0, index)) ring.buckets.giveBack(ring.key(name, address));
        return waitMs;
      }
      return 0;
    },
    giveBack(name, address) {
      for (const { buckets, key } of ringsOf(name)) buckets.giveBack(key(name, address));
    }
  };
}
