import { describe, expect, test } from 'vitest';
import type { NotificationRoute } from '$lib/domain/notification-route';
import { draftRoute, writeRoute } from '$lib/ui/notify-draft';

const rest = {
  name: 'On call',
  groups: ['north', 'south'],
  leastPriority: 'critical',
  tellsReturn: false,
  tellsAcknowledged: true,
  bundleBy: 'group',
  bundleMs: 2500,
  quiet: { from: '22:00', to: '06:00', timeZone: 'Asia/Tokyo' }
} as const;
const mailPlace = {
  kind: 'email',
  host: 'mail.example.org',
  port: 25,
  security: 'tls',
  user: 'plant',
  from: 'pump@example.org',
  to: ['ada@example.org', 'bob@example.org']
} as const;
const state = { id: 'r1', isEnabled: false, groups: [...rest.groups] };
const mail: NotificationRoute = {
  ...rest,
  ...state,
  channel: { ...mailPlace, to: [...mailPlace.to], hasSecret: true }
};
const hook: NotificationRoute = { ...mail, channel: { kind: 'webhook', url: 'https://a.example/', hasSecret: false } };

describe('a form', () => {
  test.each([
    ['e-mail', mail, mailPlace],
    ['a webhook', hook, { kind: 'webhook', url: 'https://a.example/' }],
    ['all pumps', { ...hook, groups: null }, { kind: 'webhook', url: 'https://a.example/' }],
    ['pumps of no group', { ...hook, groups: [] }, { kind: 'webhook', url: 'https://a.example/' }]
  ])('that is stored as it was opened changes nothing, nor the secret: %s', (_, route, channel) => {
    const { groups } = route;
    expect(writeRoute(draftRoute(route))).toEqual({ ...rest, groups, channel });
  });
  test('gives a secret that was typed, and an empty one to forget the kept one', () => {
    const draft = draftRoute(mail);
    expect(writeRoute({ ...draft, secret: 'word' })).toMatchObject({ channel: { secret: 'word' } });
    expect(writeRoute({ ...draft, dropsSecret: true })).toMatchObject({ channel: { secret: '' } });
  });
  test('takes lists by commas, and does not mind spaces', () => {
    const draft = {
      ...draftRoute(null),
      name: ' Shift ',
      isForAll: false,
      groups: ' north, ,south,',
      url: ' https://a.example '
    };
    expect(writeRoute(draft)).toMatchObject({
      name: 'Shift',
      groups: ['north', 'south'],
      channel: { kind: 'webhook', url: 'https://a.example' }
    });
  });
  test('begins anew each time', () => {
    const first = draftRoute(null);
    first.name = 'x';
    expect(draftRoute(null).name).toBe('');
  });
});
