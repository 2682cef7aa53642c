import { describe, expect, it } from 'vitest';
import { Quality } from '$lib/domain/reading-block';
import { createHealthTracker } from '$lib/prepare/quality/health';
import { createQualityJudge } from '$lib/prepare/quality/judge';
import { defaultRules } from '$lib/prepare/quality/rules';
import { channels, makePump } from './pump-rows';

/** The state of one channel after each of the codes, a row a second. */
function follow(codes: number[]) {
  const tracker = createHealthTracker(['flow']);
  return codes.map((code, row) => {
    tracker.follow(row * 1000, 0, Uint8Array.of(code));
    return tracker.list()[0]!;
  });
}

describe('health of a channel', () => {
  it.each([
    [Quality.good, 'good'],
    [Quality.arrivalTime, 'good'],
    [Quality.missing, 'function-check'],
    [Quality.unreadable, 'function-check'],
    [Quality.stale, 'function-check'],
    [Quality.sourceBad, 'failure'],
    [Quality.outOfRange, 'failure'],
    [Quality.tooFast, 'failure'],
    [Quality.stuck, 'failure'],
    [Quality.contradicts, 'out-of-specification']
  ])('after code %i is %s, since that row', (quality, state) => {
    expect(follow([Quality.good, quality])[1]).toEqual({
      channel: 'flow',
      state,
      quality,
      sinceMs: state === 'good' ? 0 : 1000
    });
  });

  it('is a failure once a value has been away for a minute, and good as soon as it is back', () => {
    const states = follow([...Array<number>(70).fill(Quality.missing), Quality.good]);
    expect(states[59]).toMatchObject({ state: 'function-check', sinceMs: 0 });
    expect(states[60]).toMatchObject({ state: 'failure', sinceMs: 60_000 });
    // Sixty bad rows of the last thousand: the signal is valid, the line needs a look.
    expect(states[70]).toMatchObject({ state: 'maintenance', quality: Quality.missing, sinceMs: 70_000 });
  });

  it('asks for maintenance after many bad values, and leaves it only after many good ones', () => {
    const flickering = Array.from({ length: 600 }, (_, row) => (row % 20 === 0 ? Quality.outOfRange : Quality.good));
    const states = follow([...flickering, ...Array<number>(3000).fill(Quality.good)]).map(({ state }) => state);
    expect(states[41]).toBe('good');
    expect(states[599]).toBe('maintenance');
    expect(states[700]).toBe('maintenance');
    expect(states.at(-1)).toBe('good');
  });

  it('counts the rows of a gap as rows that did not come', () => {
    const tracker = createHealthTracker(['flow', 'pressure']);
    tracker.follow(0, 0, Uint8Array.of(0, 0));
    tracker.follow(60_000, 59, Uint8Array.of(0, 0));
    expect(tracker.list().map(({ state, quality }) => [state, quality])).toEqual([
      ['maintenance', Quality.missing],
      ['maintenance', Quality.missing]
    ]);
  });

  it('lists the worst first, and the same array until something changes', () => {
    const tracker = createHealthTracker(['a', 'b', 'c', 'd']);
    tracker.follow(0, 0, Uint8Array.of(0, Quality.contradicts, Quality.stuck, Quality.missing));
    const list = tracker.list();
    expect(list.map(({ channel }) => channel)).toEqual(['c', 'd', 'b', 'a']);
    tracker.follow(1000, 0, Uint8Array.of(0, Quality.contradicts, Quality.stuck, Quality.missing));
    expect(tracker.list()).toBe(list);
    tracker.follow(2000, 0, Uint8Array.of(Quality.stuck, 0, 0, 0));
    expect(tracker.list()[0]).toEqual({ channel: 'a', state: 'failure', quality: Quality.stuck, sinceMs: 2000 });
    expect(list[0]).toMatchObject({ channel: 'c', state: 'failure' });
  });

  it('shows a gap between blocks, at whatever rate the rows come', () => {
    for (const stepMs of [20, 1000, 600_000]) {
      const block = makePump(200, { stepMs });
      block.t.forEach((tMs, row) => (block.t[row] = tMs + (row >= 150 ? 40 * stepMs : 0)));
      const judge = createQualityJudge(defaultRules(channels));
      judge.judge(block);
      expect(new Set(judge.health().map(({ state }) => state)), String(stepMs)).toEqual(new Set(['maintenance']));
    }
  });
});
