import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfQuiet, isTimeZone, mostTries, waitAfter } from '../../../../src/server/notify/due';

const at = (text: string) => Date.parse(text);
const night = { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' };

describe('quiet hours', () => {
  test.each([
    ['in the evening', '2026-01-05T21:30:00Z', '2026-01-06T05:00:00Z'],
    ['after midnight', '2026-01-06T03:00:30Z', '2026-01-06T05:00:00Z'],
    ['at the first minute', '2026-01-05T21:00:00Z', '2026-01-06T05:00:00Z'],
    ['at the last moment before', '2026-01-05T20:59:59.999Z', '2026-01-05T20:59:59.999Z'],
    ['when they end', '2026-01-06T05:00:00Z', '2026-01-06T05:00:00Z'],
    ['by day', '2026-01-06T12:00:00Z', '2026-01-06T12:00:00Z'],
    ['while clocks go forward', '2026-03-28T23:00:00Z', '2026-03-29T04:00:00Z'],
    ['while clocks go back', '2026-10-24T22:00:00Z', '2026-10-25T05:00:00Z']
  ])('%s', (_, nowText, endText) => {
    expect(new Date(endOfQuiet(night, at(nowText))).toISOString()).toBe(new Date(at(endText)).toISOString());
  });

  test('none hold nothing, nor do hours without a length', () => {
    expect(endOfQuiet(null, 5)).toBe(5);
    expect(endOfQuiet({ from: '08:00', to: '08:00', timeZone: 'UTC' }, at('2026-01-05T08:00:00Z'))).toBe(
      at('2026-01-05T08:00:00Z')
    );
  });

  test('they end within a day, and what comes at their end is not held again', () => {
    const clock = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const zone = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns', 'Asia/Tokyo');
    const time = fc.integer({ min: at('2026-01-01'), max: at('2026-02-20') });
    fc.assert(
      fc.property(clock, clock, zone, time, (from, to, timeZone, nowMs) => {
        const quiet = { from, to, timeZone };
        const endMs = endOfQuiet(quiet, nowMs);
        expect(endMs).toBeGreaterThanOrEqual(nowMs);
        expect(endMs - nowMs).toBeLessThanOrEqual(86_400_000);
        expect(endOfQuiet(quiet, endMs)).toBe(endMs);
        if (endMs > nowMs) expect(endOfQuiet(quiet, endMs - 1)).toBe(endMs);
      })
    );
  });

  test('names of time zones are known or not', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Atlantis')).toBe(false);
  });
});

describe('waits', () => {
  test('double up to an hour, and are never less than half of that', () => {
    const longest = Array.from({ length: mostTries }, (_, index) => waitAfter(index + 1, 0.999_999_999));
    expect(longest.slice(0, 3)).toEqual([5000, 10_000, 20_000]);
    expect(Math.max(...longest)).toBe(3_600_000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (tries, random) => {
        const wait = waitAfter(tries, random);
        const most = Math.min(5000 * 2 ** (tries - 1), 3_600_000);
        expect(wait).toBeGreaterThanOrEqual(most / 2);
        expect(wait).toBeLessThanOrEqual(most);
      })
    );
  });
  test('are as long as the place asks for, up to an hour', () => {
    expect(waitAfter(1, 0, 60_000)).toBe(60_000);
    expect(waitAfter(1, 0, 1e9)).toBe(3_600_000);
  });
});
