import { describe, expect, it } from 'vitest';
import type { Role } from '$lib/domain/role';
import type { Operation, OperationDraft } from '$lib/domain/operation';
import { hashOperation } from '$lib/sync/chain';
import { maxAheadMs } from '$lib/sync/clock';
import { schemaVersion } from '$lib/sync/version';
import type { Caller } from '../../../src/server/api/route';
import { pullChanges } from '../../../src/server/sync/pull';
import { pushOperations } from '../../../src/server/sync/push';
import { createMemorySyncStore, createStoreDisk } from '../../support/memory-sync-store';
import {
  acknowledgeEvent,
  createSealer,
  draftCard,
  draftComment,
  draftEvent,
  draftRule,
  raiseEvent
} from '../../support/operation-samples';

const nowMs = 2_000_000;
const callerOf = (role: Role, groups: string[] = [], userId = 'ann'): Caller => ({
  kind: 'user',
  userId,
  name: userId,
  role,
  groups,
  sessionId: 's'
});
const admin = callerOf('administrator');

function createPlace() {
  const disk = createStoreDisk();
  const store = createMemorySyncStore(disk);
  const push = (operations: Operation[], caller = admin, deviceId = 'd') =>
    pushOperations(store, caller, { deviceId, operations }, nowMs);
  const outcomes = async (operations: Operation[], caller = admin) =>
    (await push(operations, caller)).results.map((result) =>
      result.outcome === 'refused' ? result.code : result.outcome
    );
  const pull = (cursor: number, limit = 100, caller = admin) => pullChanges(store, caller, cursor, limit, 'd');
  return { disk, store, push, outcomes, pull };
}

describe('pushOperations', () => {
  it('answers again what it answered before, and changes nothing', async () => {
    const { push, store } = createPlace();
    const seal = createSealer('d');
    const operations = [
      seal(draftComment('a')),
      seal({ ...draftComment('b'), body: {} } as OperationDraft),
      seal(draftRule('R'))
    ];
    const first = await push(operations);
    expect(first).toEqual({
      results: [
        { seq: 1, opId: 'd-1', outcome: 'applied' },
        { seq: 2, opId: 'd-2', outcome: 'refused', code: 'bad-body', detail: expect.stringContaining('id') },
        { seq: 3, opId: 'd-3', outcome: 'applied' }
      ],
      lastSeq: 3,
      halted: null,
      aheadMs: 0
    });
    const state = await store.changesSince(0, 10, null);
    expect(await push(operations)).toEqual(first);
    expect(await push(operations.slice(1, 2))).toEqual({ ...first, results: first.results.slice(1, 2) });
    expect(await store.changesSince(0, 10, null)).toEqual(state);
  });

  it('stops at a gap and names the number it expects', async () => {
    const { push } = createPlace();
    const seal = createSealer('d');
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => seal(draftComment(id)));
    expect((await push([b!])).halted).toEqual({ code: 'gap', seq: 1 });
    const answer = await push([a!, c!, d!]);
    expect(answer).toMatchObject({ lastSeq: 1, halted: { code: 'gap', seq: 2 } });
    expect(answer.results).toHaveLength(1);
  });

  it('notices that two stores go by one device id, after what they share', async () => {
    const { push } = createPlace();
    const [one, two] = [createSealer('d'), createSealer('d')];
    const shared = one(draftComment('a'));
    two(draftComment('a'));
    await push([shared, one(draftComment('b'))]);
    const foreign = { ...two(draftComment('c')), opId: 'of-the-copy' };
    const answer = await push([shared, { ...foreign, hash: hashOperation(foreign) }]);
    expect(answer).toMatchObject({ lastSeq: 2, halted: { code: 'forked', seq: 2 } });
    expect(answer.results).toEqual([{ seq: 1, opId: 'd-1', outcome: 'applied' }]);
  });

  it('takes no operation whose hash or predecessor is another, nor one of another device', async () => {
    const { push, store } = createPlace();
    const seal = createSealer('d');
    const [a, b] = [seal(draftComment('a')), seal(draftComment('b'))];
    expect((await push([{ ...a, userId: 'eve' }])).halted).toEqual({ code: 'broken-chain', seq: 1 });
    await push([a]);
    const moved = { ...b, prev: '0'.repeat(64) };
    expect((await push([{ ...moved, hash: hashOperation(moved) }])).halted).toEqual({ code: 'broken-chain', seq: 2 });
    expect((await push([createSealer('e')(draftComment('x'))])).halted).toEqual({ code: 'broken-chain', seq: 1 });
    expect(await store.operations('d', 1, 10)).toEqual([a]);
  });

  it('lets a registered device push its own alone', async () => {
    const { push } = createPlace();
    const operation = createSealer('d')(draftComment('a'));
    const device: Caller = { kind: 'device', deviceId: 'e', role: 'engineer', groups: [] };
    expect(await push([operation], device)).toMatchObject({ results: [], halted: { code: 'not-your-device' } });
    expect((await push([operation], { ...device, deviceId: 'd' })).results).toHaveLength(1);
  });

  it('settles what can never be applied as refused, and goes on', async () => {
    const { outcomes, store } = createPlace();
    const seal = createSealer('d');
    const unknown = { ...draftComment('x'), kind: 'forecast' } as unknown as OperationDraft;
    expect(
      await outcomes([seal(unknown), seal({ ...draftRule('R'), body: 7 } as never), seal(draftComment('a'))])
    ).toEqual(['unknown-kind', 'bad-body', 'applied']);
    expect(await store.progress('d')).toMatchObject({ lastSeq: 3 });
    expect((await store.operations('d', 1, 1))[0]).toMatchObject({ kind: 'forecast' });
  });

  it('leaves to the device what a later version wrote and this one cannot read, with what is behind it', async () => {
    const later = (...drafts: OperationDraft[]) => {
      let prev = '';
      return drafts.map((draft, i) => {
        const sealed = createSealer('d')(draft);
        const operation = { ...sealed, seq: i + 1, opId: `d-${i + 1}`, prev, schema: schemaVersion + 1 };
        prev = hashOperation(operation);
        return { ...operation, hash: prev };
      });
    };
    for (const unread of [{ kind: 'forecast' }, { body: 7 }]) {
      const { push, store } = createPlace();
      const draft = { ...draftComment('x'), ...unread } as unknown as OperationDraft;
      expect(await push(later(draftComment('a'), draft, draftComment('b')))).toMatchObject({
        results: [{ outcome: 'applied' }],
        lastSeq: 1,
        halted: { code: 'newer', seq: 2 }
      });
      expect(await store.operations('d', 1, 10)).toHaveLength(1);
    }
  });

  it('holds back a clock that is far ahead, and says so', async () => {
    const { push, store } = createPlace();
    const seal = createSealer('d');
    const answer = await push([seal(draftCard('Feed pump'), 0, nowMs + maxAheadMs + 60_000)]);
    expect(answer.aheadMs).toBe(60_000);
    expect((await store.changesSince(0, 1, null))[0]!.atMs).toBe(nowMs + maxAheadMs);
  });

  it('refuses the second of two changes of one rule', async () => {
    const { push, store } = createPlace();
    const [one, two] = [createSealer('d1'), createSealer('d2')];
    await push([one(draftRule('One'))], admin, 'd1');
    const { rev } = (await store.entitiesOf('rule', 1, null))[0]!;
    const answer = await push([two(draftRule('Two')), two(draftRule('Two, seen'), rev)], admin, 'd2');
    expect(answer.results).toMatchObject([{ outcome: 'refused', code: 'conflict' }, { outcome: 'applied' }]);
    await push([one(draftRule('One again'), rev)], admin, 'd1');
    expect((await store.entitiesOf('rule', 10, null))[0]).toMatchObject({ body: { name: 'Two, seen' } });
  });
});

describe('who may push what', () => {
  const raise = draftEvent('d', raiseEvent('o1'));
  const acknowledge = draftEvent('d', acknowledgeEvent('o1'));
  const promotion: OperationDraft = {
    kind: 'promotion',
    id: 'pump-1',
    assetId: 'pump-1',
    body: { assetId: 'pump-1', modelId: 'm', weightsSha256: '' }
  };

  it.each<[Role, string[]]>([
    ['inspector', ['applied', 'applied', 'applied', 'forbidden', 'forbidden', 'applied', 'forbidden']],
    ['engineer', ['applied', 'applied', 'applied', 'applied', 'applied', 'applied', 'applied']],
    ['management', Array<string>(7).fill('forbidden')],
    ['administrator', Array<string>(7).fill('applied')]
  ])('%s', async (role, expected) => {
    const { outcomes, store } = createPlace();
    const seal = createSealer('d');
    const drafts = [
      raise,
      acknowledge,
      draftComment('c'),
      draftRule('R'),
      promotion,
      draftCard('Name'),
      draftCard('Name', 'north')
    ];
    // Without something to acknowledge, an acknowledgement would ask for nothing.
    if (role === 'management') {
      await pushOperations(store, admin, { deviceId: 'e', operations: [createSealer('e')(draftComment('z'))] }, nowMs);
    }
    expect(
      await outcomes(
        drafts.map((draft) => seal(draft)),
        callerOf(role, ['north'])
      )
    ).toEqual(expected);
  });

  it('lets nobody write about pumps of other groups, nor move a pump there', async () => {
    const { push, outcomes } = createPlace();
    const office = createSealer('office');
    await push([office(draftCard('Pump', 'north'))], admin, 'office');
    const seal = createSealer('d');
    const drafts = [
      draftComment('a'),
      draftCard('Mine', 'south'),
      draftCard('Mine', ''),
      draftComment('b', 'x', 'pump-2'),
      draftCard('New', 'north', 'pump-3')
    ];
    expect(
      await outcomes(
        drafts.map((draft) => seal(draft)),
        callerOf('engineer', ['south'])
      )
    ).toEqual(['forbidden', 'forbidden', 'forbidden', 'applied', 'forbidden']);
  });

  it('lets a signed-in person speak for nobody else, a device for all who used it', async () => {
    const { push, outcomes } = createPlace();
    const seal = createSealer('d', 'bob');
    expect(await outcomes([seal(draftComment('a'))], callerOf('engineer', [], 'ann'))).toEqual(['forbidden']);
    expect(await outcomes([seal(draftComment('b'))], callerOf('engineer', [], 'bob'))).toEqual(['applied']);
    const device: Caller = { kind: 'device', deviceId: 'd', role: 'inspector', groups: [] };
    expect((await push([seal(draftComment('c'))], device)).results[0]!.outcome).toBe('applied');
  });

  it('holds keys to what they were made for', async () => {
    const { outcomes } = createPlace();
    const seal = createSealer('d');
    const key: Caller = { kind: 'key', keyId: 'k', name: 'gateway', permissions: ['readings.ingest'], groups: [] };
    expect(await outcomes([seal(raise), seal(draftComment('c'))], key)).toEqual(['applied', 'forbidden']);
    expect(await outcomes([seal(draftComment('e'))], { kind: 'nobody' })).toEqual(['forbidden']);
  });
});

describe('pullChanges', () => {
  async function fill() {
    const place = createPlace();
    const seal = createSealer('d');
    await place.push(['a', 'b', 'c', 'd', 'e'].map((id, i) => seal(draftComment(id, 'seen', `pump-${i % 2}`))));
    return { ...place, seal };
  }

  it('gives pages in order, up to the newest', async () => {
    const { pull } = await fill();
    const first = await pull(0, 2);
    expect(first).toMatchObject({ cursor: 2, more: true, lastSeq: 5, resetRequired: false });
    expect(first.changes.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await pull(2, 3)).toMatchObject({ cursor: 5, more: true });
    expect(await pull(5, 3)).toMatchObject({ cursor: 5, more: false, changes: [] });
    expect(await pull(0)).toMatchObject({ cursor: 5, more: false });
  });

  it('moves past what the caller may not see', async () => {
    const { push, pull, seal } = await fill();
    await push([seal(draftCard('Pump', 'north', 'pump-0'))]);
    const page = await pull(0, 10, callerOf('inspector', ['south']));
    expect(page.changes.map(({ id }) => id)).toEqual(['b', 'd']);
    expect(page.cursor).toBe(10);
    expect((await pull(5, 10, callerOf('inspector', ['north']))).changes.map(({ id }) => id)).toEqual([
      'a',
      'c',
      'e',
      'pump-0'
    ]);
  });

  it('asks for a reset where it cannot go on from a cursor', async () => {
    const { disk, pull } = await fill();
    const reset = { changes: [], cursor: 0, lastSeq: 5, more: true, resetRequired: true };
    expect(await pull(6)).toEqual(reset);
    disk.version.set('floor', 3);
    expect(await pull(2)).toEqual(reset);
    expect(await pull(3)).toMatchObject({ resetRequired: false });
    expect(await pull(0)).toMatchObject({ resetRequired: false });
  });

  it('says up to which operation the very changes of the page count in', async () => {
    const { store, push, seal } = await fill();
    const late = [1, 2].map((i) => seal(draftComment(`late-${i}`)));
    const slow = {
      ...store,
      changesSince: async (...asked: Parameters<typeof store.changesSince>) => {
        const changes = await store.changesSince(...asked);
        const operation = late.shift();
        if (operation) await push([operation]);
        return changes;
      }
    };
    const page = await pullChanges(slow, admin, 0, 100, 'd');
    expect(page.lastSeq).toBe(7);
    expect(page.changes).toHaveLength(7);
    const busy = { ...slow, progress: async () => ({ lastSeq: Math.random(), lastHash: '' }) };
    expect(await pullChanges(busy, admin, 2, 100, 'd')).toMatchObject({ changes: [], cursor: 2, more: true });
  });
});
