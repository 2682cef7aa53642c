import { describe, expect, test } from 'vitest';
import { safeParse } from 'valibot';
import { makeAlerts } from '../../../../src/server/notify/alertmanager';
import { completeChannel, routeIn, showRoute } from '../../../../src/server/notify/channel-schema';
import { describeNotice, writeSubject, writeText } from '../../../../src/server/notify/message-text';
import type { MessageNotice } from '../../../../src/server/notify/notifier';
import { isPublic } from '../../../../src/server/notify/reachable';
import type { Channel } from '../../../../src/server/notify/recipient';

const nowMs = Date.UTC(2026, 0, 5, 12);
const raised: MessageNotice = {
  kind: 'announced',
  occurrenceId: 'o1',
  alarmId: 'tablet:p1:hh',
  ruleId: 'p1:hh',
  deviceId: 'tablet',
  assetId: 'p1',
  assetName: 'Pump 1',
  group: 'north',
  name: 'Bearing temperature HH',
  priority: 'high',
  value: 95.25,
  limit: 90,
  unit: '°C',
  atMs: nowMs - 60_000,
  by: '',
  raisedMs: nowMs - 60_000,
  returnedMs: null,
  hiddenMs: null
};
const returned: MessageNotice = { ...raised, kind: 'returned', atMs: nowMs - 1000, returnedMs: nowMs - 1000 };
const message = (...notices: MessageNotice[]) => ({
  id: 'm',
  kind: 'alarms' as const,
  notices,
  standing: [],
  reached: []
});

describe('as text', () => {
  test('says when, how urgent, where, what and how much', () => {
    expect(writeText(message(raised))).toBe(
      '2026-01-05 11:59:00 UTC high Pump 1 (north): Bearing temperature HH raised, value 95.25 °C, limit 90 °C\n'
    );
  });
  test('one that comes late says that it is over', () => {
    expect(describeNotice({ ...raised, returnedMs: nowMs })).toMatch(
      /; returned to normal at 2026-01-05 12:00:00 UTC$/
    );
  });
  test('one that comes late says that it is hidden', () => {
    expect(describeNotice({ ...raised, hiddenMs: nowMs })).toMatch(
      /; hidden \(shelved, suppressed or out of service\) since 2026-01-05 12:00:00 UTC$/
    );
  });
  test('an end that was hidden is told as of when it came', () => {
    expect(describeNotice({ ...returned, atMs: nowMs })).toMatch(/^2026-01-05 11:59:59 UTC .* has returned to normal/);
  });
  test('the subject is the most urgent one, in one line', () => {
    const evil = { ...raised, priority: 'critical' as const, name: 'x\r\nBcc: all@example.org' };
    expect(writeSubject(message(raised, evil))).toBe(
      'Pumpside critical: Pump 1, x Bcc: all@example.org raised, and 1 more'
    );
  });
});

describe('as alerts', () => {
  test('one that stands is firing far ahead', () => {
    const [alert, ...others] = makeAlerts(message(raised), nowMs);
    expect(others).toEqual([]);
    expect(alert!.labels).toMatchObject({ alertname: 'Bearing temperature HH', asset: 'p1', severity: 'high' });
    expect(alert!.startsAt).toBe('2026-01-05T11:59:00.000Z');
    expect(Date.parse(alert!.endsAt)).toBeGreaterThan(nowMs + 86_400_000);
  });
  test('one that returned is resolved under every severity it may have had', () => {
    const alerts = makeAlerts(message(raised, returned), nowMs);
    expect(alerts.map(({ labels }) => labels.severity).sort()).toEqual(['critical', 'high', 'low', 'medium']);
    expect(alerts.every(({ endsAt }) => Date.parse(endsAt) <= nowMs)).toBe(true);
  });
  test('one that became more urgent fires under the new severity alone', () => {
    const alerts = makeAlerts(message({ ...raised, kind: 'escalated', priority: 'critical' }), nowMs);
    const firing = alerts.filter(({ endsAt }) => Date.parse(endsAt) > nowMs);
    expect(firing.map(({ labels }) => labels.severity)).toEqual(['critical']);
  });
  test('one that is hidden is resolved under every severity, and fires alone when it shows again', () => {
    const hidden = makeAlerts(message({ ...raised, kind: 'hidden', hiddenMs: nowMs - 1 }), nowMs);
    expect(hidden).toHaveLength(4);
    expect(hidden.every(({ endsAt }) => Date.parse(endsAt) <= nowMs)).toBe(true);
    const shown = makeAlerts(message({ ...raised, kind: 'again' }), nowMs);
    const firing = shown.filter(({ endsAt }) => Date.parse(endsAt) > nowMs);
    expect(firing.map(({ labels }) => labels.severity)).toEqual(['high']);
    expect(firing[0]!.labels).toEqual(hidden[0]!.labels);
  });
  test('one that goes by another group from now on is resolved under the former one, and fires under the new one', () => {
    const left = { ...raised, kind: 'left' as const };
    const moved = { ...raised, kind: 'again' as const, group: 'south' };
    const alerts = makeAlerts(message(raised, left, moved), nowMs);
    expect(alerts.filter(({ labels }) => labels.group === 'north')).toHaveLength(4);
    const firing = alerts.filter(({ endsAt }) => Date.parse(endsAt) > nowMs);
    expect(firing.map(({ labels }) => [labels.group, labels.severity])).toEqual([['south', 'high']]);
  });
  test('one that was told late, while something hides it, does not fire', () => {
    const alerts = makeAlerts(message({ ...raised, hiddenMs: nowMs - 1 }), nowMs);
    expect(alerts.every(({ endsAt }) => Date.parse(endsAt) <= nowMs)).toBe(true);
  });
  test('one that comes late does not fire again', () => {
    const alerts = makeAlerts(message({ ...raised, returnedMs: nowMs - 1 }), nowMs);
    expect(alerts.every(({ endsAt }) => Date.parse(endsAt) <= nowMs)).toBe(true);
  });
  describe('that comes late', () => {
    const firing = (notices: MessageNotice[], standing: MessageNotice[]) =>
      makeAlerts({ ...message(...notices), standing }, nowMs)
        .filter(({ endsAt }) => Date.parse(endsAt) > nowMs)
        .map(({ labels }) => `${labels.group} ${labels.severity}`);
    test('fires as urgent as its alarm is by now, and resolves what it was', () => {
      const critical = { ...raised, kind: 'escalated' as const, priority: 'critical' as const };
      expect(firing([raised], [critical])).toEqual(['north critical']);
      expect(makeAlerts({ ...message(raised), standing: [critical] }, nowMs)).toHaveLength(4);
    });
    test('fires nothing where its alarm goes by another group or name, or has left', () => {
      const again = { ...raised, kind: 'again' as const };
      expect(firing([raised], [{ ...again, group: 'south' }])).toEqual([]);
      expect(firing([raised], [{ ...again, name: 'Hot' }])).toEqual([]);
      expect(firing([raised], [{ ...again, kind: 'left' }])).toEqual([]);
    });
    test('leaves alone what stands again, or anew, when it tells an end', () => {
      for (const end of [returned, { ...raised, kind: 'left' as const }, { ...raised, kind: 'hidden' as const }]) {
        const alerts = makeAlerts({ ...message(end), standing: [{ ...raised, occurrenceId: 'o2' }] }, nowMs);
        expect(alerts.map(({ labels }) => labels.severity)).toEqual(['critical', 'medium', 'low']);
      }
    });
    test('resolves the severity of one that returned, together with which it is raised anew', () => {
      const wasCritical = { ...returned, priority: 'critical' as const };
      const anew = { ...raised, occurrenceId: 'o2' };
      expect(makeAlerts({ ...message(wasCritical, anew), standing: [anew] }, nowMs)).toHaveLength(4);
      expect(firing([wasCritical, anew], [anew])).toEqual(['north high']);
    });
    test('says of what is first told, and stands so, nothing else', () =>
      expect(makeAlerts({ ...message(raised), standing: [raised] }, nowMs)).toHaveLength(1));
  });
  test('times that are ahead of the clock are cut, and an end is never before its start', () => {
    const ahead = { ...returned, raisedMs: nowMs + 5000, returnedMs: nowMs + 9000 };
    for (const { startsAt, endsAt } of makeAlerts(message(ahead), nowMs)) {
      expect(Date.parse(endsAt)).toBeLessThanOrEqual(nowMs);
      expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(endsAt));
    }
  });
});

describe('secrets', () => {
  const kept: Channel = { kind: 'webhook', url: 'https://a.example/', secret: 'word' };
  test('do not come back', () => {
    const route = { id: 'r', name: 'n', isEnabled: true, groups: null, leastPriority: 'low' } as const;
    const rest = { tellsReturn: true, tellsAcknowledged: true, bundleBy: 'asset', bundleMs: 0, quiet: null } as const;
    const shown = JSON.stringify(showRoute({ ...route, ...rest, channel: kept }));
    expect(shown).not.toContain('word');
    expect(shown).toContain('"hasSecret":true');
  });
  test('stay with the place they were given for', () => {
    expect(completeChannel({ kind: 'webhook', url: 'https://a.example/' }, kept)).toEqual(kept);
    expect(completeChannel({ kind: 'webhook', url: 'https://b.example/' }, kept)).toBeNull();
    expect(completeChannel({ kind: 'webhook', url: 'https://b.example/', secret: '' }, kept)?.secret).toBe('');
  });
});

test.each(['ftp://a.example', 'https://user@a.example/', 'https://', 'https://a.example/#x', 'https://a\n.example'])(
  'the address %j is refused',
  (url) => expect(safeParse(routeIn.entries.channel, { kind: 'webhook', url }).success).toBe(false)
);

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['10.1.2.3', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.0.1', false],
  ['100.100.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['2002:7f00:1::', false],
  ['64:ff9b::7f00:1', false],
  ['name', false]
])('%s is public: %s', (address, expected) => expect(isPublic(address)).toBe(expected));
