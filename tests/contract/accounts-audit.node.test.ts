/** The audit log as one list, on both kinds of database: accounts, notifications and backups, and what devices have signed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '$lib/domain/operation';
import type { Role } from '$lib/domain/role';
import { auditRoutes } from '../../src/server/api/audit-routes';
import type { AccountPlace } from '../../src/server/api/account-place';
import { notificationRoutes, type NotificationPlace } from '../../src/server/api/notification-routes';
import type { Caller } from '../../src/server/api/route';
import { changeAccount, makeAccount } from '../../src/server/auth/accounts';
import { appendAudit, checkAudit, readAudit } from '../../src/server/auth/audit';
import { runBackup, runRestore } from '../../src/server/backup/run-backup';
import type { Db } from '../../src/server/store/db';
import { openDb } from '../../src/server/store/open-db';
import { createSqlPullViews } from '../../src/server/store/pull-views';
import { createSqlSyncStore } from '../../src/server/store/sync-store';
import { pushOperations } from '../../src/server/sync/push';
import type { SyncStore } from '../../src/server/sync/store';
import { databaseKinds, useDatabase } from '../support/databases';
import { createSealer, draftCard, draftComment, draftRule } from '../support/operation-samples';
import { createSmallApi } from '../unit/server/api/small-api';

const startMs = 60_000;
const callerOf = (role: Role, groups: string[] = []): Caller => ({
  kind: 'user',
  userId: role,
  name: 'ann',
  role,
  groups,
  sessionId: 's'
});
const callers = { ann: callerOf('administrator'), head: callerOf('head', ['north']), eve: callerOf('engineer') };

interface Entry {
  log: string;
  n: number;
  atMs: number;
  kind: string;
  actor: string;
  subject: string;
  detail: Record<string, unknown>;
}
interface Page {
  entries: Entry[];
  next: string | null;
}

describe.each(databaseKinds)('on %s', (kind) => {
  const own = useDatabase(kind);
  let db: Db;
  let store: SyncStore;
  let place: ReturnType<typeof createSmallApi>;

  beforeEach(async () => {
    db = await own.empty();
    store = createSqlSyncStore(db);
    const notifications = { db, nowMs: Date.now, newId: randomUUID, wake: () => {} } as NotificationPlace;
    const routes = [...auditRoutes({ db } as AccountPlace), ...notificationRoutes(notifications)];
    place = createSmallApi(routes, callers);
  });
  afterEach(() => expect(place.lines.filter(({ level }) => level === 'error')).toEqual([]));

  async function ask(method: string, path: string, caller: keyof typeof callers = 'ann', json?: unknown) {
    const headers = { Authorization: caller, 'Content-Type': 'application/json' };
    return place.api.request(path, { method, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) });
  }
  async function list(query = '', caller: keyof typeof callers = 'ann'): Promise<Page> {
    const response = await ask('GET', `/api/v1/audit${query}`, caller);
    expect(response.status).toBe(200);
    return (await response.json()) as Page;
  }
  const push = async (...operations: Operation[]) => {
    const { deviceId } = operations[0]!;
    const answer = await pushOperations(store, callers.ann, { deviceId, operations }, Date.now());
    expect(answer.halted).toBeNull();
    return answer.results.map(({ outcome }) => outcome);
  };
  const deed = () => ({ actor: 'user:ada', address: '10.0.0.1', atMs: Date.now() });

  it('shows what devices have signed on rules, models and pumps, as it was and as it is', async () => {
    const [one, two] = [createSealer('d1', 'ann'), createSealer('d2')];
    const promotion = { assetId: 'pump-1', modelId: 'm', weightsSha256: 'a'.repeat(64) };
    await push(one(draftRule('First')), one(draftComment('c', 'says "kind":"rule" and \\"kind\\":\\"rule\\"')));
    const conflict = two({
      kind: 'rule',
      id: 'pump-1:pressure',
      assetId: 'pump-1',
      body: { rule: null, assetId: 'pump-1', reason: 'no' }
    });
    expect(await push(conflict)).toEqual(['refused']);
    await push(one(draftRule('Second')), one(draftCard('P', 'north')), one(draftCard('P', 'south')));
    await push(one(draftRule(null)), one({ kind: 'promotion', id: 'pump-1', assetId: 'pump-1', body: promotion }));

    const { entries, next } = await list();
    expect(next).toBeNull();
    const shown = entries.map(({ log, n, kind, actor, subject, detail }) => {
      const nameOf = (value: unknown) => (value as { name?: string; modelId?: string } | null)?.name ?? value;
      return [log, n, kind, actor, subject, nameOf(detail.before), nameOf(detail.after)];
    });
    expect(shown).toEqual([
      ['device:d1', 7, 'model-promoted', 'ann', 'promotion:pump-1', null, promotion],
      ['device:d1', 6, 'rule-changed', 'ann', 'rule:pump-1:pressure', 'Second', null],
      ['device:d1', 5, 'pump-changed', 'ann', 'asset:pump-1', 'P', 'P'],
      ['device:d1', 4, 'pump-changed', 'ann', 'asset:pump-1', null, 'P'],
      ['device:d1', 3, 'rule-changed', 'ann', 'rule:pump-1:pressure', 'First', 'Second'],
      ['device:d1', 1, 'rule-changed', 'ann', 'rule:pump-1:pressure', null, 'First']
    ]);
    expect(entries[1]!.detail).toMatchObject({ reason: 'because', doneMs: expect.any(Number) });
    expect(entries[2]!.detail).toMatchObject({ before: { group: 'north' }, after: { group: 'south' } });
    expect((await list('?kind=pump-changed')).entries).toHaveLength(2);
    expect((await list('?kind=model-promoted')).entries).toHaveLength(1);
    expect((await list('?kind=rule-changed')).entries).toHaveLength(3);
    expect((await list('?kind=key-made')).entries).toEqual([]);
  });

  it('is one list in the order of time, and pages of any size follow each other without a gap', async () => {
    const seal = createSealer('d1', 'ann');
    for (let i = 0; i < 4; i++) {
      const later = { ...deed(), atMs: Date.now() + i };
      await db.tx((queries) => appendAudit(queries, later, 'key-made', `key:${i}`));
      await push(seal(draftRule(`Rule ${i}`)), seal(draftRule(`Rule ${i} again`)));
    }
    const whole = await list();
    expect(whole.entries).toHaveLength(12);
    const numbers = (log: string) => whole.entries.filter((entry) => entry.log === log).map(({ n }) => n);
    expect(numbers('server')).toEqual([4, 3, 2, 1]);
    expect(numbers('device:d1')).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    for (const limit of [1, 2, 5, 12]) {
      const seen: Entry[] = [];
      for (let cursor: string | null = '0~'; cursor !== null;) {
        const page: Page = await list(`?limit=${limit}&cursor=${cursor}`);
        seen.push(...page.entries);
        cursor = page.next;
      }
      expect(seen).toEqual(whole.entries);
    }
  });

  it('is for who may read it, and shows a head only the pumps of their groups', async () => {
    const seal = createSealer('d1', 'ann');
    await push(seal(draftCard('N', 'north', 'n')), seal(draftCard('S', 'south', 's')), seal(draftRule('R', 's')));
    expect((await list('', 'head')).entries.map(({ subject }) => subject)).toEqual(['asset:n']);
    expect((await list()).entries).toHaveLength(3);
    expect((await ask('GET', '/api/v1/audit', 'eve')).status).toBe(403);
  });

  it('refuses a cursor that is none with its place', async () => {
    for (const cursor of ['x', '1', '1~2', '1~2~3', '1~2~3~a b', '~', '0~99999999999999999~1~d']) {
      const response = await ask('GET', `/api/v1/audit?cursor=${encodeURIComponent(cursor)}`);
      expect([response.status, await response.json()], cursor).toMatchObject([422, { where: 'query.cursor' }]);
    }
  });

  it('takes the furthest cursors that have its form', async () => {
    for (const cursor of ['999999999999999~9999999999999999~999999999999999~d', '0~0~0~d'])
      await list(`?cursor=${cursor}`);
  });

  it('has an account as it was and as it is', async () => {
    const made = await makeAccount(db, { name: 'Bo', role: 'inspector', groups: ['north'] }, deed());
    if (made === 'name-taken') throw new Error(made);
    await changeAccount(db, made.account.id, { groups: ['south'] }, deed());
    expect((await list('?kind=account-changed')).entries[0]!.detail).toEqual({
      before: { groups: ['north'] },
      after: { groups: ['south'] }
    });
  });

  it('finds what was before among thousands of others at once, whatever texts they have', async () => {
    const seal = createSealer('d1', 'ann');
    await push(seal(draftCard('First\u0001', 'north', 'p "1"')));
    await db.query(
      `INSERT INTO sync_operation (device_id, seq, hash, operation, result)
        SELECT 'd2', n, '', replace(replace($1, 'ID', (n % 10)::text), 'NAME', '\\u0000\\ud800 ' || n)::json, '{"outcome":"applied"}'
          FROM generate_series(1, 20000) n`,
      [JSON.stringify({ ...seal(draftCard('NAME', 'north', 'pump-ID')), deviceId: 'd2' })]
    );
    const plan = await db.query<Record<string, string>>(
      `EXPLAIN SELECT 1 FROM sync_operation WHERE operation::text ~ '"kind":"(rule|promotion|asset)"'
        AND result::text LIKE '%"outcome":"applied"%' AND subject_of(operation) = 'x' ORDER BY stored_at DESC, device_id DESC, seq DESC LIMIT 1`
    );
    expect(JSON.stringify(plan)).toContain('sync_operation_subject');
    const again = createSealer('d3', 'ann');
    await push(again(draftCard('Second', 'north', 'p "1"')));
    const startMs = performance.now();
    const { entries } = await list();
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(entries).toHaveLength(100);
    expect(entries[0]!.detail.before).toMatchObject({ name: 'First\u0001' });
    expect(entries[20]!.subject).toBe(entries[10]!.subject);
    expect(entries[20]!.detail.after).toEqual(entries[10]!.detail.before);
    expect((await list('?limit=1000')).entries).toHaveLength(100);
    expect((await ask('GET', '/api/v1/audit?limit=1001')).status).toBe(422);
  });

  const path = '/api/v1/notifications/routes';
  const channel = { kind: 'webhook', url: 'https://example.org/hook', secret: 'hunter2-hunter2-hunter2' };
  const wish = {
    name: 'Office',
    isEnabled: true,
    channel,
    groups: null,
    leastPriority: 'high',
    tellsReturn: false,
    tellsAcknowledged: false,
    bundleBy: 'asset',
    bundleMs: 0,
    quiet: null
  };

  it('has a change of who is told of alarms, or there is none', async () => {
    const made = (await (await ask('POST', path, 'ann', wish)).json()) as { route: { id: string } };
    await db.query('ALTER TABLE audit ADD CONSTRAINT full_up CHECK (n < 2)');
    expect((await ask('POST', path, 'ann', wish)).status).toBe(500);
    expect((await ask('PATCH', `${path}/${made.route.id}`, 'ann', { name: 'Yard' })).status).toBe(500);
    expect((await ask('DELETE', `${path}/${made.route.id}`)).status).toBe(500);
    expect(place.lines.splice(0).filter(({ level }) => level === 'error')).toHaveLength(3);
    expect(await (await ask('GET', path)).json()).toEqual({ routes: [made.route] });
    await db.query('ALTER TABLE audit DROP CONSTRAINT full_up');
  });

  it('has every change of who is told of alarms, without a secret', async () => {
    const made = await ask('POST', path, 'ann', wish);
    expect([made.status, await made.clone().json()]).toMatchObject([201, {}]);
    const { route } = (await made.json()) as { route: { id: string } };
    expect((await ask('PATCH', `${path}/${route.id}`, 'ann', { name: 'Yard' })).status).toBe(200);
    // What was refused has changed nothing.
    expect((await ask('PATCH', `${path}/${route.id}`, 'head', { name: 'Mine' })).status).toBe(404);
    expect((await ask('POST', path, 'ann', { ...wish, channel: { ...channel, url: 'no' } })).status).toBe(422);
    expect((await ask('DELETE', `${path}/${route.id}`)).status).toBe(204);
    const { entries } = await list();
    expect(entries).toMatchObject([
      { kind: 'route-dropped', actor: 'user:administrator', detail: { before: { name: 'Yard' }, after: null } },
      { kind: 'route-changed', detail: { before: { name: 'Office' }, after: { name: 'Yard' } } },
      { kind: 'route-made', subject: `route:${route.id}`, detail: { before: null, after: { name: 'Office' } } }
    ]);
    expect(JSON.stringify(entries)).not.toContain('hunter2');
    expect(await checkAudit(db)).toMatchObject({ entries: 3, brokenAt: null });
  });

  it(
    'has where the data went and came from; no device goes on from what it was shown before',
    async () => {
      const home = mkdtempSync(join(tmpdir(), 'audit-'));
      try {
        const [from, to] = [await own.databases.createMigrated(), await own.databases.create()];
        const before = await openDb(from);
        await createSqlPullViews(before).write('d1', 'all', 5);
        await before.close();
        const file = join(home, 'plant.gz');
        const rows = await runBackup(from, file);
        expect(await runRestore(to, file)).toBe(rows);
        const after = await openDb(to);
        const kept = await openDb(from);
        const entriesOf = (each: Db) => readAudit(each, { before: 0, limit: 10, kind: null });
        expect(await entriesOf(kept)).toMatchObject([
          { kind: 'backup-made', actor: 'console', subject: 'file:plant.gz', detail: { rows } }
        ]);
        expect(await entriesOf(after)).toMatchObject([{ kind: 'backup-restored', subject: 'file:plant.gz' }]);
        expect((await createSqlPullViews(kept).read('d1', null)).seen).toEqual({ view: 'all', currentMs: 5 });
        expect((await createSqlPullViews(after).read('d1', null)).seen).toBeUndefined();
        await after.close();
        await kept.close();
      } finally {
        rmSync(home, { recursive: true });
      }
    },
    startMs
  );
});
