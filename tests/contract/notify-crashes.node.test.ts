/**
 * Alarms at random, and a server that dies at random: while it reads the journal, before and after it commits, while it sends, and after
 * the other side has taken the message. Whoever takes the same message once is told of everything once; where alarms are shown as they
 * stand, those fire in the end that stand and are not hidden.
 */
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { advanceAlarm, newAlarm } from '$lib/alarms/machine';
import { alarmPriorities, type AlarmEvent, type JournalEntry } from '$lib/domain/alarm';
import type { Entity } from '$lib/domain/operation';
import { makeAlerts, type Alert } from '../../src/server/notify/alertmanager';
import { collectNotices } from '../../src/server/notify/collect';
import { deliverDue } from '../../src/server/notify/deliver';
import type { Notifier } from '../../src/server/notify/notifier';
import { nextDue } from '../../src/server/notify/queue';
import type { Channel } from '../../src/server/notify/recipient';
import { putRoute } from '../../src/server/notify/routes-store';
import type { Db } from '../../src/server/store/db';
import { createSqlSyncStore } from '../../src/server/store/sync-store';
import type { SyncStore } from '../../src/server/sync/store';
import { databaseKinds, useDatabase } from '../support/databases';

class Crash extends Error {}

const events = ['raise', 'return', 'acknowledge', 're-alarm', 'reprioritise'] as const;
const hiding = ['shelve', 'unshelve', 'suppress', 'unsuppress', 'remove-from-service', 'return-to-service'] as const;
type Step = { alarm: number; event: (typeof events)[number] | (typeof hiding)[number]; priority: number };
const step: fc.Arbitrary<Step> = fc.record({
  alarm: fc.nat(2),
  event: fc.oneof(
    { arbitrary: fc.constantFrom('raise', ...events), weight: 3 },
    { arbitrary: fc.constantFrom(...hiding), weight: 2 }
  ),
  priority: fc.nat(3)
});
const plan = fc.record({
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
  /** At which of its chances to die the server dies. */
  crashes: fc.uniqueArray(fc.nat(60), { maxLength: 8 })
});

/** The journal that these steps leave, by the machine itself. */
function createPlant() {
  const alarms = [0, 1, 2].map((n) =>
    newAlarm({ id: `d:p${n % 2}:${n}`, deviceId: 'd', assetId: `p${n % 2}`, ruleId: `p${n % 2}:${n}` })
  );
  let atMs = 0;
  const act = (steps: Step[]): JournalEntry[] =>
    steps.flatMap(({ alarm: place, event: kind, priority }) => {
      const before = alarms[place]!;
      const occurrenceId = kind === 'raise' ? randomUUID() : (before.occurrence?.id ?? '');
      const facts = { value: 1, limit: 0, ruleVersion: 0, isLatching: false, name: 'A', assetName: 'P' };
      const act = { by: 'Ada', deviceId: 'd', occurrenceId, reason: 'why', untilMs: atMs + 1e6, state: 'off' };
      const event = { kind, atMs: ++atMs, priority: alarmPriorities[priority]!, ...facts, ...act } as AlarmEvent;
      const alarm = advanceAlarm(before, event);
      alarms[place] = alarm;
      if (alarm === before) return [];
      const { id: alarmId, assetId, ruleId, name, assetName } = alarm;
      const states = { event: kind, from: before.state, to: alarm.state, priority: alarm.priority };
      const what = { occurrenceId: alarm.occurrence?.id ?? null, ruleVersion: 0, name, assetName, value: 1, limit: 0 };
      const when = { eventMs: atMs, recordedMs: atMs, by: '', reason: '', deviceId: 'd' };
      return [{ id: randomUUID(), alarmId, assetId, ruleId, ...states, ...what, ...when }];
    });
  const announced = () => alarms.filter(({ state }) => state === 'UNACK' || state === 'ACKED').map(({ id }) => id);
  return { act, announced };
}

/** The database as a server sees it that may die before anything it does, and after what it has committed. */
function mortal(whole: Db, mayDie: () => void): Db {
  return {
    ...whole,
    async query(text, params) {
      mayDie();
      const rows = await whole.query<never>(text, params);
      mayDie();
      return rows;
    },
    async tx(work) {
      const value = await whole.tx(async (queries) => {
        const done = await work(queries);
        mayDie();
        return done;
      });
      mayDie();
      return value;
    }
  };
}

describe.each(databaseKinds)('over %s', (kind) => {
  const own = useDatabase(kind);
  let db: Db;
  let store: SyncStore;
  beforeAll(() => {
    db = own.db;
    store = createSqlSyncStore(db);
  });

  test('every announcement is told at least once, and once only to whoever knows a message again', async () => {
    let died = 0;
    await fc.assert(
      fc.asyncProperty(plan, async ({ rounds, crashes }) => {
        await db.query('TRUNCATE notification_route, sync_entity CASCADE');
        const { newest } = await store.version();
        await db.query('UPDATE notification_cursor SET rev = $1', [newest]);
        const recipients = ['all', 'urgent'];
        for (const name of [...recipients, 'board']) {
          const rest = {
            tellsReturn: true,
            tellsAcknowledged: true,
            bundleBy: 'asset',
            bundleMs: 10,
            quiet: null
          } as const;
          const leastPriority = name === 'urgent' ? 'high' : 'low';
          const kind = name === 'board' ? 'alertmanager' : 'webhook';
          const channel = { kind, url: `https://${name}.example/`, secret: '' } as const;
          await putRoute(
            db,
            { id: randomUUID(), name, isEnabled: true, groups: null, leastPriority, channel, ...rest },
            0
          );
        }
        let chances = 0;
        let nowMs = 1000;
        const mayDie = () => {
          if (!crashes.includes(chances++)) return;
          died++;
          throw new Crash();
        };
        const messages = new Map<string, string[]>();
        const board = new Map<string, Alert>();
        let isRepeated = false;
        const openNotifier = (channel: Channel): Notifier => ({
          async send(message) {
            const { id, notices } = message;
            if (crashes.includes(chances++)) return { ok: false, final: false, gone: false, detail: 'away' };
            const to = channel.kind === 'webhook' ? channel.url : '';
            const told = notices.map(({ kind, occurrenceId, atMs }) => `${to} ${occurrenceId} ${kind} ${atMs}`);
            const before = messages.get(id);
            isRepeated ||= before !== undefined && before.join() !== told.join();
            if (channel.kind === 'webhook') messages.set(id, told);
            else for (const alert of makeAlerts(message, nowMs)) board.set(JSON.stringify(alert.labels), alert);
            // It has the message, and nobody hears of it.
            if (crashes.includes(chances++)) return { ok: false, final: false, gone: false, detail: 'no answer' };
            return { ok: true };
          }
        });
        const server = mortal(db, mayDie);
        const place = {
          db: server,
          nowMs: () => nowMs,
          random: () => 0.5,
          openNotifier,
          stopping: new AbortController().signal
        };
        const live = async () => {
          try {
            while (await collectNotices(server, store, nowMs, randomUUID));
            await deliverDue(place);
          } catch (error) {
            if (!(error instanceof Crash)) throw error;
          }
        };

        const plant = createPlant();
        const journal: JournalEntry[] = [];
        for (const round of rounds) {
          const entries = plant.act(round);
          journal.push(...entries);
          const entities = entries.map((body): Entity => {
            const { id, assetId, deviceId, eventMs } = body;
            return { kind: 'journal', id, assetId, deviceId, rev: 0, atMs: eventMs, open: 0, body };
          });
          await store.tx((transaction) => transaction.put(entities));
          await live();
          nowMs += 20;
          await live();
        }
        // Starts again until nothing is left.
        for (let isLeft = true; isLeft;) {
          await live();
          const [waiting] = await db.query<{ count: number }>('SELECT count(*) AS count FROM notification_delivery');
          const [cursor] = await db.query<{ rev: number }>('SELECT rev FROM notification_cursor');
          isLeft = waiting!.count > 0 || cursor!.rev < (await store.version()).newest;
          nowMs = (await nextDue(db, nowMs)) ?? nowMs + 1;
        }

        const told = [...messages.values()].flat();
        const isUrgent = ({ priority }: JournalEntry) => priority === 'critical' || priority === 'high';
        const announced = journal.filter(({ from, to }) => to === 'UNACK' && from !== 'UNACK');
        const expected = announced.flatMap((entry) => {
          const kind = entry.event === 'raise' ? 'announced' : 'again';
          const to = recipients.filter((name) => name === 'all' || isUrgent(entry));
          return to.map((name) => `https://${name}.example/ ${entry.occurrenceId} ${kind} ${entry.eventMs}`);
        });
        expect(told.filter((line) => /(announced|again) \d+$/.test(line)).sort()).toEqual(expected.sort());
        expect(new Set(told).size).toBe(told.length);
        expect(isRepeated).toBe(false);
        const firing = [...board.values()].filter(({ endsAt }) => Date.parse(endsAt) > nowMs);
        expect(firing.map(({ labels }) => labels.alarm).sort()).toEqual(plant.announced().sort());
      }),
      { numRuns: 25, seed: Number(process.env.PUMPSIDE_SEED ?? 1) }
    );
    // The test would say nothing if it had hit nothing.
    expect(died).toBeGreaterThan(20);
  }, 120_000);
});
