/**
 * Token buckets: each key may do so much at once, and gets it back with time. Kept in memory, for at most so many keys: the one that was
 * quiet for longest makes room, and it is the one most likely to be full again.
 */

export interface TokenBucketsSetup {
  /** Tokens of a full bucket. */
  capacity: number;
  /** Tokens that come back in a second. */
  perSecond: number;
  /** Keys remembered at a time. */
  mostKeys?: number;
  /** ms, running on. */
  clock: () => number;
}

export interface TokenBuckets {
  /** Takes `cost` tokens: 0 where they were there, else nothing is taken and it is the ms until they will be. */
  take(key: string, cost?: number): number;
  /** Puts tokens back that were taken for something which needed no limit after all. */
  giveBack(key: string, cost?: number): void;
}

/** Creates the buckets, all full. A cost above the capacity counts as the capacity, so that it can be paid at all. */
export function createTokenBuckets({ capacity, perSecond, mostKeys = 10_000, clock }: TokenBucketsSetup): TokenBuckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>();

  function fill(key: string): number {
    const bucket = buckets.get(key);
    const nowMs = clock();
    if (!bucket) return capacity;
    return Math.min(capacity, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
  }

  function keep(key: string, tokens: number): void {
    // Put at the end, so that the map is in order of use.
    buckets.delete(key);
    if (buckets.size >= mostKeys) buckets.delete(buckets.keys().next().value!);
    buckets.set(key, { tokens, atMs: clock() });
  }

  return {
    take(key, cost = 1) {
      const price = Math.min(cost, capacity);
      const tokens = fill(key);
      // Parts of a token do not add up exactly: who has waited as told must not be short of a billionth.
      const isPaid = tokens >= price - 1e-9;
      keep(key, isPaid ? Math.max(0, tokens - price) : tokens);
      return isPaid ? 0 : Math.ceil(((price - tokens) / perSecond) * 1000);
    },
    giveBack(key, cost = 1) {
      keep(key, Math.min(capacity, fill(key) + Math.min(cost, capacity)));
    }
  };
}
