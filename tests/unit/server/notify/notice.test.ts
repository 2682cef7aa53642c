import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '$lib/domain/alarm';
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
  test('what happens to hidden alarms and what changes nothing to see is not told', () => {
    const shelved: JournalEntry = { ...raise, event: 'shelve', from: 'UNACK', to: 'SHLVD' };
    const reset: JournalEntry = { ...raise, event: 'reset', from: 'LATAK', to: 'NORM' };
    expect(kinds([raise, shelved, reset])).toEqual(['announced']);
  });
  test('the same entry read twice has the same key', () => {
    const [first, second] = plan([raise, raise]);
    expect(first!.key).toBe(second!.key);
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
