import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmEvent, AlarmPriority, AlarmState, JournalEntry } from '$lib/domain/alarm';
import { findFloods } from '$lib/alarms/flood';
import { measureAlarms } from '$lib/alarms/statistics';
import type { MetricCode } from '$lib/domain/alarm-statistics';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let made = 0;
function entry(
  alarmId: string,
  eventMs: number,
  event: AlarmEvent['kind'],
  from: AlarmState,
  to: AlarmState,
  changes: Partial<JournalEntry> = {}
): JournalEntry {
  return {
    id: String(made++),
    alarmId,
    occurrenceId: null,
    assetId: 'pump',
    assetName: 'Pump 7',
    ruleId: alarmId,
    ruleVersion: 0,
    name: alarmId,
    priority: 'low',
    event,
    from,
    to,
    eventMs,
    recordedMs: eventMs,
    value: null,
    limit: null,
    by: '',
    reason: '',
    deviceId: 'scada',
    ...changes
  };
}

const raise = (alarmId: string, atMs: number, priority: AlarmPriority = 'low') =>
  entry(alarmId, atMs, 'raise', 'NORM', 'UNACK', { priority });
const back = (alarmId: string, atMs: number) => entry(alarmId, atMs, 'return', 'UNACK', 'RTNUN');
const acknowledge = (alarmId: string, atMs: number) => entry(alarmId, atMs, 'acknowledge', 'UNACK', 'ACKED');

function measure(entries: JournalEntry[], toMs = 10 * day, fromMs = 0) {
  return measureAlarms(entries, { fromMs, toMs, mayHide: ({ by }) => by === 'ada', unauthorisedRuleChanges: 0 });
}

function metric(entries: JournalEntry[], code: MetricCode, toMs?: number, fromMs?: number) {
  return measure(entries, toMs, fromMs).metrics.find((each) => each.code === code)!;
}

/** `count` alarms, each of its own, so many ms apart. */
function burst(count: number, fromMs: number, apartMs: number): JournalEntry[] {
  return Array.from({ length: count }, (_, i) => raise(`a${i}`, fromMs + i * apartMs));
}

describe('rates', () => {
  it('are averages over the span, beside target and maximum', () => {
    const entries = burst(200, 0, minute);
    expect(metric(entries, 'per-day', day)).toEqual({
      code: 'per-day',
      value: 200,
      target: 144,
      isExclusive: false,
      maximum: 288,
      isMet: false
    });
    expect(metric(entries, 'per-hour', day).value).toBeCloseTo(200 / 24);
    expect(metric(entries, 'per-10-min', day).value).toBeCloseTo(200 / 144);
    expect(metric(entries, 'per-day', 2 * day)).toMatchObject({ value: 100, isMet: true });
  });

  it('count announcements only, inside the span only', () => {
    const entries = [
      raise('a', -1),
      raise('a', 0),
      acknowledge('a', 1),
      entry('a', 2, 're-alarm', 'ACKED', 'UNACK'),
      entry('a', 3, 'reprioritise', 'UNACK', 'UNACK'),
      entry('b', 4, 'raise', 'SHLVD', 'SHLVD'),
      raise('c', day)
    ];
    expect(measure(entries, day).announcements).toBe(2);
  });

  it('find the hours above 30 and the ten minutes above 10', () => {
    const entries = [...burst(31, 5 * hour, minute), ...burst(30, 8 * hour, minute)];
    expect(metric(entries, 'busy-hours', 100 * hour)).toMatchObject({ value: 0.01, isMet: false });
    expect(metric(entries, 'busy-10-min', 100 * hour).value).toBe(0);
    expect(metric(burst(11, hour, 1), 'busy-10-min', 10 * hour).value).toBeCloseTo(1 / 60);
  });

  it('are zero without entries, and over no span', () => {
    expect(measure([]).metrics.every(({ value, isMet }) => value === 0 && isMet)).toBe(true);
    expect(measure(burst(3, 0, 1), 0).metrics.every(({ value }) => value === 0)).toBe(true);
  });
});

describe('floods', () => {
  it('begin at ten in ten minutes and end below five', () => {
    const entries = burst(12, hour, 30_000);
    const { floods, metrics } = measure(entries, day);
    // The tenth comes 4.5 min after the first. Twelve stand in the window until the first falls out after ten; the eighth out leaves four.
    expect(floods).toEqual([{ startMs: hour + 4.5 * minute, endMs: hour + 3.5 * minute + 10 * minute, count: 12 }]);
    expect(metrics.find(({ code }) => code === 'in-flood')?.value).toBeCloseTo((9 * minute) / day);
    expect(metrics.find(({ code }) => code === 'most-in-10-min')).toMatchObject({ value: 12, isMet: false });
  });

  it('do not begin with nine, nor with ten in more than ten minutes', () => {
    expect(findFloods(burst(9, 0, 1).map(({ eventMs }) => eventMs), day).list).toEqual([]); // prettier-ignore
    expect(findFloods(burst(10, 0, 10 * minute / 9).map(({ eventMs }) => eventMs), day).list).toEqual([]); // prettier-ignore
  });

  it('that have not ended last until the end', () => {
    const times = burst(10, 0, 1).map(({ eventMs }) => eventMs);
    expect(findFloods(times, minute).list).toEqual([{ startMs: 9, endMs: minute, count: 10 }]);
  });

  it('agree with counting every window anew', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 40 }), (steps) => {
        let tMs = 0;
        const times = steps.map((step) => (tMs += step * second));
        const inWindow = (atMs: number) => times.filter((t) => t > atMs - 10 * minute && t <= atMs).length;
        const { list, most } = findFloods(times, tMs + 30 * minute);
        expect(most).toBe(Math.max(0, ...times.map(inWindow)));
        let isFlood = false;
        for (let atMs = 0; atMs <= tMs + 20 * minute; atMs += second) {
          const count = inWindow(atMs);
          isFlood = isFlood ? count >= 5 : count >= 10;
          expect(list.some(({ startMs, endMs }) => atMs >= startMs && atMs < endMs)).toBe(isFlood);
        }
      }),
      { numRuns: 10 }
    );
  });

  const second = 1000;
});

describe('nuisance', () => {
  it('chattering is three announcements of one alarm within a minute', () => {
    const three = (apartMs: number) => [0, 1, 2].map((i) => raise('a', i * apartMs));
    expect(measure(three(30_000)).chattering).toEqual(['a']);
    expect(measure(three(30_001)).chattering).toEqual([]);
    expect(measure([raise('a', 0), raise('b', 1), raise('a', 2)]).chattering).toEqual([]);
  });

  it('fleeting is gone within a minute with nobody having acted', () => {
    expect(measure([raise('a', 0), back('a', minute - 1)]).fleeting).toEqual(['a']);
    expect(measure([raise('a', 0), back('a', minute)]).fleeting).toEqual([]);
    const acted = [raise('a', 0), acknowledge('a', 10), entry('a', 20, 'return', 'ACKED', 'NORM')];
    expect(measure(acted).fleeting).toEqual([]);
    expect(measure([raise('a', 0), entry('a', 20, 'shelve', 'UNACK', 'SHLVD')]).fleeting).toEqual([]);
  });

  it('stale is what stands for more than a day; the worst day counts', () => {
    const entries = Array.from({ length: 6 }, (_, i) => raise(`a${i}`, 0)).concat(
      [0, 1, 2].map((i) => back(`a${i}`, 3 * day)),
      acknowledge('a5', hour)
    );
    const { stale, metrics } = measure(entries, 10 * day);
    expect(stale).toEqual(['a3', 'a4', 'a5']);
    expect(metrics.find(({ code }) => code === 'stale')).toMatchObject({ value: 6, isMet: false });
    expect(metric(entries, 'stale', 10 * day, 4 * day)).toMatchObject({ value: 3, isMet: true });
    expect(metric([raise('a', 0), back('a', day)], 'stale').value).toBe(0);
  });

  it('bad actors are the ten most frequent', () => {
    const entries = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: i + 1 }, (_, n) => raise(`a${i}`, n * hour + i))
    ).flat();
    const { badActors, metrics } = measure(entries);
    expect(badActors.map(({ count }) => count)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(badActors[0]).toMatchObject({ alarmId: 'a11', name: 'a11', share: 12 / 78 });
    expect(metrics.find(({ code }) => code === 'top-share')?.value).toBeCloseTo(75 / 78);
  });
});

it('splits announcements by priority beside the targets', () => {
  const entries = [raise('a', 0, 'high'), raise('b', 1), raise('c', 2), raise('d', 3, 'medium')];
  expect(measure(entries).priorities).toEqual([
    { priority: 'critical', count: 0, share: 0, target: 0.01 },
    { priority: 'high', count: 1, share: 0.25, target: 0.05 },
    { priority: 'medium', count: 1, share: 0.25, target: 0.15 },
    { priority: 'low', count: 2, share: 0.5, target: 0.8 }
  ]);
});

it('counts what people hid who were not allowed to', () => {
  const entries = [
    entry('a', 0, 'shelve', 'NORM', 'SHLVD', { by: 'ada' }),
    entry('b', 1, 'shelve', 'NORM', 'SHLVD', { by: 'eve' }),
    entry('c', 2, 'remove-from-service', 'NORM', 'OOSRV')
  ];
  expect(metric(entries, 'unauthorised')).toMatchObject({ value: 2, target: 0, isMet: false });
});

it('takes entries in any order', () => {
  const entries = [raise('a', 0), back('a', 5 * minute), ...burst(15, hour, 1000)];
  expect(measure([...entries].reverse())).toEqual(measure(entries));
});
