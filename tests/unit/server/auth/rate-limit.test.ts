import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimit, createTryLimit } from '../../../../src/server/auth/rate-limit';
import { createTokenBuckets } from '../../../../src/server/auth/token-buckets';

describe('token buckets', () => {
  it('give what they hold, then as much as time brings, and say how long', () => {
    let nowMs = 0;
    const buckets = createTokenBuckets({ capacity: 3, perSecond: 0.5, clock: () => nowMs });
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 2000]);
    expect(buckets.take('b', 2)).toBe(0);
    nowMs = 1999;
    expect(buckets.take('a')).toBe(1);
    nowMs = 2000;
    expect(buckets.take('a')).toBe(0);
    buckets.giveBack('a');
    expect(buckets.take('a')).toBe(0);
  });

  it('never let through more than capacity and time allow, whatever is asked and wherever the clock goes', () => {
    const step = fc.record({ passMs: fc.integer({ min: -500, max: 3000 }), cost: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let nowMs = 0;
        let passedMs = 0;
        let taken = 0;
        const buckets = createTokenBuckets({ capacity: 4, perSecond: 2, clock: () => nowMs });
        for (const { passMs, cost } of steps) {
          nowMs += passMs;
          passedMs += Math.max(0, passMs);
          const waitMs = buckets.take('a', cost);
          if (waitMs === 0) taken += Math.min(cost, 4);
          else {
            nowMs += waitMs;
            passedMs += waitMs;
            // What it said to wait is enough.
            expect(buckets.take('a', cost)).toBe(0);
            taken += Math.min(cost, 4);
          }
        }
        expect(taken).toBeLessThanOrEqual(4 + (passedMs / 1000) * 2 + 1e-6);
      })
    );
  });

  it('let through who has waited as told, although parts of a token do not add up exactly', () => {
    let nowMs = 0;
    const buckets = createTokenBuckets({ capacity: 1, perSecond: 0.1, clock: () => nowMs });
    let short = 0;
    for (let n = 0; n < 20_000; n++) {
      const waitMs = buckets.take('a');
      nowMs += waitMs;
      if (waitMs > 0 && buckets.take('a') > 0) short++;
      nowMs += (n * 7919) % 1500;
    }
    expect(short).toBe(0);
  });

  it('remember a bounded number of keys, those used last', () => {
    const buckets = createTokenBuckets({ capacity: 1, perSecond: 1e-9, mostKeys: 3, clock: () => 0 });
    for (const key of ['a', 'b', 'c', 'a', 'd']) buckets.take(key);
    expect(buckets.take('a')).toBeGreaterThan(0);
    expect(buckets.take('b')).toBe(0);
  });
});

it('the limit of calls goes by caller, and by address for nobody', () => {
  const limit = createRateLimit({ capacity: 2, perSecond: 1, clock: () => 0 });
  const nobody = { kind: 'nobody' as const };
  const key = { kind: 'key' as const, keyId: 'k', name: '', permissions: [], groups: [] };
  expect(limit({ caller: nobody, address: '10.0.0.1', cost: 2 })).toBe(0);
  expect(limit({ caller: nobody, address: '10.0.0.1', cost: 1 })).toBe(1);
  expect(limit({ caller: nobody, address: '10.0.0.2', cost: 1 })).toBe(0);
  expect(limit({ caller: key, address: '10.0.0.1', cost: 2 })).toBe(0);
  expect(limit({ caller: key, address: '10.0.0.9', cost: 1 })).toBe(1);
});

describe('the limit of tries', () => {
  it('gives one address few for a name, and others none the less', () => {
    const limit = createTryLimit(() => 0);
    for (let n = 0; n < 5; n++) expect(limit.take('Ada', '10.0.0.1')).toBe(0);
    expect(limit.take(' ada ', '10.0.0.1')).toBe(30_000);
    expect(limit.take('Bo', '10.0.0.1')).toBe(0);
    expect(limit.take('Ada', '10.0.0.2')).toBe(0);
  });

  it('gives one address no endless supply of names, and a network of IPv6 is one address', () => {
    const limit = createTryLimit(() => 0);
    const tried = Array.from({ length: 30 }, (_, n) => limit.take(`name ${n}`, `2001:db8:1:2::${n.toString(16)}`));
    expect(tried.filter((waitMs) => waitMs === 0)).toHaveLength(20);
    expect(limit.take('name 0', '2001:db8:1:3::1')).toBe(0);
  });

  it('gives a name no endless supply of addresses, but codes', () => {
    const limit = createTryLimit(() => 0);
    const count = (name: string) =>
      Array.from({ length: 80 }, (_, n) => limit.take(name, `10.0.1.${n}`)).filter((waitMs) => waitMs === 0).length;
    expect(count('Ada')).toBe(50);
    expect(count('')).toBe(80);
  });

  it('does not count what was right', () => {
    const limit = createTryLimit(() => 0);
    for (let n = 0; n < 100; n++) {
      expect(limit.take('Ada', '10.0.0.1')).toBe(0);
      limit.giveBack('Ada', '10.0.0.1');
    }
  });
});
