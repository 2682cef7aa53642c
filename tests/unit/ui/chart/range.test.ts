import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitRange,
  moveEdge,
  panRange,
  pinchRange,
  settleRequests,
  shareAt,
  spanOf,
  timeAt,
  zoomRange
} from '$lib/ui/chart/range';

const limits = { full: { fromMs: 0, toMs: 10_000 }, minSpanMs: 100 };
const range = { fromMs: 4000, toMs: 6000 };

describe('the visible range', () => {
  it('pans by a share of itself and stops at the ends', () => {
    expect(panRange(range, 0.1, limits)).toEqual({ fromMs: 4200, toMs: 6200 });
    expect(panRange(range, -9, limits)).toEqual({ fromMs: 0, toMs: 2000 });
    expect(panRange(range, 9, limits)).toEqual({ fromMs: 8000, toMs: 10_000 });
  });

  it('zooms about the time under the pointer', () => {
    expect(zoomRange(range, 0.5, 0.25, limits)).toEqual({ fromMs: 4250, toMs: 5250 });
    expect(zoomRange(range, 2, 0.5, limits)).toEqual({ fromMs: 3000, toMs: 7000 });
  });

  it('stops zooming at the shortest stretch and at the whole recording', () => {
    expect(spanOf(zoomRange(range, 1e-6, 0.5, limits))).toBe(100);
    expect(zoomRange(range, 1e6, 0.5, limits)).toEqual(limits.full);
  });

  it('keeps the times under two fingers beneath them', () => {
    const before: [number, number] = [0.25, 0.75];
    const now: [number, number] = [0.1, 0.9];
    const pinched = pinchRange(range, before, now, limits);
    expect(timeAt(pinched, now[0])).toBeCloseTo(timeAt(range, before[0]), 6);
    expect(timeAt(pinched, now[1])).toBeCloseTo(timeAt(range, before[1]), 6);
  });

  it('does not divide by two fingers in one place', () => {
    expect(pinchRange(range, [0.4, 0.6], [0.5, 0.5], limits)).toEqual(range);
  });

  it('moves one edge and never past the other or the recording', () => {
    expect(moveEdge(range, 'from', 1000, limits)).toEqual({ fromMs: 1000, toMs: 6000 });
    expect(moveEdge(range, 'from', 9000, limits)).toEqual({ fromMs: 5900, toMs: 6000 });
    expect(moveEdge(range, 'to', 99_000, limits)).toEqual({ fromMs: 4000, toMs: 10_000 });
  });

  it('always lies inside the recording, whatever is done to it', () => {
    const share = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, factor) => {
        const result = zoomRange(
          panRange(fitRange({ fromMs: a * 1e4, toMs: b * 1e4 }, limits), b, limits),
          factor,
          0.3,
          limits
        );
        expect(result.fromMs).toBeGreaterThanOrEqual(-1e-6);
        expect(result.toMs).toBeLessThanOrEqual(10_000 + 1e-6);
        expect(spanOf(result)).toBeGreaterThanOrEqual(100 - 1e-6);
      })
    );
  });

  it('translates between time and share', () => {
    expect(shareAt(range, 4500)).toBe(0.25);
    expect(timeAt(range, 0.25)).toBe(4500);
    expect(shareAt({ fromMs: 5, toMs: 5 }, 5)).toBe(0);
  });
});

describe('answers to asked ranges', () => {
  const [a, b, c] = [1, 2, 3].map((i) => ({ fromMs: i, toMs: i + 10 })) as [typeof range, typeof range, typeof range];

  it('settle the question and those before it, and leave the view with the hand', () => {
    expect(settleRequests([a, b, c], { ...b })).toEqual({ asked: [c], isFollowing: false });
    expect(settleRequests([a, b, c], { ...c })).toEqual({ asked: [], isFollowing: false });
  });

  it('that nobody asked for move the view', () => {
    expect(settleRequests([a, b], c)).toEqual({ asked: [], isFollowing: true });
    expect(settleRequests([], a)).toEqual({ asked: [], isFollowing: true });
  });
});
