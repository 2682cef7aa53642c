import { describe, expect, test } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { createSourceClock, type ClockNotice } from '$lib/prepare/source-clock';

const hourMs = 3_600_000;

/** What is said while a source sends once a second for `seconds`, its clock off by `offsetMs(second)`. */
function listen(seconds: number, offsetMs: (second: number) => number): { second: number; notice: ClockNotice }[] {
  const clock = createSourceClock();
  const random = createRandom(3);
  const said: { second: number; notice: ClockNotice }[] = [];
  for (let second = 0; second < seconds; second++) {
    const arrivedMs = 1e12 + second * 1000;
    const notice = clock.observe(arrivedMs + offsetMs(second) - 300 * random.uniform(), arrivedMs);
    if (notice) said.push({ second, notice });
  }
  return said;
}

describe('the clock of a source', () => {
  test('says nothing of one that runs true, or a little off', () => {
    expect(listen(200, () => 0)).toEqual([]);
    expect(listen(200, () => -30_000)).toEqual([]);
  });

  test('tells an hour of summer time by the first readings that agree', () => {
    const said = listen(200, (second) => (second < 100 ? 0 : -hourMs));
    expect(said.length).toBe(1);
    expect(said[0]).toMatchObject({ notice: { kind: 'jump', isWholeHours: true } });
    expect(said[0]!.notice.byMs).toBeCloseTo(-hourMs, -4);
    expect(said[0]!.second).toBeLessThan(130);
  });

  test('tells a wrong time zone from the start, and its mending', () => {
    const said = listen(200, (second) => (second < 100 ? 2 * hourMs : 0)).map(({ notice }) => notice);
    expect(said.map(({ kind, isWholeHours }) => [kind, isWholeHours])).toEqual([
      ['off', true],
      ['jump', true]
    ]);
  });

  test('a clock that was set by minutes is no hour', () => {
    expect(listen(200, (second) => (second < 100 ? 0 : 7 * 60_000))[0]!.notice).toMatchObject({ isWholeHours: false });
  });

  test('a backlog played faster than time is not the clock', () => {
    // Ten seconds of readings a second, from an hour ago until now.
    expect(listen(300, (second) => Math.min(0, -hourMs + second * 9000))).toEqual([]);
  });

  test('times that are none are not looked at', () => {
    const clock = createSourceClock();
    for (let i = 0; i < 50; i++) expect(clock.observe(NaN, 1e12 + i)).toBeNull();
  });
});
