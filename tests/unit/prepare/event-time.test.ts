import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventTime, type EventTimeRule } from '$lib/prepare/event-time';

const rule: EventTimeRule = { latenessMs: 5000, maxAgeMs: 60_000, maxAheadMs: 10_000 };
const nowMs = Date.UTC(2026, 2, 29, 0, 59, 0);

/** Places readings of one asset, each given as [own time, time of arrival], ms after `nowMs`. */
function placeAll(readings: [number, number, boolean?][]): string[] {
  const eventTime = createEventTime(rule);
  return readings.map(([t, arrived, isHistorical = false]) =>
    eventTime.place('a', nowMs + t, nowMs + arrived, isHistorical)
  );
}

describe('placing readings in time', () => {
  test.each<[string, [number, number, boolean?][], string[]]>([
    [
      'in order',
      [
        [0, 100],
        [1000, 1100],
        [2000, 2100]
      ],
      ['live', 'live', 'live']
    ],
    [
      'behind its neighbour, within the lateness',
      [
        [0, 0],
        [2000, 2000],
        [1000, 2100]
      ],
      ['live', 'live', 'late']
    ],
    [
      'behind the watermark',
      [
        [0, 0],
        [9000, 9000],
        [1000, 9100]
      ],
      ['live', 'live', 'backfill']
    ],
    [
      'the same time again',
      [
        [0, 0],
        [1000, 1000],
        [1000, 1001],
        [0, 1002]
      ],
      ['live', 'live', 'duplicate', 'duplicate']
    ],
    [
      'two weeks old and in order',
      [
        [-1.2e9, 0],
        [-1.2e9 + 1000, 10]
      ],
      ['backfill', 'backfill']
    ],
    [
      'forwarded from a store',
      [
        [0, 0],
        [1000, 1000, true],
        [2000, 2000]
      ],
      ['live', 'backfill', 'live']
    ],
    [
      'ahead of the wall clock',
      [
        [0, 0],
        [20_000, 1000],
        [2000, 2000]
      ],
      ['live', 'ahead', 'live']
    ],
    [
      'a time that is none',
      [
        [NaN, 0],
        [Infinity, 0],
        [0, 0]
      ],
      ['ahead', 'ahead', 'live']
    ]
  ])('%s', (_, readings, expected) => {
    expect(placeAll(readings)).toEqual(expected);
  });

  test('a source an hour behind since summer time ended moves nothing until its time is past the watermark', () => {
    const eventTime = createEventTime(rule);
    expect(eventTime.place('a', nowMs, nowMs, false)).toBe('live');
    for (let s = 1; s < 60; s++) {
      expect(eventTime.place('a', nowMs + s * 1000 - 3_600_000, nowMs + s * 1000, false)).toBe('backfill');
    }
  });

  test("the watermark is the source's: an asset that lags behind the others is not live", () => {
    const eventTime = createEventTime(rule);
    eventTime.place('a', nowMs, nowMs, false);
    expect(eventTime.place('b', nowMs - 4000, nowMs, false)).toBe('live');
    expect(eventTime.place('c', nowMs - 6000, nowMs, false)).toBe('backfill');
    expect(eventTime.watermarkMs()).toBe(nowMs - 5000);
  });

  test('a source with a time of its own is neither old nor ahead', () => {
    const eventTime = createEventTime(rule);
    expect([0, 1e12, 2e12].map((t) => eventTime.place('a', t, NaN, false))).toEqual(['live', 'live', 'live']);
  });

  test('whatever comes, live times of an asset rise, the watermark never falls, and everything is counted', () => {
    const arrival = fc.record({
      asset: fc.constantFrom('a', 'b'),
      t: fc.integer({ min: -100_000, max: 100_000 }),
      waitMs: fc.integer({ min: 0, max: 3000 }),
      isHistorical: fc.boolean()
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 80 }), (arrivals) => {
        const eventTime = createEventTime(rule);
        const newest = new Map<string, number>();
        let watermarkMs = -Infinity;
        let arrivedMs = nowMs;
        for (const { asset, t, waitMs, isHistorical } of arrivals) {
          arrivedMs += waitMs;
          const tMs = nowMs + t;
          if (eventTime.place(asset, tMs, arrivedMs, isHistorical) === 'live') {
            expect(tMs).toBeGreaterThan(newest.get(asset) ?? -Infinity);
            expect(tMs).toBeGreaterThanOrEqual(watermarkMs);
            expect(isHistorical).toBe(false);
            newest.set(asset, tMs);
          }
          expect(eventTime.watermarkMs()).toBeGreaterThanOrEqual(watermarkMs);
          watermarkMs = eventTime.watermarkMs();
        }
        expect(Object.values(eventTime.counts()).reduce((a, b) => a + b, 0)).toBe(arrivals.length);
      })
    );
  });
});
