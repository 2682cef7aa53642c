import { describe, expect, it } from 'vitest';
import { createOperatingTracker, type OperatingRule } from '$lib/prepare/operating-state';

const rule: OperatingRule = { offBelowRpm: 150, offBelowA: 1.35, startingS: 60 };

/** States at rows a second apart. */
function follow(rows: [rpm: number, ampere: number][], given = rule) {
  const tracker = createOperatingTracker(given);
  return rows.map(([rpm, ampere], row) => tracker.next(row * 1000, rpm, ampere));
}

describe('operating state', () => {
  it('is off, then starting for a minute, then running, and off again at once', () => {
    const states = follow([
      ...Array.from({ length: 5 }, () => [0, 0] as [number, number]),
      ...Array.from({ length: 70 }, () => [2950, 20] as [number, number]),
      [100, 0.2]
    ]);
    expect(states.slice(0, 5)).toEqual(Array(5).fill('off'));
    expect(states.slice(5, 65)).toEqual(Array(60).fill('starting'));
    expect(states.slice(65, 75)).toEqual(Array(10).fill('running'));
    expect(states.at(-1)).toBe('off');
  });

  it('does not take a pump that is on with the first row for long running', () => {
    expect(follow([[2950, 20]])).toEqual(['starting']);
  });

  it('knows nothing where speed and current contradict or are both missing, and goes on running after it', () => {
    const on = Array.from({ length: 61 }, () => [2950, 20] as [number, number]);
    expect(follow([...on, [0, 20], [2950, 0], [NaN, NaN], [2950, 20]]).slice(61)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'running'
    ]);
  });

  it('goes by the one that is there, and not by a current whose motor is not known', () => {
    expect(follow([[NaN, 0]])).toEqual(['off']);
    expect(follow([[NaN, 20]])).toEqual(['starting']);
    expect(follow([[0, NaN]])).toEqual(['off']);
    expect(follow([[NaN, 20]], { ...rule, offBelowA: null })).toEqual(['unknown']);
    expect(follow([[0, 20]], { ...rule, offBelowA: null })).toEqual(['off']);
  });

  it('takes a shaft that turns backwards for turning', () => {
    expect(follow([[-900, 20]])).toEqual(['starting']);
  });
});
