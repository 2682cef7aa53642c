/** What every `SyncStore` must do. Run on the embedded database, on PostgreSQL, and on the double. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entity, Operation, OperationDraft } from '$lib/domain/operation';
import { createRandom } from '$lib/domain/random';
import { hashOperation } from '$lib/sync/chain';
import type { Caller } from '../../src/server/api/route';
import { pullChanges } from '../../src/server/sync/pull';
import { pushOperations } from '../../src/server/sync/push';
import type { SyncStore } from '../../src/server/sync/store';
import { createMemorySyncStore, createStoreDisk } from '../support/memory-sync-store';
import {
  acknowledgeEvent,
  createSealer,
  draftCard,
  draftComment,
  draftEvent,
  draftRule,
  raiseEvent,
  sampleEntity
} from '../support/operation-samples';

/** An empty database. `open` may be called again, after what it gave before was closed. */
export interface SyncStorePlace {
  open(): Promise<SyncStore>;
  /** Ends what `open` gave, as the end of a process does. */
  close(): Promise<void>;
  remove(): Promise<void>;
}

const administrator = {
  kind: 'user',
  userId: 'ann',
  name: 'Ann',
  role: 'administrator',
  groups: [],
  sessionId: 's'
} satisfies Caller;

export function describeSyncStore(adapter: string, createPlace: () => Promise<SyncStorePlace>): void {
  describe(`SyncStore contract: ${adapter}`, () => {
    let place: SyncStorePlace;
    let store: SyncStore;
    const comment = (id: string, assetId = 'pump-1', atMs = 1000): Entity => ({
      ...sampleEntity('comment', draftComment(id, 'seen', assetId), 0),
      atMs
    });
    const card = (assetId: string, group: string): Entity => {
      const { body } = draftCard(assetId, group, assetId);
      return { kind: 'asset', id: assetId, assetId, deviceId: 'd', rev: 0, atMs: 1, open: 0, body } as Entity;
    };
    const put = (...entities: Entity[]) => store.tx((transaction) => transaction.put(entities));
    const idsSince = async (rev: number, limit = 100, groups: string[] | null = null) =>
      (await store.changesSince(rev, limit, groups)).map(({ id }) => id);

    beforeEach(async () => {
      place = await createPlace();
      store = await place.open();
    }, 60_000);

    afterEach(async () => {
      await place.close();
      await place.remove();
    }, 60_000);

    it('is empty at first', async () => {
      expect(await store.progress('d')).toBeUndefined();
      expect(await store.version()).toEqual({ newest: 0, floor: 0 });
      expect(await store.changesSince(0, 10, null)).toEqual([]);
      expect(await store.entitiesOf('rule', 10, null)).toEqual([]);
      expect(await store.operations('d', 1, 10)).toEqual([]);
      await store.tx(async (transaction) => {
        expect(await transaction.progress('d')).toBeUndefined();
        expect(await transaction.settled('d', 1)).toBeUndefined();
        expect(await transaction.entity('rule', 'x')).toBeUndefined();
      });
    });

    it('keeps operations with their results, whole, and how far the device has come', async () => {
      const seal = createSealer('d', 'ann');
      const first = seal(draftRule('Limit'));
      const odd = {
        ...seal({ ...draftComment('c'), kind: 'forecast' } as unknown as OperationDraft),
        colour: ['red', null, 1.5e-7]
      };
      const second = { ...odd, hash: hashOperation(odd as unknown as Operation) } as unknown as Operation;
      const refusal = {
        seq: 2,
        opId: second.opId,
        outcome: 'refused',
        code: 'unknown-kind',
        detail: 'forecast "ü"'
      } as const;
      await store.tx(async (transaction) => {
        await transaction.append(first, { seq: 1, opId: first.opId, outcome: 'applied' });
        expect(await transaction.progress('d')).toEqual({ lastSeq: 1, lastHash: first.hash });
      });
      await store.tx((transaction) => transaction.append(second, refusal));
      expect(await store.progress('d')).toEqual({ lastSeq: 2, lastHash: second.hash });
      expect(await store.operations('d', 1, 10)).toEqual([first, second]);
      expect((await store.operations('d', 1, 10)).map(hashOperation)).toEqual([first.hash, second.hash]);
      expect(await store.operations('d', 2, 10)).toEqual([second]);
      expect(await store.operations('d', 1, 1)).toEqual([first]);
      expect(await store.operations('e', 1, 10)).toEqual([]);
      await store.tx(async (transaction) => {
        expect(await transaction.settled('d', 1)).toEqual({ seq: 1, opId: first.opId, outcome: 'applied' });
        expect(await transaction.settled('d', 2)).toEqual(refusal);
        expect(await transaction.settled('d', 3)).toBeUndefined();
      });
    });

    it('takes no number twice', async () => {
      const first = createSealer('d')(draftComment('a'));
      const other = createSealer('d')(draftComment('b'));
      await store.tx((transaction) => transaction.append(first, { seq: 1, opId: first.opId, outcome: 'applied' }));
      await expect(
        store.tx((transaction) => transaction.append(other, { seq: 1, opId: other.opId, outcome: 'applied' }))
      ).rejects.toBeDefined();
      expect(await store.operations('d', 1, 10)).toEqual([first]);
    });

    it('gives each entity stored the next revision, and gives it back as it was', async () => {
      const rule = sampleEntity('rule', draftRule('Limit'), 0);
      const odd = { ...rule, id: 'odd', body: { ...rule.body!, colour: 'red' } } as Entity;
      expect((await put(rule, odd)).map(({ rev }) => rev)).toEqual([1, 2]);
      await store.tx(async (transaction) => {
        expect(await transaction.entity('rule', 'odd')).toEqual({ ...odd, rev: 2 });
        const [raised] = await transaction.put([{ ...rule, rev: 1, open: 1, deviceId: 'e', body: null }]);
        expect(raised).toEqual({ ...rule, rev: 3, open: 1, deviceId: 'e', body: null });
        expect(await transaction.entity('rule', rule.id)).toEqual(raised);
      });
      expect(await store.changesSince(0, 10, null)).toEqual([
        { ...odd, rev: 2 },
        { ...rule, rev: 3, open: 1, deviceId: 'e', body: null }
      ]);
      expect(await store.version()).toEqual({ newest: 3, floor: 0 });
    });

    it('keeps all of a transaction or nothing, and leaves no revision out', async () => {
      await put(comment('a'));
      const operation = createSealer('d')(draftComment('b'));
      const told = vi.fn();
      store.onChange(told);
      await expect(
        store.tx(async (transaction) => {
          await transaction.put([comment('b')]);
          await transaction.touch(['pump-1']);
          await transaction.append(operation, { seq: 1, opId: operation.opId, outcome: 'applied' });
          throw new Error('killed');
        })
      ).rejects.toThrow('killed');
      expect(await store.version()).toEqual({ newest: 1, floor: 0 });
      expect(await idsSince(0)).toEqual(['a']);
      expect(await store.progress('d')).toBeUndefined();
      expect((await put(comment('c')))[0]!.rev).toBe(2);
      await vi.waitFor(() => expect(told.mock.calls).toEqual([[2]]));
    });

    it('lists changes in the order of revisions, deleted ones among them', async () => {
      await put(comment('a'), comment('b'), comment('c'));
      await put({ ...comment('a'), body: null });
      expect(await idsSince(0)).toEqual(['b', 'c', 'a']);
      expect(await idsSince(2)).toEqual(['c', 'a']);
      expect(await idsSince(0, 2)).toEqual(['b', 'c']);
      expect(await idsSince(4)).toEqual([]);
      expect((await store.changesSince(3, 1, null))[0]!.body).toBeNull();
    });

    it('shows a caller with groups what is about their pumps, and about those of no group', async () => {
      await put(card('north-1', 'north'), card('south-1', 'south'), card('free-1', ''));
      await put(comment('n', 'north-1'), comment('s', 'south-1'), comment('f', 'free-1'), comment('u', 'unknown-1'));
      expect(await idsSince(3, 10, ['north'])).toEqual(['n', 'f', 'u']);
      expect(await idsSince(3, 10, ['north', 'south'])).toEqual(['n', 's', 'f', 'u']);
      expect(await idsSince(3, 10, [])).toEqual(['f', 'u']);
      expect(await idsSince(3, 2, ['south'])).toEqual(['s', 'f']);
      expect((await store.entitiesOf('asset', 10, ['north'])).map(({ id }) => id).sort()).toEqual([
        'free-1',
        'north-1'
      ]);
      expect(await store.entitiesOf('comment', 10, ['north'])).toHaveLength(3);
    });

    it('raises everything about a pump, in its order, after who may see it has changed', async () => {
      await put(card('pump-1', ''), comment('a'), comment('b'), comment('x', 'pump-2'));
      await put({ ...comment('a'), atMs: 5 });
      await store.tx(async (transaction) => {
        await transaction.put([card('pump-1', 'north')]);
        await transaction.touch(['pump-1']);
      });
      expect(await idsSince(5)).toEqual(['b', 'a', 'pump-1']);
      const changes = await store.changesSince(6, 10, null);
      expect(changes.map(({ rev }) => rev)).toEqual([7, 8, 9]);
      expect(changes[1]).toMatchObject({ id: 'a', atMs: 5 });
      expect(await idsSince(5, 10, ['south'])).toEqual([]);
      expect(await idsSince(0, 10, ['south'])).toEqual(['x']);
      await store.tx((transaction) => transaction.touch([]));
      expect((await store.version()).newest).toBe(9);
    });

    it('lets writers wait for each other', async () => {
      const raised = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store.tx(async (transaction) => {
            const count =
              ((await transaction.entity('comment', 'count')) as Entity<'comment'> | undefined)?.body?.text ?? '0';
            const next = {
              ...comment('count'),
              body: { ...comment('count').body!, text: String(Number(count) + 1) }
            } as Entity;
            return transaction.put([comment(`c${i}`), next]);
          })
        )
      );
      expect((await store.version()).newest).toBe(40);
      const revs = raised.flat().map(({ rev }) => rev);
      expect([...revs].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      expect(raised.every(([a, b]) => b!.rev === a!.rev + 1)).toBe(true);
      const [last] = await store.changesSince(39, 1, null);
      expect(last).toMatchObject({ id: 'count', body: { text: '20' } });
    });

    it('tells of changes after they can be read, and of nothing else', async () => {
      const told: number[] = [];
      const seen: Promise<number>[] = [];
      const stop = store.onChange((rev) => {
        told.push(rev);
        seen.push(store.changesSince(rev - 1, 1, null).then(([change]) => change?.rev ?? 0));
      });
      await put(comment('a'), comment('b'));
      await vi.waitFor(() => expect(told).toEqual([2]));
      expect(await Promise.all(seen)).toEqual([2]);
      const operation = createSealer('d')(draftComment('a'));
      await store.tx((transaction) =>
        transaction.append(operation, { seq: 1, opId: operation.opId, outcome: 'duplicate' })
      );
      await put(comment('c'));
      await vi.waitFor(() => expect(told).toEqual([2, 3]));
      stop();
      const others: number[] = [];
      store.onChange((rev) => void others.push(rev));
      await put(comment('d'));
      await vi.waitFor(() => expect(others).toEqual([4]));
      expect(told).toEqual([2, 3]);
    });

    it('lists what is of one kind, newest first, without what was deleted', async () => {
      await put(comment('a', 'pump-1', 100), comment('b', 'pump-1', 300), comment('c', 'pump-1', 200));
      await put({ ...comment('d'), body: null }, card('pump-1', ''));
      expect((await store.entitiesOf('comment', 10, null)).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
      expect((await store.entitiesOf('comment', 1, null)).map(({ id }) => id)).toEqual(['b']);
    });

    it('has everything after a restart', async () => {
      const operation = createSealer('d')(draftComment('a'));
      await store.tx(async (transaction) => {
        await transaction.put([comment('a')]);
        await transaction.append(operation, { seq: 1, opId: operation.opId, outcome: 'applied' });
      });
      await place.close();
      store = await place.open();
      expect(await idsSince(0)).toEqual(['a']);
      expect(await store.progress('d')).toEqual({ lastSeq: 1, lastHash: operation.hash });
      expect((await put(comment('b')))[0]!.rev).toBe(2);
    });

    it('comes to the same as a plain model by the same operations, pushed twice', async () => {
      const model = createMemorySyncStore(createStoreDisk());
      const random = createRandom(5);
      const sealers = ['d1', 'd2', 'd3'].map((id) => ({ id, seal: createSealer(id, 'ann') }));
      for (let i = 0; i < 60; i++) {
        const { id, seal } = sealers[Math.floor(random.uniform() * 3)]!;
        const operations = Array.from({ length: 3 }, (_, k) => seal(draftAny(id, i * 3 + k, random.uniform()), i % 7));
        for (const each of [model, store, store]) {
          const answer = await pushOperations(each, administrator, { deviceId: id, operations }, 2_000_000);
          expect(answer.halted).toBeNull();
        }
      }
      const stateOf = async (each: SyncStore) => ({
        version: await each.version(),
        entities: await each.changesSince(0, 1000, null),
        operations: await Promise.all(sealers.map(({ id }) => each.operations(id, 1, 1000))),
        page: await pullChanges(each, { ...administrator, role: 'engineer', groups: ['north'] }, 10, 20, 'd1')
      });
      expect(await stateOf(store)).toEqual(await stateOf(model));
    }, 60_000);
  });
}

/** Something of every kind, some of it refused, some of it in conflict. */
function draftAny(deviceId: string, i: number, chance: number): OperationDraft {
  const assetId = `pump-${i % 3}`;
  if (chance < 0.15) return draftEvent(deviceId, raiseEvent(`o${i}`, i * 1000), assetId);
  if (chance < 0.3) return draftEvent(deviceId, { kind: 'return', atMs: i * 1000, value: null }, assetId);
  if (chance < 0.4) return draftEvent('d1', acknowledgeEvent(`o${i - 1}`, i * 1000), assetId);
  if (chance < 0.5) return draftEvent('d2', raiseEvent(`o${i}`, i * 1000), assetId);
  if (chance < 0.65) return draftComment(`c${i}`, `text ${i}`, assetId);
  if (chance < 0.75) return draftCard(`Pump ${i}`, ['', 'north', 'south'][i % 3]!, assetId);
  if (chance < 0.8) return { ...draftComment(`c${i}`), body: {} } as OperationDraft;
  return draftRule(chance < 0.85 ? null : `Rule ${i}`, assetId);
}
