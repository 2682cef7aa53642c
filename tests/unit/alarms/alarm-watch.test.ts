/** What a watch makes of samples, condition by condition. Long, because every kind of condition is held to the same questions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmCondition, AlarmRule } from '$lib/domain/alarm';
import { Quality } from '$lib/domain/reading-block';
import { advanceAlarm } from '$lib/alarms/machine';
import type { WatchEvent } from '$lib/alarms/alarm-watch';
import type { Operating } from '$lib/alarms/rule-watch';
import { expireShelves } from '$lib/alarms/shelving';
import {
  apply,
  blockOf,
  follow,
  limit10,
  minute,
  pushRows,
  ruleOf,
  scoresOf,
  second,
  tell,
  watchOf,
  type Row
} from './watch-cases';

const delayed = ruleOf(limit10, { onDelayMs: 10 * second, offDelayMs: 20 * second });

/** The same value for every second of [from, to]. */
function hold(value: number | null, from: number, to: number): Row[] {
  return Array.from({ length: to - from + 1 }, (_, i) => [from + i, value]);
}

it('a raise bears the unit of what was compared, which other devices cannot know', () => {
  const raise = (condition: AlarmCondition) => apply(pushRows(watchOf([ruleOf(condition)]), [[0, 12]])).occurrence;
  expect(raise({ ...limit10, unit: 'kPa' })).toMatchObject({ value: 12, limit: 10, unit: 'kPa' });
  expect(raise(limit10)).not.toHaveProperty('unit');
});

describe('delays', () => {
  it('let a change count once it has held for so long', () => {
    expect(follow(delayed, [...hold(12, 0, 30), ...hold(5, 31, 60)])).toEqual(['raise@10', 'return@51']);
  });

  it('begin anew when the condition is false before they are over', () => {
    expect(follow(delayed, [...hold(12, 0, 9), [10, 5], ...hold(12, 11, 21)])).toEqual(['raise@21']);
  });

  it('are reset by the condition for the return as well', () => {
    const rows: Row[] = [...hold(12, 0, 10), ...hold(5, 11, 29), [30, 12], ...hold(5, 31, 51)];
    expect(follow(delayed, rows)).toEqual(['raise@10', 'return@51']);
  });

  it('stand still while nothing is known, and begin anew after longer than themselves', () => {
    expect(follow(delayed, [...hold(12, 0, 5), ...hold(null, 6, 8), ...hold(12, 9, 20)])).toEqual(['raise@13']);
    expect(follow(delayed, [...hold(12, 0, 5), ...hold(null, 6, 30), ...hold(12, 31, 45)])).toEqual(['raise@41']);
  });

  it('run out by a tick, unless nothing is known', () => {
    const watch = watchOf([delayed]);
    pushRows(watch, [[0, 12]]);
    expect(tell(watch.tick(9 * second))).toEqual([]);
    expect(tell(watch.tick(10 * second))).toEqual(['raise@10']);
    const unknown = watchOf([delayed]);
    pushRows(unknown, [
      [0, 12],
      [1, null]
    ]);
    expect(tell(unknown.tick(60 * second))).toEqual([]);
  });
});

describe('rows', () => {
  it('a few milliseconds apart make one alarm', () => {
    expect(follow(ruleOf(limit10), [[0, 12], [0.003, 12], [0.004, 13]])).toEqual(['raise@0']); // prettier-ignore
  });

  it('that are late neither raise nor clear', () => {
    const watch = watchOf([ruleOf(limit10)]);
    expect(tell(pushRows(watch, [[10, 5]]))).toEqual([]);
    expect(tell(pushRows(watch, [[3, 99], [10, 99]]))).toEqual([]); // prettier-ignore
    expect(tell(pushRows(watch, [[11, 12]]))).toEqual(['raise@11']);
    expect(tell(pushRows(watch, [[4, 1]]))).toEqual([]);
  });

  it('cost nothing where nothing happens', () => {
    const watch = watchOf([ruleOf(limit10)]);
    const quiet = pushRows(watch, [[0, 5]]);
    expect(quiet).toHaveLength(0);
    expect(pushRows(watch, [[1, 5]])).toBe(quiet);
    expect(watch.tick(9000)).toBe(quiet);
  });

  it('give each occurrence an id of its own', () => {
    const events = pushRows(watchOf([ruleOf(limit10)]), [[0, 12], [1, 5], [2, 12], [3, 5]]); // prettier-ignore
    const ids = events.flatMap(({ event }) => (event.kind === 'raise' ? [event.occurrenceId] : []));
    expect(new Set(ids).size).toBe(2);
    expect(apply(events)).toMatchObject({ count: 2, state: 'RTNUN' });
  });
});

describe('escalation', () => {
  const rule = ruleOf(limit10, {
    offDelayMs: 5 * minute,
    escalation: { afterMs: minute, priority: 'high', backAfterMs: 2 * minute }
  });

  it('raises the priority after a minute, takes it back after two of normal, and the alarm clears after five', () => {
    const rows: Row[] = [...hold(12, 0, 90), ...hold(5, 91, 500)];
    expect(follow(rule, rows)).toEqual(['raise@0', 'reprioritise@60', 'reprioritise@211', 'return@391']);
    expect(apply(pushRows(watchOf([rule]), rows))).toMatchObject({ priority: 'low', state: 'RTNUN' });
  });

  it('counts anew when it stands again, and needs two minutes on end', () => {
    const rows: Row[] = [
      ...hold(12, 0, 70),
      ...hold(5, 71, 180),
      [181, 12],
      ...hold(5, 182, 310),
      ...hold(12, 311, 380)
    ];
    expect(follow(rule, rows)).toEqual(['raise@0', 'reprioritise@60', 'reprioritise@302', 'reprioritise@371']);
  });

  it('comes by ticks as well, and only once', () => {
    const watch = watchOf([rule]);
    pushRows(watch, [[0, 12]]);
    expect(tell(watch.tick(minute))).toEqual(['reprioritise@60']);
    expect(tell(watch.tick(2 * minute))).toEqual([]);
  });
});

describe('re-alarm', () => {
  const rule = ruleOf(limit10, { reAlarmMs: minute });

  it('announces again what was acknowledged and still stands', () => {
    const watch = watchOf([rule]);
    let alarm = apply(pushRows(watch, hold(12, 0, 30)));
    const acknowledge = () => {
      const { id } = alarm.occurrence!;
      alarm = advanceAlarm(alarm, { kind: 'acknowledge', atMs: 1e12, occurrenceId: id, by: '', deviceId: 'tablet' });
      watch.learn(alarm);
    };
    acknowledge();
    const events = pushRows(watch, hold(12, 31, 200));
    expect(tell(events)).toEqual(['re-alarm@91']);
    alarm = apply(events, alarm);
    expect(alarm.state).toBe('UNACK');
    watch.learn(alarm);
    acknowledge();
    expect(tell(pushRows(watch, hold(12, 201, 262)))).toEqual(['re-alarm@261']);
  });

  it('does not come for what has returned', () => {
    const watch = watchOf([rule]);
    const alarm = apply(pushRows(watch, [[0, 12]]));
    watch.learn({ ...alarm, state: 'ACKED' });
    expect(tell(pushRows(watch, hold(5, 1, 200)))).toEqual(['return@1']);
  });
});

describe('suppression by design', () => {
  const rule = ruleOf(limit10, { suppressedIn: ['off', 'starting'], offDelayMs: 15 * second });

  it('begins and ends with the pump by itself, the condition followed meanwhile', () => {
    const rows: Row[] = [
      [0, 5],
      [1, 12, 0, 'off'],
      [2, 12, 0, 'unknown'],
      [3, 12, 0, 'starting'],
      [4, 12]
    ];
    const events = pushRows(watchOf([rule]), rows);
    expect(tell(events)).toEqual(['suppress@1', 'raise@1', 'suppress@3', 'unsuppress@4']);
    expect(apply(events)).toMatchObject({ state: 'UNACK', announcedMs: 4000, count: 1 });
  });

  it('announces nothing that is over when it ends, off-delay or not', () => {
    const events = pushRows(watchOf([rule]), [
      [0, 5],
      [1, 12, 0, 'off'],
      [2, 5]
    ]);
    expect(tell(events)).toEqual(['suppress@1', 'raise@1', 'return@2', 'unsuppress@2']);
    expect(apply(events)).toMatchObject({ state: 'NORM', announcedMs: null });
  });

  it('is not for states that the rule does not name', () => {
    const off = ruleOf(limit10, { suppressedIn: ['off'] });
    expect(follow(off, [[0, 12, 0, 'starting']])).toEqual(['raise@0']);
  });
});

describe('after a restart', () => {
  const standing = apply(pushRows(watchOf([ruleOf(limit10)]), [[0, 12]]));

  it('a standing alarm is not raised again, and returns once its condition is false', () => {
    const watch = watchOf([ruleOf(limit10)], [standing]);
    // Between the two limits it stays as it was.
    expect(tell(pushRows(watch, [[5, 12], [6, 9.5]]))).toEqual([]); // prettier-ignore
    const events = pushRows(watch, [[7, 5]]);
    expect(tell(events)).toEqual(['return@7']);
    expect(apply(events, standing).state).toBe('RTNUN');
  });

  it('the next occurrence has another id than those before', () => {
    const watch = watchOf([ruleOf(limit10)], [standing]);
    const alarm = apply(pushRows(watch, [[0.001, 5], [0.002, 12]]), standing); // prettier-ignore
    expect(alarm.count).toBe(2);
    expect(alarm.occurrence?.id).not.toBe(standing.occurrence?.id);
  });

  it('rows from before count for nothing', () => {
    expect(tell(pushRows(watchOf([ruleOf(limit10)], [standing], 9 * second), [[8, 5]]))).toEqual([]);
  });

  it('an alarm whose rule is gone or disabled is taken back', () => {
    const disabled = ruleOf(limit10, { isEnabled: false });
    for (const watch of [watchOf([], [standing]), watchOf([disabled], [standing])]) {
      expect(tell(pushRows(watch, [[5, 12], [6, 12]]))).toEqual(['return@5']); // prettier-ignore
    }
  });

  it('a suppression that no longer holds ends', () => {
    const rule = ruleOf(limit10, { suppressedIn: ['off'] });
    const suppressed = apply(pushRows(watchOf([rule]), [[0, 5, 0, 'off']]));
    expect(tell(pushRows(watchOf([rule], [suppressed]), [[5, 5, 0, 'unknown']]))).toEqual([]);
    expect(tell(pushRows(watchOf([rule], [suppressed]), [[5, 5]]))).toEqual(['unsuppress@5']);
  });

  it('a shelf that ended meanwhile expires into the state the process has then', () => {
    const shelved = advanceAlarm(standing, {
      kind: 'shelve',
      atMs: 1000,
      untilMs: 5000,
      reason: 'known',
      by: '',
      deviceId: 'tablet'
    });
    expect(expireShelves([shelved, standing], 4999)).toEqual([]);
    const [expired] = expireShelves([shelved, standing], 90_000);
    expect(expired?.alarm).toBe(shelved);
    expect(advanceAlarm(shelved, expired!.event)).toMatchObject({ state: 'UNACK', sinceMs: 5000 });
  });

  it('goes on where it was: escalated, acknowledged', () => {
    const rule = ruleOf(limit10, {
      escalation: { afterMs: minute, priority: 'high', backAfterMs: minute },
      reAlarmMs: minute
    });
    const watch = watchOf([rule], [{ ...standing, priority: 'high', state: 'ACKED' }]);
    expect(tell(pushRows(watch, hold(12, 100, 160)))).toEqual(['re-alarm@160']);
  });
});

describe('any chunking of the same rows', () => {
  const conditions: AlarmCondition[] = [
    limit10,
    { kind: 'rate', channel: 'v', perMinute: 30, direction: 'either', overMs: 16 * second, clearShare: 0.5 },
    { kind: 'stuck', channel: 'v' },
    { kind: 'bad-value', channel: 'v' },
    { kind: 'score', enter: 1, leave: 0.8, windows: 2 },
    { kind: 'any', of: [limit10, { kind: 'score', enter: 2, leave: 1, windows: 1 }] },
    { kind: 'all', of: [limit10, { kind: 'bad-value', channel: 'v' }, { kind: 'no-data', forMs: 9000 }] }
  ];
  const rules: AlarmRule[] = conditions.map((condition, i) =>
    ruleOf(condition, {
      id: `pump:${i}`,
      onDelayMs: (i % 3) * 2000,
      offDelayMs: (i % 2) * 3000,
      suppressedIn: i % 2 === 0 ? ['off'] : [],
      escalation: i % 3 === 0 ? { afterMs: 4000, priority: 'high', backAfterMs: 2000 } : null
    })
  );
  const rowArbitrary = fc.record({
    stepMs: fc.integer({ min: 1, max: 4000 }),
    v: fc.option(fc.integer({ min: 0, max: 20 })),
    quality: fc.constantFrom(Quality.good, Quality.good, Quality.good, Quality.stuck, Quality.outOfRange),
    operating: fc.constantFrom<Operating>('running', 'running', 'off', 'unknown'),
    score: fc.option(fc.double({ min: 0, max: 3, noNaN: true })),
    endsChunk: fc.boolean()
  });

  it('gives the same events, in the order of their times, and only such as move the alarm', () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, { minLength: 1, maxLength: 80 }), (cases) => {
        let tMs = 0;
        const rows = cases.map((each) => ({ ...each, s: (tMs += each.stepMs) / second }));
        const play = (chunks: (typeof rows)[]): WatchEvent[] => {
          const watch = watchOf(rules);
          return chunks.flatMap((chunk) => [
            ...watch.push(
              blockOf(chunk.map(({ s, v, quality }): Row => [s, v, v === null ? undefined : quality])),
              scoresOf(chunk.map(({ s, score }) => [s, score])),
              1,
              chunk.map(({ operating }) => operating)
            )
          ]);
        };
        const chunks: (typeof rows)[] = [[]];
        for (const row of rows) {
          chunks.at(-1)!.push(row);
          if (row.endsChunk) chunks.push([]);
        }
        const whole = play([rows]);
        expect(play(chunks)).toEqual(whole);
        expect(play(rows.map((row) => [row]))).toEqual(whole);
        expect(whole.map(({ event }) => event.atMs)).toEqual(
          whole.map(({ event }) => event.atMs).sort((a, b) => a - b)
        );
        for (const { id } of rules) {
          let alarm = apply([]);
          for (const { ruleId, event } of whole) {
            if (ruleId !== id) continue;
            const after = advanceAlarm(alarm, event);
            // An escalated alarm that has returned and was acknowledged has nothing left to be taken back.
            if (event.kind !== 'reprioritise') expect(after).not.toBe(alarm);
            alarm = after;
          }
        }
      }),
      { numRuns: 200 }
    );
  });
});
