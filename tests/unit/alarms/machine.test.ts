import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmStates, type Alarm, type AlarmEvent, type AlarmState } from '$lib/domain/alarm';
import { advanceAlarm } from '$lib/alarms/machine';
import { alarmAfter, eventKinds, eventOf, occurrenceId, waysTo } from './events';

/** Every pair that does something, written out by hand: `state kind → state`. All others leave the alarm as it is. */
const legal = new Map(
  `NORM raise UNACK
   UNACK acknowledge ACKED
   UNACK return RTNUN
   ACKED return NORM
   RTNUN acknowledge NORM
   RTNUN raise UNACK
   LATUN acknowledge LATAK
   LATAK reset NORM
   LATUN raise UNACK
   LATAK raise UNACK
   ACKED re-alarm UNACK
   NORM shelve SHLVD
   UNACK shelve SHLVD
   ACKED shelve SHLVD
   RTNUN shelve SHLVD
   LATUN shelve SHLVD
   LATAK shelve SHLVD
   SHLVD shelve SHLVD
   DSUPR shelve SHLVD
   OOSRV shelve OOSRV
   NORM suppress DSUPR
   UNACK suppress DSUPR
   ACKED suppress DSUPR
   RTNUN suppress DSUPR
   LATUN suppress DSUPR
   LATAK suppress DSUPR
   SHLVD suppress SHLVD
   OOSRV suppress OOSRV
   NORM remove-from-service OOSRV
   UNACK remove-from-service OOSRV
   ACKED remove-from-service OOSRV
   RTNUN remove-from-service OOSRV
   LATUN remove-from-service OOSRV
   LATAK remove-from-service OOSRV
   SHLVD remove-from-service OOSRV
   DSUPR remove-from-service OOSRV
   SHLVD raise SHLVD
   DSUPR raise DSUPR
   OOSRV raise OOSRV
   SHLVD expire NORM
   SHLVD unshelve NORM
   DSUPR unsuppress NORM
   OOSRV return-to-service NORM
   UNACK reprioritise UNACK
   ACKED reprioritise ACKED
   RTNUN reprioritise RTNUN
   LATUN reprioritise LATUN
   LATAK reprioritise LATAK
   SHLVD reprioritise SHLVD
   DSUPR reprioritise DSUPR
   OOSRV reprioritise OOSRV`
    .split('\n')
    .map((line) => line.trim().split(' '))
    .map(([from, kind, to]) => [`${from} ${kind}`, to as AlarmState])
);

const next = eventOf('raise', { atMs: 5000, occurrenceId: 'second' });
const pairs = alarmStates.flatMap((state) => eventKinds.map((kind) => [state, kind] as const));

function eventFor(kind: AlarmEvent['kind']): AlarmEvent {
  return kind === 'raise' ? next : eventOf(kind);
}

describe('the transition table', () => {
  it.each(pairs.filter(([state, kind]) => legal.has(`${state} ${kind}`)))('%s on %s', (state, kind) => {
    const before = alarmAfter(...waysTo[state]);
    expect(before.state).toBe(state);
    const after = advanceAlarm(before, eventFor(kind));
    expect(after.state).toBe(legal.get(`${state} ${kind}`));
    expect(after).not.toBe(before);
  });

  it.each(pairs.filter(([state, kind]) => !legal.has(`${state} ${kind}`)))('%s ignores %s', (state, kind) => {
    const before = alarmAfter(...waysTo[state]);
    expect(advanceAlarm(before, eventFor(kind))).toBe(before);
  });

  it('latches where the rule does', () => {
    const raised = alarmAfter(eventOf('raise', { isLatching: true }));
    expect(advanceAlarm(raised, eventOf('return')).state).toBe('LATUN');
    expect(advanceAlarm(advanceAlarm(raised, eventOf('acknowledge')), eventOf('return')).state).toBe('LATAK');
  });
});

describe('an occurrence', () => {
  it('has an id of its own each time, and is counted', () => {
    const alarm = alarmAfter(...waysTo.RTNUN, next);
    expect(alarm).toMatchObject({ count: 2, announcedMs: 5000, sinceMs: 5000, isActive: true });
    expect(alarm.occurrence).toMatchObject({ id: 'second', raisedMs: 5000, returnedMs: null, acknowledged: null });
  });

  it('is not begun twice, by the same id or while it lasts', () => {
    const active = alarmAfter(...waysTo.UNACK);
    expect(advanceAlarm(active, next)).toBe(active);
    const ended = alarmAfter(...waysTo.RTNUN);
    expect(advanceAlarm(ended, eventOf('raise', { atMs: 5000 }))).toBe(ended);
  });

  it('keeps who acknowledged it first', () => {
    const alarm = alarmAfter(...waysTo.ACKED, eventOf('acknowledge', { by: 'bob', atMs: 1 }));
    expect(alarm.occurrence?.acknowledged).toEqual({ by: 'ada', deviceId: 'tablet', atMs: 1000 });
  });

  it('is not acknowledged by the id of an earlier one', () => {
    const alarm = alarmAfter(...waysTo.RTNUN, next);
    expect(advanceAlarm(alarm, eventOf('acknowledge', { occurrenceId }))).toBe(alarm);
  });

  it('is announced again by a re-alarm, and asks to be acknowledged again', () => {
    const alarm = alarmAfter(...waysTo.ACKED, eventOf('re-alarm', { atMs: 7000 }));
    expect(alarm).toMatchObject({ state: 'UNACK', count: 1, announcedMs: 7000 });
    expect(alarm.occurrence).toMatchObject({ id: occurrenceId, acknowledged: null });
    expect(advanceAlarm(alarm, eventOf('acknowledge', { by: 'bob' })).occurrence?.acknowledged?.by).toBe('bob');
  });

  it('holds no value that is no number', () => {
    const { occurrence } = alarmAfter(eventOf('raise', { value: NaN, limit: Infinity }));
    expect(occurrence).toMatchObject({ value: null, limit: null });
  });
});

describe('what hides an alarm', () => {
  it.each([
    ['shelve', 'unshelve'],
    ['shelve', 'expire'],
    ['suppress', 'unsuppress'],
    ['remove-from-service', 'return-to-service']
  ] as const)('after %s a raise is counted and not announced; %s announces it', (hide, show) => {
    const hidden = alarmAfter(eventOf(hide), eventOf('raise'));
    expect(hidden).toMatchObject({ isActive: true, count: 1, announcedMs: null });
    const shown = advanceAlarm(hidden, eventOf(show, { atMs: 9000 }));
    expect(shown).toMatchObject({ state: 'UNACK', announcedMs: 9000, count: 1 });
  });

  it('announces anew what was acknowledged before it was hidden, if it still stands', () => {
    const alarm = alarmAfter(...waysTo.ACKED, eventOf('shelve'), eventOf('unshelve'));
    expect(alarm.state).toBe('UNACK');
    expect(alarm.occurrence?.acknowledged).toBeNull();
  });

  it('comes out normal where the condition ended meanwhile, latching or not', () => {
    const raised = eventOf('raise', { isLatching: true });
    expect(alarmAfter(raised, eventOf('shelve'), eventOf('return'), eventOf('unshelve')).state).toBe('NORM');
  });

  it('is out of service before shelved, and shelved before suppressed', () => {
    const all = alarmAfter(eventOf('suppress'), eventOf('shelve'), eventOf('remove-from-service'));
    expect(all.state).toBe('OOSRV');
    const shelved = advanceAlarm(all, eventOf('return-to-service'));
    expect(shelved.state).toBe('SHLVD');
    const suppressed = advanceAlarm(shelved, eventOf('unshelve'));
    expect(suppressed.state).toBe('DSUPR');
    expect(advanceAlarm(suppressed, eventOf('unsuppress')).state).toBe('NORM');
  });

  it('forgets a shelf that ends while it is out of service', () => {
    const out = alarmAfter(eventOf('shelve'), eventOf('remove-from-service'), eventOf('expire'));
    expect(out).toMatchObject({ state: 'OOSRV', shelved: null });
    expect(advanceAlarm(out, eventOf('return-to-service')).state).toBe('NORM');
  });

  it.each([
    ['without a reason', eventOf('shelve', { reason: '  ' })],
    ['without an end', eventOf('shelve', { untilMs: Infinity })],
    ['that ends when it begins', eventOf('shelve', { untilMs: 1000 })],
    ['out of service without a reason', eventOf('remove-from-service', { reason: '' })]
  ])('is refused: %s', (_, event) => {
    const alarm = alarmAfter(...waysTo.UNACK);
    expect(advanceAlarm(alarm, event)).toBe(alarm);
  });

  it('does not expire before its time', () => {
    const alarm = alarmAfter(eventOf('shelve'));
    expect(advanceAlarm(alarm, eventOf('expire', { atMs: 8999 }))).toBe(alarm);
  });
});

describe('time', () => {
  it('does not run back for the process', () => {
    const active = alarmAfter(...waysTo.UNACK);
    expect(advanceAlarm(active, eventOf('return', { atMs: 999 }))).toBe(active);
    const returned = alarmAfter(...waysTo.UNACK, eventOf('return', { atMs: 3000 }));
    expect(advanceAlarm(returned, { ...next, atMs: 2999 })).toBe(returned);
  });

  it('of people is not held against that of samples', () => {
    const recording = alarmAfter(...waysTo.UNACK, eventOf('acknowledge', { atMs: 1.8e12 }));
    expect(advanceAlarm(recording, eventOf('return', { atMs: 1500 })).state).toBe('NORM');
    const slowClock = alarmAfter(...waysTo.UNACK, eventOf('acknowledge', { atMs: 5 }));
    expect(slowClock.state).toBe('ACKED');
  });

  it('that is no number does nothing', () => {
    const alarm = alarmAfter();
    expect(advanceAlarm(alarm, eventOf('raise', { atMs: NaN }))).toBe(alarm);
  });
});

describe('any course of events', () => {
  const times = fc.integer({ min: 0, max: 20 });
  const events = fc.array(
    fc
      .record({
        kind: fc.constantFrom(...eventKinds),
        atMs: times,
        n: fc.integer({ min: 0, max: 4 }),
        isLatching: fc.boolean()
      })
      .map(({ kind, atMs, n, isLatching }): AlarmEvent => {
        if (kind === 'raise') return eventOf(kind, { atMs, occurrenceId: `o${n}`, isLatching });
        if (kind === 'acknowledge') return eventOf(kind, { atMs, occurrenceId: `o${n}` });
        if (kind === 'shelve') return eventOf(kind, { atMs, untilMs: atMs + n });
        if (kind === 'suppress') return eventOf(kind, { atMs, state: n % 2 === 0 ? 'off' : 'starting' });
        return { ...eventOf(kind), atMs };
      }),
    { maxLength: 60 }
  );

  /** Also what is legal by whether it latches or what is known of it. */
  const alsoLegal = new Map<string, AlarmState[]>([
    ['UNACK return', ['LATUN']],
    ['ACKED return', ['LATAK']],
    ['SHLVD expire', ['UNACK', 'DSUPR']],
    ['SHLVD unshelve', ['UNACK', 'DSUPR']],
    ['DSUPR unsuppress', ['UNACK']],
    ['DSUPR suppress', ['DSUPR']],
    ['OOSRV return-to-service', ['UNACK', 'SHLVD', 'DSUPR']]
  ]);
  const remembering = ['return', 'unsuppress', 'expire', 'unshelve'];

  function isLegal(from: AlarmState, kind: string, to: AlarmState): boolean {
    if (legal.get(`${from} ${kind}`) === to || alsoLegal.get(`${from} ${kind}`)?.includes(to)) return true;
    return from === to && ['SHLVD', 'DSUPR', 'OOSRV'].includes(from) && remembering.includes(kind);
  }

  function expectSound(alarm: Alarm): void {
    const { state, isActive, occurrence, outOfService, shelved, suppressedBy } = alarm;
    if (state === 'UNACK' || state === 'ACKED') expect(isActive).toBe(true);
    if (['NORM', 'RTNUN', 'LATUN', 'LATAK'].includes(state)) expect(isActive).toBe(false);
    const hides = outOfService ? 'OOSRV' : shelved ? 'SHLVD' : suppressedBy ? 'DSUPR' : null;
    expect(['OOSRV', 'SHLVD', 'DSUPR'].includes(state) ? state : null).toBe(hides);
    expect(isActive).toBe(occurrence !== null && occurrence.returnedMs === null);
    if (state === 'UNACK' || state === 'LATUN' || state === 'RTNUN') expect(occurrence?.acknowledged).toBeNull();
    if (state === 'ACKED' || state === 'LATAK') expect(occurrence?.acknowledged).not.toBeNull();
    if (occurrence?.returnedMs != null) expect(occurrence.returnedMs).toBeGreaterThanOrEqual(occurrence.raisedMs);
    expect(JSON.parse(JSON.stringify(alarm))).toEqual(alarm);
  }

  it('reaches no illegal transition, and no alarm that contradicts itself', () => {
    fc.assert(
      fc.property(events, (course) => {
        let alarm = alarmAfter();
        for (const event of course) {
          const after = advanceAlarm(alarm, event);
          if (after !== alarm) {
            const isAllowed = isLegal(alarm.state, event.kind, after.state);
            expect([alarm.state, event.kind, after.state, isAllowed]).toEqual([
              alarm.state,
              event.kind,
              after.state,
              true
            ]);
          }
          expectSound(after);
          alarm = after;
        }
      }),
      { numRuns: 1000 }
    );
  });

  it('never lets the process run back in time', () => {
    fc.assert(
      fc.property(events, (course) => {
        let alarm = alarmAfter();
        for (const event of course) {
          const after = advanceAlarm(alarm, event);
          const newest = ({ occurrence }: Alarm) => occurrence?.returnedMs ?? occurrence?.raisedMs ?? -Infinity;
          expect(newest(after)).toBeGreaterThanOrEqual(newest(alarm));
          expect(after.count - alarm.count).toBe(after.occurrence?.id === alarm.occurrence?.id ? 0 : 1);
          alarm = after;
        }
      })
    );
  });

  it('gives the same alarm when only what had an effect is done again, from a copy', () => {
    fc.assert(
      fc.property(events, (course) => {
        let alarm = alarmAfter();
        const effective = course.filter((event) => {
          const after = advanceAlarm(alarm, event);
          const isEffective = after !== alarm;
          alarm = after;
          return isEffective;
        });
        expect(alarmAfter(...(JSON.parse(JSON.stringify(effective)) as AlarmEvent[]))).toEqual(alarm);
      })
    );
  });
});
