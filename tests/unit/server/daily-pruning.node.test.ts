/** What is deleted by and by, on both kinds of database: that it goes, that nothing else does, and that no device misses a deletion. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '$lib/domain/clock';
import type { Entity } from '$lib/domain/operation';
import type { Caller } from '../../../src/server/api/route';
import { makeAccount } from '../../../src/server/auth/accounts';
import { makeOneTimeCode, useOneTimeCode } from '../../../src/server/auth/one-time-code';
import { pruneCredentials } from '../../../src/server/auth/prune-credentials';
import { findSession, openSession } from '../../../src/server/auth/session';
import { pruneDaily } from '../../../src/server/daily-pruning';
import type { Db } from '../../../src/server/store/db';
import { pruneSync } from '../../../src/server/store/prune-sync';
import { createSqlPullViews } from '../../../src/server/store/pull-views';
import { createSqlSyncStore } from '../../../src/server/store/sync-store';
import { pullForDevice } from '../../../src/server/sync/pull-view';
import type { SyncStore } from '../../../src/server/sync/store';
import { databaseKinds, useDatabase } from '../../support/databases';
import { draftRule, sampleEntity } from '../../support/operation-samples';

const dayMs = 86_400_000;
const beginMs = 1_790_000_000_000;
const caller: Caller = { kind: 'user', userId: 'a', name: 'a', role: 'administrator', groups: [], sessionId: 's' };

describe.each(databaseKinds)('on %s', (kind) => {
  const own = useDatabase(kind);
  let db: Db;
  let store: SyncStore;
  let day: number;
  beforeEach(async () => {
    db = await own.empty();
    store = createSqlSyncStore(db);
    day = 0;
  });

  const nowMs = () => beginMs + day * dayMs;
  const rule = (pump: string): Entity => sampleEntity('rule', draftRule('Limit', pump), 0);
  const put = (...entities: Entity[]) => store.tx((transaction) => transaction.put(entities));
  const prune = () => pruneSync(db, nowMs());
  const kept = async () =>
    (await store.changesSince(0, 100, null)).map(({ assetId, body }) => [assetId, body !== null]);

  /** A device that keeps what it was told, page by page. */
  function createReader(deviceId: string, limit = 2) {
    let cursor = 0;
    const has = new Set<string>();
    let resets = 0;
    return {
      has,
      resets: () => resets,
      async pull() {
        for (;;) {
          const views = createSqlPullViews(db);
          const page = await pullForDevice({ store, views, nowMs }, caller, cursor, limit, deviceId);
          cursor = page.cursor;
          if (page.resetRequired) {
            has.clear();
            resets++;
          }
          for (const { assetId, body } of page.changes)
            if (body) has.add(assetId);
            else has.delete(assetId);
          if (!page.more) return;
        }
      }
    };
  }

  it('lets a deleted entity go after its time, and nothing that is there, nor any revision', async () => {
    await put(rule('a'), rule('b'), rule('c'));
    await prune();
    day = 1;
    await put({ ...rule('b'), body: null });
    const before = await store.changesSince(0, 100, null);
    for (day = 2; day < 94; day++) expect(await prune()).toEqual({ devices: 0, deleted: 0 });
    day = 94;
    expect(await prune()).toEqual({ devices: 0, deleted: 1 });
    expect(await store.changesSince(0, 100, null)).toEqual(before.filter(({ body }) => body !== null));
    expect(await store.version()).toMatchObject({ newest: 4 });
    expect(await prune()).toEqual({ devices: 0, deleted: 0 });
    // One mark is enough for all that is older.
    expect((await db.query('SELECT 1 FROM revision_mark WHERE at_ms <= $1', [nowMs() - 92 * dayMs])).length).toBe(1);
  });

  it('leaves no device with what was deleted, however long it was away', async () => {
    await put(rule('a'), rule('b'), rule('c'));
    const readers = new Map(Array.from({ length: 12 }, (_, i) => [86 + i, createReader(`away-${86 + i}`)]));
    const daily = createReader('daily');
    for (const reader of [...readers.values(), daily]) await reader.pull();
    await put({ ...rule('b'), body: null });
    for (day = 0; day < 100; day++) {
      await prune();
      await daily.pull();
      await readers.get(day)?.pull();
    }
    for (const reader of [...readers.values(), daily]) expect([...reader.has]).toEqual(['a', 'c']);
    expect(daily.resets()).toBe(0);
    expect([86, 90].map((away) => readers.get(away)!.resets())).toEqual([0, 0]);
    expect([91, 97].map((away) => readers.get(away)!.resets())).toEqual([1, 1]);
    expect(await kept()).toEqual([
      ['a', true],
      ['c', true]
    ]);
  });

  it('takes a rule that was deleted, let go and made again', async () => {
    await put(rule('a'));
    await put({ ...rule('a'), body: null });
    for (const later of [0, 93]) {
      day = later;
      await prune();
    }
    expect(await kept()).toEqual([]);
    const [again] = await put(rule('a'));
    expect(again!.rev).toBe(3);
    expect(await kept()).toEqual([['a', true]]);
  });

  it('deletes sessions that have ended and codes that hold no more, and none that do', async () => {
    const deed = { actor: 'test', address: '', atMs: beginMs };
    const made = await makeAccount(db, { name: 'Bo', role: 'head', groups: [] }, deed);
    if (made === 'name-taken') throw new Error(made);
    const open = (atMs: number) => openSession(db, made.account.id, { agent: '', address: '', atMs });
    const old = await open(beginMs);
    const young = await open(beginMs + 5 * dayMs);
    const code = (expiresMs: number) =>
      makeOneTimeCode(db, 'device', { accountId: null, grant: null }, beginMs, expiresMs);
    await code(beginMs + dayMs);
    const good = await code(beginMs + 20 * dayMs);
    day = 8;
    // The session, the code above, and the one for a password that was made with the account.
    expect(await pruneCredentials(db, nowMs())).toBe(3);
    expect(await pruneCredentials(db, nowMs())).toBe(0);
    expect(await db.query('SELECT 1 FROM session')).toHaveLength(1);
    expect(await findSession(db, old, nowMs())).toBeUndefined();
    expect(await findSession(db, young, nowMs())).toMatchObject({ name: 'Bo' });
    expect(await useOneTimeCode(db, 'device', good, nowMs())).toBeDefined();
  });
});

/** Time that passes when it is told to. */
function createManualClock() {
  let due: { atMs: number; act: () => void } | null = null;
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    after(milliseconds, act) {
      const own = { atMs: nowMs + milliseconds, act };
      due = own;
      return () => void (due === own && (due = null));
    }
  };
  return {
    clock,
    /** Until what is due next, which is then done. */
    dueInMs: () => (due === null ? null : due.atMs - nowMs),
    pass() {
      const { atMs, act } = due!;
      due = null;
      nowMs = atMs;
      act();
    }
  };
}

it('runs soon after the start, then once a day, an hour after a failure, and ends', async () => {
  const time = createManualClock();
  const said: unknown[] = [];
  let isFailing = false;
  const query = async (text: string) => {
    if (isFailing) throw new Error('no database');
    void text;
    return [];
  };
  const db = { kind: 'pglite', query, tx: (work: (queries: unknown) => unknown) => work({ query }) } as unknown as Db;
  let tell = (): void => {};
  const end = pruneDaily({
    db,
    clock: time.clock,
    onPruned: (gone) => (said.push(gone), tell()),
    onError: (error) => (said.push((error as Error).message), tell())
  });
  const dues: (number | null)[] = [];
  for (const fails of [false, true, false]) {
    dues.push(time.dueInMs());
    isFailing = fails;
    const told = new Promise<void>((resolve) => (tell = resolve));
    time.pass();
    await told;
    await expect.poll(time.dueInMs).not.toBeNull();
  }
  const nothing = { devices: 0, deleted: 0, credentials: 0 };
  expect(said).toEqual([nothing, 'no database', nothing]);
  expect(dues).toEqual([300_000, 86_400_000, 3_600_000]);
  await end();
  expect(time.dueInMs()).toBeNull();
});
