import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampHlc, excessAheadMs, hlcMs, hlcPattern, maxAheadMs, nextHlc, takeBack } from '$lib/sync/clock';

const day = Date.UTC(2030, 0, 1);

describe('hybrid logical clock', () => {
  it('sorts as text and never runs back, whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: -1e6, max: 2 ** 49 }), fc.constant(day))), (walls) => {
        let last = '';
        for (const wallMs of walls) {
          const next = nextHlc(last, wallMs, 'd-1');
          expect(next > last).toBe(true);
          expect(next).toMatch(hlcPattern);
          last = next;
        }
      }),
      { seed: 2 }
    );
  });

  it('follows the wall clock and counts where that stands still', () => {
    const first = nextHlc('', day, 'd');
    expect(hlcMs(first)).toBe(day);
    expect(nextHlc(first, day, 'd').slice(13)).toBe('0001-d');
    expect(hlcMs(nextHlc(first, day + 1, 'd'))).toBe(day + 1);
    expect(hlcMs(nextHlc(`${first.slice(0, 13)}ffff-d`, day, 'd'))).toBe(day + 1);
  });

  it('goes on from where it was held back, and from where it was if it was not', () => {
    const ahead = nextHlc('', Date.UTC(2100, 0, 1), 'd-1');
    const back = takeBack(ahead, excessAheadMs(ahead, day));
    expect(hlcMs(back)).toBe(day + maxAheadMs);
    const next = nextHlc(back, day, 'd-1');
    expect(next).toMatch(hlcPattern);
    expect([excessAheadMs(next, day), next > back]).toEqual([0, true]);
    expect(takeBack(ahead, 0)).toBe(ahead);
  });

  it('is held back where it is more than five minutes ahead', () => {
    const ahead = nextHlc('', day + maxAheadMs + 7000, 'some-device');
    expect(excessAheadMs(ahead, day)).toBe(7000);
    expect(hlcMs(clampHlc(ahead, day))).toBe(day + maxAheadMs);
    expect(clampHlc(ahead, day)).toMatch(/-some-device$/);
    const fine = nextHlc('', day + maxAheadMs, 'd');
    expect(excessAheadMs(fine, day)).toBe(0);
    expect(clampHlc(fine, day)).toBe(fine);
  });
});
