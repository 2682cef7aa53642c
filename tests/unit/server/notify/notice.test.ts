import { describe, expect, test } from 'vitest';
import type { AlarmState, JournalEntry } from '$lib/domain/alarm';
import { planNotices, type Change } from '../../../../src/server/notify/plan-notices';
import type { Told } from '../../../../src/server/notify/notice';
import type { Recipient } from '../../../../src/server/notify/recipient';

const startMs = Date.UTC(2026, 0, 5, 12);

const raise: JournalEntry = {
  id: 'op-1',
  alarmId: 'tablet:p1:hh',
  occurrenceId: 'o1',
  assetId: 'p1',
  assetName: 'Pump 1',
  ruleId: 'p1:hh',
  ruleVersion: 0,
  name: 'Bearing temperature HH',
  priority: 'high',
  event: 'raise',
  from: 'NORM',
  to: 'UNACK',
  eventMs: startMs,
  recordedMs: startMs,
  value: 95,
  limit: 90,
  by: '',
  reason: '',
  deviceId: 'tablet'
};
const back: JournalEntry = { ...raise, event: 'return', from: 'UNACK', to: 'RTNUN', eventMs: startMs + 5000 };
const acknowledged: JournalEntry = { ...raise, event: 'acknowledge', from: 'UNACK', to: 'ACKED', by: 'Ada' };

const everybody: Recipient = {
  id: 'r1',
  channel: { kind: 'webhook', url: 'https://example.org/', secret: '' },
  groups: null,
  leastPriority: 'low',
  tellsReturn: true,
  tellsAcknowledged: true,
  bundleBy: 'asset',
  bundleMs: 10_000,
  quiet: null
};

/** Plans for entries one after the other, of pumps of this group. */
function plan(entries: JournalEntry[], change: Partial<Recipient> = {}, group = '', nowMs = startMs) {
  const known = new Map<string, Told>();
  const book = {
    has: () => false,
    get: (route: string, id: string) => known.get(`${route} ${id}`),
    set: (route: string, id: string, told: Told) => void known.set(`${route} ${id}`, told)
  };
  const changes: Change[] = entries.map((entry, index) => ({ rev: index + 1, entry, group }));
  return planNotices(changes, [{ ...everybody, ...change }], book, nowMs);
}
const kinds = (entries: JournalEntry[], change: Partial<Recipient> = {}, group = '') =>
  plan(entries, change, group).map(({ notice }) => notice.kind);

describe('what is told', () => {
  test('an alarm that is raised, acknowledged, and returns', () => {
    expect(kinds([raise, acknowledged, { ...back, from: 'ACKED', to: 'NORM' }])).toEqual([
      'announced',
      'acknowledged',
      'returned'
    ]);
  });
  test('one that is raised while something hides it, only once it shows', () => {
    const hidden: JournalEntry = { ...raise, from: 'SHLVD', to: 'SHLVD' };
    const shown: JournalEntry = { ...raise, event: 'expire', from: 'SHLVD', to: 'UNACK', eventMs: startMs + 1 };
    expect(kinds([hidden])).toEqual([]);
    expect(kinds([hidden, shown])).toEqual(['again']);
  });
  test('a re-alarm each time', () => {
    const again = (ms: number): JournalEntry => ({ ...raise, event: 're-alarm', from: 'ACKED', eventMs: startMs + ms });
    const keys = plan([raise, again(1), again(2)]).map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
  });
  test('a priority that has become more urgent, and never one that has become less', () => {
    const now = (priority: JournalEntry['priority']): JournalEntry => ({
      ...raise,
      event: 'reprioritise',
      from: 'UNACK',
      priority
    });
    expect(kinds([raise, now('critical')])).toEqual(['announced', 'escalated']);
    expect(kinds([raise, now('medium'), now('high')])).toEqual(['announced']);
  });
  test('what changes nothing to see is not told', () => {
    const reset: JournalEntry = { ...raise, event: 'reset', from: 'LATAK', to: 'NORM' };
    expect(kinds([raise, reset])).toEqual(['announced']);
  });
  test('the same entry read twice has the same key', () => {
    const [first, second] = plan([raise, raise]);
    expect(first!.key).toBe(second!.key);
  });
});

describe.each([
  ['shelved', 'SHLVD', 'shelve', 'unshelve'],
  ['shelved until its time is over', 'SHLVD', 'shelve', 'expire'],
  ['suppressed by design', 'DSUPR', 'suppress', 'unsuppress'],
  ['out of service', 'OOSRV', 'remove-from-service', 'return-to-service']
] as const)('an alarm that is %s', (_, hidden, hide, show) => {
  const board = { channel: { kind: 'alertmanager', url: 'https://example.org', secret: '' } } as const;
  const at = (ms: number, event: JournalEntry['event'], from: AlarmState, to: AlarmState): JournalEntry => ({
    ...raise,
    event,
    from,
    to,
    eventMs: startMs + ms
  });
  const goes = at(1, hide, 'UNACK', hidden);
  const standsAgain = at(9, show, hidden, 'UNACK');

  test('is told to nobody, and announced again when it still stands', () => {
    expect(kinds([raise, goes])).toEqual(['announced']);
    expect(kinds([raise, goes, standsAgain])).toEqual(['announced', 'again']);
  });
  test('ends where alarms are shown as they stand, also one that was acknowledged, and comes back', () => {
    expect(kinds([raise, goes, standsAgain], board)).toEqual(['announced', 'hidden', 'again']);
    const acknowledgedFirst = [raise, { ...acknowledged }, at(3, hide, 'ACKED', hidden)];
    expect(kinds(acknowledgedFirst, { ...board, tellsAcknowledged: false })).toEqual(['announced', 'hidden']);
    expect(kinds([goes, standsAgain], { ...board, leastPriority: 'critical' })).toEqual([]);
  });
  test('may escalate and return without a word; its end is told once it can be seen', () => {
    const escalates: JournalEntry = { ...at(3, 'reprioritise', hidden, hidden), priority: 'critical' };
    const ends = at(5, 'return', hidden, hidden);
    const isNormal = at(9, show, hidden, 'NORM');
    expect(kinds([raise, goes, escalates, ends])).toEqual(['announced']);
    expect(kinds([raise, goes, escalates, ends], board)).toEqual(['announced', 'hidden', 'ended']);
    expect(kinds([raise, goes, ends, isNormal])).toEqual(['announced', 'returned']);
    expect(kinds([raise, goes, ends, isNormal], { tellsReturn: false })).toEqual(['announced']);
  });
  test('has an end that is known by the same key as one that was told before it was hidden', () => {
    const hiddenAfter = [raise, back, at(6, hide, 'RTNUN', hidden), at(9, show, hidden, 'NORM')];
    const keys = plan(hiddenAfter).map(({ key }) => key);
    expect(keys).toEqual(['announced o1', 'returned o1', 'returned o1']);
  });
  test('ends there at once, in quiet hours too', () => {
    const quiet = { from: '10:00', to: '14:00', timeZone: 'UTC' };
    const [announced, gone] = plan([raise, goes], { ...board, quiet });
    expect(announced!.fromMs).toBeGreaterThan(startMs);
    expect(gone!.fromMs).toBe(startMs);
  });
});

describe('who is told', () => {
  test('of urgent alarms everybody, of others whoever wants them', () => {
    expect(kinds([raise], { leastPriority: 'high' })).toEqual(['announced']);
    expect(kinds([raise], { leastPriority: 'critical' })).toEqual([]);
  });
  test('once it has become urgent enough, and then of its end', () => {
    const up: JournalEntry = { ...raise, event: 'reprioritise', from: 'UNACK', priority: 'critical' };
    expect(kinds([raise, up, back], { leastPriority: 'critical' })).toEqual(['escalated', 'returned']);
  });
  test('nobody hears the end of what they never heard of', () => {
    expect(kinds([raise, acknowledged, back], { leastPriority: 'critical' })).toEqual([]);
    expect(kinds([back])).toEqual([]);
  });
  test('of a group’s pumps the group, of pumps of none everybody', () => {
    expect(kinds([raise], { groups: ['north'] }, 'north')).toEqual(['announced']);
    expect(kinds([raise], { groups: ['north'] }, 'south')).toEqual([]);
    expect(kinds([raise], { groups: [] }, '')).toEqual(['announced']);
    expect(kinds([raise], {}, 'south')).toEqual(['announced']);
  });
  test('of returns and acknowledgements whoever wants them', () => {
    const quietOnes = { tellsReturn: false, tellsAcknowledged: false };
    expect(kinds([raise, acknowledged, back], quietOnes)).toEqual(['announced']);
  });
});

describe('when, and with what', () => {
  const other: JournalEntry = { ...raise, occurrenceId: 'o2', alarmId: 'tablet:p2:hh', assetId: 'p2' };
  const bundles = (change: Partial<Recipient>, group: string) =>
    new Set(plan([raise, other], change, group).map(({ bundle }) => bundle)).size;

  test('alarms of a pump, or of a group, go together', () => {
    expect(bundles({ bundleBy: 'asset' }, 'north')).toBe(2);
    expect(bundles({ bundleBy: 'group' }, 'north')).toBe(1);
    expect(bundles({ bundleBy: 'group' }, '')).toBe(2);
    expect(bundles({ bundleBy: 'nothing' }, 'north')).toBe(2);
  });
  test('a message gathers for its time', () => {
    expect(plan([raise])[0]).toMatchObject({ fromMs: startMs, dueMs: startMs + 10_000 });
  });
  test('quiet hours hold all but what is critical', () => {
    const quiet = { from: '10:00', to: '14:00', timeZone: 'UTC' };
    const endMs = Date.UTC(2026, 0, 5, 14);
    expect(plan([raise], { quiet })[0]).toMatchObject({ fromMs: endMs, dueMs: endMs + 10_000 });
    const critical: JournalEntry = { ...raise, priority: 'critical' };
    expect(plan([critical], { quiet })[0]).toMatchObject({ fromMs: startMs, dueMs: startMs + 10_000 });
  });
});
