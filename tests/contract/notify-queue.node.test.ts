/**
 * What the database keeps of notifications, on both kinds of it: who has got a message, what is told once, and what is deleted when. Long,
 * because all of it is held to one queue and its clock.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlarmState, JournalEntry } from '$lib/domain/alarm';
import { makeAlerts } from '../../src/server/notify/alertmanager';
import { collectNotices } from '../../src/server/notify/collect';
import { deliverDue } from '../../src/server/notify/deliver';
import type { Message, Sent } from '../../src/server/notify/notifier';
import { pruneNotifications } from '../../src/server/notify/prune';
import { findDeadLetter, listDeadLetters, revive } from '../../src/server/notify/queue';
import { putRoute, type NotificationRoute } from '../../src/server/notify/routes-store';
import { provideKeyPair } from '../../src/server/notify/vapid';
import type { Db } from '../../src/server/store/db';
import { createSqlSyncStore } from '../../src/server/store/sync-store';
import type { SyncStore } from '../../src/server/sync/store';
import { databaseKinds, useDatabase } from '../support/databases';

const dayMs = 86_400_000;

describe.each(databaseKinds)('notifications in %s', (kind) => {
  const own = useDatabase(kind);
  let db: Db;
  let store: SyncStore;
  beforeAll(() => {
    db = own.db;
    store = createSqlSyncStore(db);
  });

  let nowMs = 0;
  let sent: (Message & { to: string })[] = [];
  /** Of those, what the place took. */
  let taken: Message[] = [];
  let answers: Sent[] = [];
  beforeEach(async () => {
    await db.query('TRUNCATE notification_route, sync_entity CASCADE');
    const { newest } = await store.version();
    await db.query('UPDATE notification_cursor SET rev = $1, caught_up_at = now()', [newest]);
    nowMs = Date.now();
    [sent, taken, answers] = [[], [], []];
  });

  async function addRoute(change: Partial<NotificationRoute> = {}): Promise<string> {
    const id = randomUUID();
    const wanted = { leastPriority: 'low', tellsReturn: true, tellsAcknowledged: true } as const;
    const when = { bundleBy: 'nothing', bundleMs: 0, quiet: null } as const;
    const channel = { kind: 'webhook', url: `https://${id}.example/`, secret: '' } as const;
    await putRoute(db, { id, name: 'n', isEnabled: true, groups: null, channel, ...wanted, ...when, ...change }, nowMs);
    return id;
  }

  async function write(...entries: Partial<JournalEntry>[]): Promise<JournalEntry[]> {
    const bodies = entries.map((change): JournalEntry => {
      const what = { ruleId: 'p1:hh', ruleVersion: 0, name: 'Hot', assetName: 'Pump 1', value: 1, limit: 0 };
      const states = { event: 'raise', from: 'NORM', to: 'UNACK', priority: 'high' } as const;
      const ids = { id: randomUUID(), alarmId: 'd:p1:hh', occurrenceId: randomUUID(), assetId: 'p1', deviceId: 'd' };
      return { ...ids, ...what, ...states, eventMs: nowMs, recordedMs: nowMs, by: '', reason: '', ...change };
    });
    const entities = bodies.map((body) => {
      const { id, assetId, deviceId } = body;
      return { kind: 'journal', id, assetId, deviceId, rev: 0, atMs: nowMs, open: 0, body } as const;
    });
    await store.tx((transaction) => transaction.put(entities));
    return bodies;
  }

  const collect = async () => {
    while (await collectNotices(db, store, nowMs, randomUUID));
  };
  const deliver = () =>
    deliverDue({
      db,
      nowMs: () => nowMs,
      random: () => 0,
      stopping: new AbortController().signal,
      openNotifier: (channel) => ({
        async send(message) {
          sent.push({ ...message, to: channel.kind === 'webhook' ? channel.url : channel.kind });
          const answer = answers.shift() ?? { ok: true };
          if (answer.ok) taken.push(message);
          return answer;
        }
      })
    });
  const count = async (table: string) => {
    const [row] = await db.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
    return row!.count;
  };
  /** As if all that is stored had been stored so much earlier. */
  const age = (days: number) =>
    db.query('UPDATE sync_entity SET stored_at = stored_at - make_interval(days => $1)', [days]);

  test('who has got a message is known at the next try, and from the dead letters on', async () => {
    const routeId = await addRoute();
    const failure = { ok: false, final: false, gone: false, detail: 'refused: bob' } as const;
    answers = [{ ...failure, reached: ['ada'] }, failure, { ...failure, final: true, reached: ['ada', 'cid'] }];
    await write({});
    await collect();
    for (let tries = 1; tries <= 3; tries++, nowMs += dayMs) await deliver();
    const [letter] = await listDeadLetters(db, [routeId], 9);
    expect(letter).toMatchObject({ tries: 3, lastError: 'refused: bob', deadMs: nowMs - dayMs });
    await revive(db, letter!.id, nowMs);
    await deliver();
    expect(sent.map(({ reached }) => reached)).toEqual([[], ['ada'], ['ada'], ['ada', 'cid']]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(await listDeadLetters(db, [routeId], 9)).toEqual([]);
  });

  describe('a critical alarm of a pump whose medium one is put off', () => {
    const medium = { priority: 'medium' } as const;
    const critical = { priority: 'critical', alarmId: 'd:p1:trip' } as const;
    const failure = { ok: false, final: false, gone: false, detail: 'answered 451' } as const;
    const priorities = () => sent.map(({ notices }) => notices.map(({ priority }) => priority).join());

    test.each([
      ['an address', { ...failure, reached: ['ada'] }],
      ['the whole place', failure]
    ])('goes at once, whatever of it waits: %s', async (_, first) => {
      await addRoute({ bundleBy: 'asset' });
      answers = [first];
      await write(medium);
      await collect();
      await deliver();
      await write(critical);
      await collect();
      await deliver();
      expect(priorities()).toEqual(['medium', 'critical']);
      nowMs += dayMs;
      await deliver();
      expect(priorities()).toEqual(['medium', 'critical', 'medium']);
    });

    test('a later one as urgent waits for one that nobody has got, and not for one that somebody has', async () => {
      await addRoute({ bundleBy: 'asset' });
      answers = [failure, { ...failure, reached: ['ada'] }];
      await write(critical);
      await collect();
      await deliver();
      await write({ ...critical, alarmId: 'd:p1:other' }, { ...medium, alarmId: 'd:p1:third' });
      await collect();
      await deliver();
      expect(sent).toHaveLength(1);
      nowMs += dayMs;
      await deliver();
      expect(priorities()).toEqual(['critical', 'critical', 'critical,medium']);
    });
  });

  test('a message that comes late knows that its alarm is hidden, and forgets it when it shows', async () => {
    await addRoute();
    const occurrenceId = randomUUID();
    const at = (ms: number) => ({ occurrenceId, eventMs: nowMs + ms });
    answers = [{ ok: false, final: false, gone: false, detail: 'away' }];
    await write(at(0), { ...at(1), event: 'shelve', from: 'UNACK', to: 'SHLVD' });
    await collect();
    await deliver();
    expect(sent.map(({ notices }) => notices)).toMatchObject([[{ kind: 'announced', hiddenMs: nowMs + 1 }]]);
    await write({ ...at(9), event: 'unshelve', from: 'SHLVD', to: 'UNACK' });
    await collect();
    nowMs += dayMs;
    await deliver();
    const told = sent.slice(1).flatMap(({ notices }) => notices.map((each) => [each.kind, each.hiddenMs]));
    expect(told).toEqual([
      ['announced', null],
      ['again', null]
    ]);
  });

  /** As a push does where a card puts its pump into another group. */
  const move = (group: string) =>
    store.tx(async (transaction) => {
      const rest = { kind: 'asset', id: 'p1', assetId: 'p1', deviceId: 'd', rev: 0, atMs: 0, open: 0 } as const;
      await transaction.put([{ ...rest, body: { id: 'p1', name: 'Pump 1', group } }]);
      await transaction.touch(['p1']);
    });

  test('a group that a pump comes to hears of what is new, and not of the pump’s past', async () => {
    const north = await addRoute({ groups: ['north'] });
    await move('north');
    await write({});
    await collect();
    await age(2);
    const south = await addRoute({ groups: ['south'] });
    await move('south');
    await collect();
    await deliver();
    expect(sent.map(({ to }) => to)).toEqual([`https://${north}.example/`]);
    await write({});
    await collect();
    await deliver();
    expect(sent.slice(1).map(({ to }) => to)).toEqual([`https://${south}.example/`]);
  });

  describe('an alarm whose pump comes to another group, at a place that shows alarms', () => {
    const places = (groups: string[] | null, change: Partial<NotificationRoute> = {}) =>
      addRoute({ groups, channel: { kind: 'alertmanager', url: 'https://board.example', secret: '' }, ...change });
    /** What stands at the place by group, after all that it took. */
    const standing = () => {
      const alerts = taken.flatMap((message) => makeAlerts(message, nowMs));
      const newest = new Map(alerts.map((alert) => [JSON.stringify(alert.labels), alert]));
      const firing = [...newest.values()].filter(({ endsAt }) => Date.parse(endsAt) > nowMs);
      return firing.map(({ labels }) => `${labels.group} ${labels.severity}`).sort();
    };
    const settle = async () => {
      nowMs += 1000;
      await collect();
      await deliver();
    };

    test.each([0, 2])('ends at a place of the former group, %i days after it was raised', async (days) => {
      await places(['north']);
      await move('north');
      const [raised] = await write({});
      await settle();
      expect(standing()).toEqual(['north high']);
      await age(days);
      await move('south');
      await settle();
      expect(standing()).toEqual([]);
      const told = sent.length;
      await write({ ...raised!, id: randomUUID(), event: 'return', from: 'UNACK', to: 'RTNUN', eventMs: nowMs });
      await move('west');
      await settle();
      expect(sent).toHaveLength(told);
    });

    test.each([0, 2])('goes on under the new one at a place of both, %i days after it was raised', async (days) => {
      await places(null);
      await move('north');
      const [raised, acknowledged] = await write({}, { priority: 'low', alarmId: 'd:p1:other' });
      const acted = { event: 'acknowledge', from: 'UNACK', to: 'ACKED', by: 'Ada' } as const;
      await write({ ...acknowledged!, ...acted, id: randomUUID() });
      await settle();
      expect(standing()).toEqual(['north high', 'north low']);
      await age(days);
      await move('south');
      await settle();
      expect(standing()).toEqual(['south high', 'south low']);
      await write({ ...raised!, id: randomUUID(), event: 'return', from: 'UNACK', to: 'RTNUN', eventMs: nowMs });
      await settle();
      expect(standing()).toEqual(['south low']);
    });

    test('ends there also where it returned meanwhile, and stays away while it is hidden', async () => {
      await places(['north']);
      await move('north');
      const [one, other] = await write({}, { priority: 'low', alarmId: 'd:p1:other' });
      await settle();
      await write({ ...one!, id: randomUUID(), event: 'return', from: 'UNACK', to: 'RTNUN', eventMs: nowMs });
      await write({ ...other!, id: randomUUID(), event: 'shelve', from: 'UNACK', to: 'SHLVD', eventMs: nowMs });
      await move('south');
      await settle();
      expect(standing()).toEqual([]);
    });

    const acts = (event: JournalEntry['event'], from: AlarmState, to: AlarmState) => ({
      id: randomUUID(),
      eventMs: nowMs,
      event,
      from,
      to
    });
    const shelve = () => acts('shelve', 'UNACK', 'SHLVD');
    const unshelve = () => acts('unshelve', 'SHLVD', 'UNACK');
    const returns = () => acts('return', 'UNACK', 'RTNUN');
    /** An alarm that stands at a place of these groups, of a pump in the north. */
    const raiseInNorth = async (groups: string[] | null): Promise<JournalEntry> => {
      await places(groups);
      await move('north');
      const [raised] = await write({});
      await settle();
      return raised!;
    };
    /** Moves the pump where all that is stored was stored so many days ago. */
    const moveAfter = async (days: number, group: string) => {
      await age(days);
      await move(group);
      await settle();
    };

    describe.each([0, 2])('and comes back, each time after %i days,', (days) => {
      test('fires there again, and ends there', async () => {
        const raised = await raiseInNorth(['north']);
        for (const group of ['south', 'west', 'south']) {
          await moveAfter(days, group);
          expect(standing()).toEqual([]);
        }
        await moveAfter(days, 'north');
        expect(standing()).toEqual(['north high']);
        expect(sent.flatMap(({ notices }) => notices.map((notice) => notice.kind))).toEqual([
          'announced',
          'left',
          'again'
        ]);
        await write({ ...raised, ...returns() });
        await settle();
        expect(standing()).toEqual([]);
      });

      test('fires no more where it returned meanwhile, and is forgotten in time', async () => {
        const raised = await raiseInNorth(['north']);
        await moveAfter(days, 'south');
        await write({ ...raised, ...returns() });
        await settle();
        await moveAfter(days, 'north');
        expect(standing()).toEqual([]);
        await pruneNotifications(db, nowMs + 91 * dayMs);
        expect(await count('notification_told')).toBe(0);
      });

      test('fires again only once it shows, where it was hidden meanwhile', async () => {
        const raised = await raiseInNorth(['north']);
        await moveAfter(days, 'south');
        await write({ ...raised, ...shelve() });
        await settle();
        await moveAfter(days, 'north');
        expect(standing()).toEqual([]);
        await write({ ...raised, ...unshelve() });
        await settle();
        expect(standing()).toEqual(['north high']);
      });

      test('fires again where it was hidden before, and shows since', async () => {
        const raised = await raiseInNorth(['north']);
        await write({ ...raised, ...shelve() });
        await settle();
        await moveAfter(days, 'south');
        await write({ ...raised, ...unshelve() });
        await settle();
        expect(standing()).toEqual([]);
        await moveAfter(days, 'north');
        expect(standing()).toEqual(['north high']);
      });

      test('one that was raised anew meanwhile fires once', async () => {
        const raised = await raiseInNorth(['north']);
        await moveAfter(days, 'south');
        await write({ ...raised, ...returns() }, { priority: 'low' });
        await settle();
        expect(standing()).toEqual([]);
        await moveAfter(days, 'north');
        // As every alarm of a pump that comes to a group: it hears of what is new there.
        expect(standing()).toEqual(days === 0 ? ['north low'] : []);
      });
    });

    describe('and is told late', () => {
      const failure = { ok: false, final: false, gone: false, detail: 'away' } as const;
      const quiet = { from: '22:00', to: '07:00', timeZone: 'UTC' };

      test.each([
        ['of the former group', ['north'], []],
        ['of both', null, ['south medium']]
      ])('after quiet hours, fires at a place %s only where it stands', async (_, groups, expected) => {
        nowMs = Date.UTC(2026, 0, 5, 2);
        await places(groups, { quiet });
        await move('north');
        const [raised] = await write({ priority: 'medium' });
        await settle();
        await move('south');
        await settle();
        expect(standing()).toEqual([]);
        nowMs = Date.UTC(2026, 0, 5, 7);
        await settle();
        expect(sent.flatMap(({ notices }) => notices.map(({ kind }) => kind))).toContain('announced');
        expect(standing()).toEqual(expected);
        await write({ ...raised!, ...returns() });
        await settle();
        expect(standing()).toEqual([]);
      });

      test('by a dead letter, fires only where it stands', async () => {
        const routeId = await places(null);
        answers = [{ ...failure, final: true }];
        await move('north');
        await write({});
        await settle();
        await move('south');
        await settle();
        const [letter] = await listDeadLetters(db, [routeId], 9);
        await revive(db, letter!.id, nowMs);
        await settle();
        expect(taken.at(-1)!.notices).toMatchObject([{ kind: 'announced', group: 'north' }]);
        expect(standing()).toEqual(['south high']);
      });

      test('that it left, when it has come back, stands all the same', async () => {
        const routeId = await places(null);
        await move('north');
        await write({});
        await settle();
        answers = [{ ...failure, final: true }];
        await move('south');
        await settle();
        await move('north');
        await settle();
        const [letter] = await listDeadLetters(db, [routeId], 9);
        await revive(db, letter!.id, nowMs);
        await settle();
        expect(taken.at(-1)!.notices.map(({ kind, group }) => [kind, group])).toContainEqual(['left', 'north']);
        expect(standing()).toEqual(['north high']);
      });

      test('after it has become critical, stands once', async () => {
        await places(null);
        answers = [failure];
        await move('north');
        const [raised] = await write({});
        await settle();
        await write({ ...raised!, ...acts('reprioritise', 'UNACK', 'UNACK'), priority: 'critical' });
        await settle();
        expect(standing()).toEqual(['north critical']);
        nowMs += dayMs;
        await settle();
        expect(taken.map(({ notices }) => notices.map(({ kind }) => kind))).toEqual([['escalated'], ['announced']]);
        expect(standing()).toEqual(['north critical']);
        await write({ ...raised!, ...returns() });
        await settle();
        expect(standing()).toEqual([]);
      });

      test('that it returned, after it was raised anew and critical, stands', async () => {
        const raised = await raiseInNorth(null);
        answers = [failure];
        await write({ ...raised, ...returns() });
        await settle();
        await write({ priority: 'critical' });
        await settle();
        nowMs += dayMs;
        await settle();
        expect(taken.at(-1)!.notices).toMatchObject([{ kind: 'returned' }]);
        expect(standing()).toEqual(['north critical']);
      });

      test('where no note was taken of what stands, fires and ends', async () => {
        await places(null);
        answers = [failure];
        await move('north');
        const [raised] = await write({});
        await settle();
        await db.query('UPDATE notification_told SET standing = NULL, asset = NULL');
        nowMs += dayMs;
        await settle();
        expect(standing()).toEqual(['north high']);
        await write({ ...raised!, ...returns() });
        await settle();
        expect(standing()).toEqual([]);
      });
    });

    test('people hear nothing of it', async () => {
      await addRoute();
      await move('north');
      await write({});
      await settle();
      await move('south');
      await settle();
      expect(sent).toHaveLength(1);
    });

    test('what a card changes besides the group changes nothing', async () => {
      await places(null);
      await move('north');
      await write({});
      await settle();
      await move('north');
      await settle();
      expect(sent).toHaveLength(1);
    });
  });

  test('what was stored before a stop that lasted days is told after it', async () => {
    await addRoute();
    await write({});
    await age(5);
    await db.query(`UPDATE notification_cursor SET caught_up_at = now() - interval '5 days 1 hour'`);
    await collect();
    await deliver();
    expect(sent).toHaveLength(1);
  });

  test('what is old is deleted, and nothing that may still be needed', async () => {
    const routeId = await addRoute();
    answers = [{ ok: false, final: true, gone: false, detail: 'answered 400' }];
    const [dead] = await write({});
    await collect();
    await deliver();
    const [delivered] = await write({});
    await collect();
    await deliver();
    await write({ ...delivered!, id: randomUUID(), event: 'return', from: 'UNACK', to: 'RTNUN' });
    await collect();
    await deliver();
    const tables = ['notification_delivery', 'notification_notice', 'notification_told'];
    const counts = () => Promise.all(tables.map(count));
    expect(await counts()).toEqual([1, 3, 2]);

    expect(await pruneNotifications(db, nowMs + 89 * dayMs)).toBe(false);
    expect(await counts()).toEqual([1, 3, 2]);
    expect(await pruneNotifications(db, nowMs + 91 * dayMs)).toBe(false);
    // Its end is to be told yet: that occurrence has not returned.
    expect(await counts()).toEqual([0, 0, 1]);
    expect(await listDeadLetters(db, [routeId], 9)).toEqual([]);
    await write({ ...dead!, id: randomUUID(), event: 'return', from: 'UNACK', to: 'RTNUN' });
    await collect();
    await deliver();
    expect(sent.at(-1)!.notices).toMatchObject([{ kind: 'returned', occurrenceId: dead!.occurrenceId }]);
  });

  test('thousands are deleted in pieces', async () => {
    const routeId = await addRoute();
    await db.query(
      `INSERT INTO notification_notice (route_id, key, occurrence, rev, planned_ms)
        SELECT $1::uuid, int4send(n), int4send(n), n, 0 FROM generate_series(1, 4500) n`,
      [routeId]
    );
    const pieces = [];
    for (let isMore = true; isMore;) pieces.push((isMore = await pruneNotifications(db, nowMs)));
    expect(pieces).toEqual([true, true, false]);
    expect(await count('notification_notice')).toBe(0);
  });

  test('a dead letter of a route that waits is no dead letter', async () => {
    await addRoute();
    await write({});
    await collect();
    const [waiting] = await db.query<{ id: string }>('SELECT id FROM notification_delivery');
    expect(await findDeadLetter(db, waiting!.id)).toBeUndefined();
  });

  test('many who collect and send at once tell each thing once', async () => {
    const ids = [await addRoute(), await addRoute()];
    const written: JournalEntry[] = [];
    const writing = (async () => {
      for (let index = 0; index < 20; index++) written.push(...(await write({ alarmId: `d:p1:${index}` })));
    })();
    // PGlite has one connection; there they take turns.
    await Promise.all([writing, ...Array.from({ length: kind === 'pglite' ? 2 : 6 }, () => collect().then(deliver))]);
    await collect();
    await Promise.all(Array.from({ length: 4 }, deliver));
    const told = sent.flatMap(({ to, notices }) => notices.map(({ occurrenceId }) => `${to} ${occurrenceId}`));
    const expected = ids.flatMap((id) => written.map(({ occurrenceId }) => `https://${id}.example/ ${occurrenceId}`));
    expect(told.sort()).toEqual(expected.sort());
  });

  test('the key pair of web push is made once, whoever asks first', async () => {
    const pairs = await Promise.all(Array.from({ length: 4 }, () => provideKeyPair(db)));
    expect(new Set(pairs.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect(new Set(pairs.map(({ privateKey }) => privateKey)).size).toBe(1);
    expect(await provideKeyPair(db)).toEqual(pairs[0]);
  });
});
