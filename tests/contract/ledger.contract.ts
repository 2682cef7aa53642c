/** What every `Ledger` must do. Run on IndexedDB in a real browser, and on the double. Long, as the one list of what the port promises. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, PullPage } from '$lib/domain/ledger';
import type { Entity, Operation, OperationResult, Refusal } from '$lib/domain/operation';
import { findBrokenLink } from '$lib/sync/chain';
import type { LedgerHost } from '$lib/sync/ledger';
import {
  acknowledgeEvent,
  draftCard,
  draftComment,
  draftEvent,
  draftRule,
  raiseEvent,
  sampleEntity,
  sampleRule
} from '../support/operation-samples';

/** An empty place to store in. `open` may be called again: a second tab, or the same one after a reload. */
export interface LedgerPlace {
  open(host: LedgerHost): Ledger;
  remove(): Promise<void>;
}

const pageOf = (changes: Entity[], part: Partial<PullPage> = {}): PullPage => ({
  changes,
  cursor: changes.at(-1)?.rev ?? 0,
  lastSeq: 0,
  more: false,
  resetRequired: false,
  ...part
});
const applied = ({ seq, opId }: Operation): OperationResult => ({ seq, opId, outcome: 'applied' });
const refused = ({ seq, opId }: Operation): OperationResult => ({
  seq,
  opId,
  outcome: 'refused',
  code: 'conflict',
  detail: 'changed'
});

export function describeLedger(adapter: string, createPlace: () => LedgerPlace): void {
  describe(`Ledger contract: ${adapter}`, () => {
    let place: LedgerPlace;
    let ledger: Ledger;
    let nowMs: number;
    let ids: number;
    const host: LedgerHost = { now: () => nowMs, newId: () => `id-${++ids}` };
    const nameOf = async () => (await ledger.entity('rule', 'pump-1:pressure'))?.body?.name;
    const commit = async (...drafts: Parameters<Ledger['commit']>[0]) => ledger.commit(drafts, 'ann');

    beforeEach(() => {
      nowMs = Date.UTC(2030, 0, 1);
      ids = 0;
      place = createPlace();
      ledger = place.open(host);
    });

    afterEach(async () => {
      ledger.close();
      await place.remove();
    });

    it('makes the device once', async () => {
      const device = await ledger.device();
      expect(device).toEqual({ deviceId: 'id-1', seq: 0, hash: '', settledSeq: 0, cursor: 0 });
      expect(await ledger.device()).toEqual(device);
      const second = place.open(host);
      expect(await second.device()).toEqual(device);
      second.close();
    });

    it('numbers, times and chains operations, whatever the wall clock does', async () => {
      const [first] = await commit(draftComment('a'), draftComment('b'));
      nowMs -= 3_600_000;
      const [third] = await commit(draftRule('Limit'));
      const operations = await ledger.operations(1, 10);
      expect(operations.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(operations[0]).toEqual(first);
      expect(operations[2]).toEqual(third);
      expect(findBrokenLink(operations)).toBeNull();
      expect(operations.map(({ hlc }) => hlc)).toEqual(operations.map(({ hlc }) => hlc).sort());
      expect(new Set(operations.map(({ hlc }) => hlc)).size).toBe(3);
      expect(third).toMatchObject({ deviceId: 'id-1', atMs: nowMs, userId: 'ann', baseRev: 0, schema: 1 });
      expect(await ledger.device()).toMatchObject({ seq: 3, hash: third!.hash });
      expect((await ledger.operations(2, 1)).map(({ seq }) => seq)).toEqual([2]);
    });

    it('shows what was done at once, an alarm with its journal', async () => {
      const { deviceId } = await ledger.device();
      const raise = draftEvent(deviceId, raiseEvent('o1'));
      const [operation] = await commit(raise);
      expect(await ledger.entity('alarm', raise.id)).toMatchObject({
        rev: 0,
        open: 1,
        deviceId,
        body: { state: 'UNACK', count: 1 }
      });
      expect(await ledger.entities({ kind: 'journal' })).toMatchObject([
        { id: operation!.opId, body: { event: 'raise', from: 'NORM', to: 'UNACK' } }
      ]);
    });

    it('makes no operation of what is refused or changes nothing', async () => {
      const bad = { ...draftComment('a'), body: { id: 'a' } } as never;
      const made = await commit(draftComment('b'), bad, draftComment('b'), draftRule(null), draftComment('c'));
      expect(made.map(({ seq, id }) => [seq, id])).toEqual([
        [1, 'b'],
        [2, 'c']
      ]);
      expect(await ledger.entity('comment', 'a')).toBeUndefined();
      expect(await commit()).toEqual([]);
    });

    it('tells once, after all, what it has refused and why, and says nothing of what changes nothing', async () => {
      const told: Refusal[][] = [];
      const tell = (refused: Refusal[]) => void told.push(refused);
      await ledger.commit([draftComment('a'), draftComment('a')], 'ann', tell);
      expect(told).toEqual([]);
      await ledger.commit([draftComment('b', ''), draftComment('c'), draftComment('d', '\ud800')], 'ann', tell);
      expect(told.map((each) => each.map(({ draft, code }) => [draft.id, code]))).toEqual([
        [
          ['b', 'bad-body'],
          ['d', 'bad-body']
        ]
      ]);
      expect(told[0]![0]!.detail).toMatch(/^text: found 0, expected >=1$/);
    });

    it('keeps all of a commit or nothing', async () => {
      await commit(draftComment('a'));
      const before = await ledger.device();
      const failing = place.open({
        now: host.now,
        newId: () => {
          if (++ids > 3) throw new Error('no more ids');
          return `id-${ids}`;
        }
      });
      await expect(failing.commit([draftComment('b'), draftComment('c')], '')).rejects.toBeDefined();
      failing.close();
      expect(await ledger.device()).toEqual(before);
      expect(await ledger.entity('comment', 'b')).toBeUndefined();
      expect(await ledger.operations(1, 10)).toHaveLength(1);
      await commit(draftComment('d'));
      expect(findBrokenLink(await ledger.operations(1, 10))).toBeNull();
    });

    it('goes on where it stood after a reload, and without a gap in two tabs', async () => {
      await commit(draftRule('First'));
      ledger.close();
      ledger = place.open(host);
      expect(await nameOf()).toBe('First');
      const other = place.open(host);
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? other : ledger).commit([draftComment(`c${i}`)], ''))
      );
      other.close();
      const operations = await ledger.operations(1, 100);
      expect(operations.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
      expect(findBrokenLink(operations)).toBeNull();
    });

    it('keeps what was handed over, not what becomes of it', async () => {
      const draft = draftRule('Mine');
      await commit(draft);
      if (draft.kind === 'rule') draft.body.rule!.name = 'Changed behind its back';
      expect(await nameOf()).toBe('Mine');
      const theirs = sampleEntity('rule', draftRule('Theirs', 'pump-2'), 1);
      await ledger.integrate(pageOf([theirs]));
      theirs.body!.name = 'Changed';
      expect((await ledger.entity('rule', 'pump-2:pressure'))!.body!.name).toBe('Theirs');
    });

    it('lists by kind, pump, time and what is open, newest first', async () => {
      const { deviceId } = await ledger.device();
      for (const [i, assetId] of ['pump-1', 'pump-2', 'pump-1', 'pump-2'].entries()) {
        const comment = draftComment(`c${i}`, 'seen', assetId);
        if (comment.kind === 'comment') comment.body.atMs = 1000 * (i + 1);
        await commit(comment);
      }
      await commit(draftEvent(deviceId, raiseEvent('o1')), draftEvent(deviceId, raiseEvent('o2'), 'pump-2'));
      await commit(draftEvent(deviceId, { kind: 'return', atMs: 3000, value: 1 }));
      await commit(draftEvent(deviceId, acknowledgeEvent('o1', 4000)));
      const ids = async (query: Partial<Parameters<Ledger['entities']>[0]>) =>
        (await ledger.entities({ kind: 'comment', ...query })).map(({ id }) => id);
      expect(await ids({})).toEqual(['c3', 'c2', 'c1', 'c0']);
      expect(await ids({ assetId: 'pump-1' })).toEqual(['c2', 'c0']);
      expect(await ids({ fromMs: 2000, toMs: 3000 })).toEqual(['c2', 'c1']);
      expect(await ids({ assetId: 'pump-2', fromMs: 3000 })).toEqual(['c3']);
      expect(await ids({ limit: 1 })).toEqual(['c3']);
      expect((await ledger.entities({ kind: 'alarm' })).length).toBe(2);
      expect((await ledger.entities({ kind: 'alarm', isOpen: true })).map(({ assetId }) => assetId)).toEqual([
        'pump-2'
      ]);
      expect(await ledger.entities({ kind: 'alarm', isOpen: true, assetId: 'pump-1' })).toEqual([]);
    });

    it('neither gives nor lists what was deleted', async () => {
      await commit(draftRule('Mine'));
      await commit(draftRule(null));
      expect(await ledger.entity('rule', 'pump-1:pressure')).toBeUndefined();
      expect(await ledger.entities({ kind: 'rule' })).toEqual([]);
      expect(await ledger.pendingCount()).toBe(2);
    });

    it('counts as pending what is above the settled number', async () => {
      expect(await ledger.pending(10)).toEqual([]);
      expect(await ledger.pendingCount()).toBe(0);
      const made = await commit(draftComment('a'), draftComment('b'), draftComment('c'));
      expect(await ledger.pending(2)).toEqual(made.slice(0, 2));
      await ledger.settle(made.slice(0, 2).map(applied));
      expect(await ledger.pending(10)).toEqual(made.slice(2));
      expect(await ledger.pendingCount()).toBe(1);
      expect(await ledger.device()).toMatchObject({ seq: 3, settledSeq: 2 });
      expect(await ledger.operations(1, 10)).toEqual(made);
    });

    it('settles once, in order, and only its own', async () => {
      const [a, b, c] = (await commit(draftComment('a'), draftComment('b'), draftComment('c'))) as [
        Operation,
        Operation,
        Operation
      ];
      await ledger.settle([applied(b)]);
      expect(await ledger.pendingCount()).toBe(3);
      await ledger.settle([{ ...applied(a), opId: 'another' }]);
      expect(await ledger.pendingCount()).toBe(3);
      await ledger.settle([applied(b), applied(a)]);
      expect(await ledger.pendingCount()).toBe(1);
      await ledger.settle([refused(a), refused(b)]);
      expect(await ledger.conflicts()).toEqual([]);
      await ledger.settle([{ ...applied(c), outcome: 'duplicate' }, applied({ ...c, seq: 4 })]);
      expect(await ledger.device()).toMatchObject({ settledSeq: 3 });
      await ledger.settle([]);
      expect(await ledger.pendingCount()).toBe(0);
    });

    it('takes back what was refused, and does what came after it anew', async () => {
      const { deviceId } = await ledger.device();
      const [raise, acknowledge] = (await commit(
        draftEvent(deviceId, raiseEvent('o1')),
        draftEvent(deviceId, acknowledgeEvent('o1'))
      )) as [Operation, Operation];
      await ledger.settle([refused(raise)]);
      expect(await ledger.entity('alarm', raise.id)).toBeUndefined();
      expect(await ledger.entities({ kind: 'journal' })).toEqual([]);
      expect(await ledger.conflicts()).toMatchObject([
        { opId: raise.opId, code: 'conflict', detail: 'changed', theirs: null, operation: raise, atMs: nowMs }
      ]);
      await ledger.settle([refused(raise), applied(acknowledge)]);
      expect((await ledger.conflicts()).length).toBe(1);
      expect(await ledger.pendingCount()).toBe(0);
    });

    it('keeps the change of a rule in its history until the backend refuses it, and then the one made after it alone', async () => {
      const [first, second] = (await commit(draftRule('First'), draftRule('Second'))) as [Operation, Operation];
      const history = async () =>
        (await ledger.entities({ kind: 'rule-change' })).map(({ id, body }) => `${id}: ${body!.before?.name}`).sort();
      expect(await history()).toEqual([`${first.opId}: undefined`, `${second.opId}: First`].sort());
      await ledger.settle([refused(first)]);
      expect(await history()).toEqual([`${second.opId}: undefined`]);
    });

    it('takes what the backend has, once, and never an older state', async () => {
      const page = pageOf([sampleEntity('comment', draftComment('a'), 1), sampleEntity('rule', draftRule('Two'), 2)]);
      await ledger.integrate(page);
      await ledger.integrate(page);
      expect(await nameOf()).toBe('Two');
      expect((await ledger.entity('rule', 'pump-1:pressure'))!.rev).toBe(2);
      expect(await ledger.device()).toMatchObject({ cursor: 2 });
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('Five'), 5)]));
      await ledger.integrate(page);
      expect(await nameOf()).toBe('Five');
      expect(await ledger.device()).toMatchObject({ cursor: 5 });
      expect(await ledger.entities({ kind: 'comment' })).toHaveLength(1);
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule(null), 6)]));
      expect(await nameOf()).toBeUndefined();
      await ledger.integrate(pageOf([], { cursor: 9 }));
      expect(await ledger.device()).toMatchObject({ cursor: 9 });
    });

    it('keeps kinds and fields that it does not know', async () => {
      const odd = { ...sampleEntity('rule', draftRule('Odd'), 1), body: { ...sampleRule('Odd'), colour: 'red' } };
      const future = { ...odd, kind: 'forecast', id: 'f1', rev: 2, body: { rain: 3 } } as unknown as Entity;
      await ledger.integrate(pageOf([odd, future]));
      expect((await ledger.entity('rule', odd.id))!.body).toEqual(odd.body);
      expect(await ledger.entity('forecast' as never, 'f1')).toEqual(future);
    });

    it('shows what is pending on top of what is pulled, until it is counted in', async () => {
      const [mine] = (await commit(draftRule('Mine'))) as [Operation];
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('Theirs'), 4)]));
      expect(await nameOf()).toBe('Mine');
      expect((await ledger.entity('rule', 'pump-1:pressure'))!.rev).toBe(4);
      await ledger.settle([applied(mine)]);
      expect(await nameOf()).toBe('Mine');
      await ledger.integrate(pageOf([], { cursor: 4, lastSeq: 0 }));
      expect(await nameOf()).toBe('Mine');
      // The first of several pages, in which the rule is not: it comes with a later one.
      await ledger.integrate(pageOf([sampleEntity('comment', draftComment('a'), 5)], { lastSeq: 1, more: true }));
      expect(await nameOf()).toBe('Mine');
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('Mine'), 6, 'id-1')], { lastSeq: 1 }));
      expect(await ledger.entity('rule', 'pump-1:pressure')).toMatchObject({ rev: 6, body: { name: 'Mine' } });
      const [next] = (await commit(draftRule('Next'))) as [Operation];
      expect(next.baseRev).toBe(6);
    });

    it('goes back to what the backend has where an operation came to nothing there', async () => {
      const { deviceId } = await ledger.device();
      const raised = draftEvent(deviceId, raiseEvent('o1'));
      const [raise] = (await commit(raised)) as [Operation];
      const journal = (await ledger.entities({ kind: 'journal' }))[0]!;
      const alarm = (await ledger.entity('alarm', raised.id))!;
      await ledger.settle([applied(raise)]);
      await ledger.integrate(
        pageOf(
          [
            { ...journal, rev: 1 },
            { ...alarm, rev: 2 }
          ],
          { lastSeq: 1 }
        )
      );
      const [mine] = (await commit(draftEvent(deviceId, acknowledgeEvent('o1')))) as [Operation];
      expect(await ledger.entities({ kind: 'journal' })).toHaveLength(2);

      const by = { by: 'bob', deviceId: 'other', atMs: 1500 };
      const theirs = {
        ...alarm,
        rev: 4,
        body: { ...alarm.body!, state: 'ACKED' as const, occurrence: { ...alarm.body!.occurrence!, acknowledged: by } }
      };
      await ledger.integrate(pageOf([theirs], { lastSeq: 1 }));
      expect((await ledger.entities({ kind: 'journal' })).map(({ id }) => id)).toEqual([raise.opId]);
      expect((await ledger.entity('alarm', raised.id))!.body!.occurrence!.acknowledged).toEqual(by);
      expect(await ledger.pending(10)).toEqual([mine]);
      await ledger.settle([{ ...applied(mine), outcome: 'duplicate' }]);
      await ledger.integrate(pageOf([], { cursor: 4, lastSeq: 2 }));
      expect(await ledger.entity('alarm', raised.id)).toEqual(theirs);
      expect(await ledger.pendingCount()).toBe(0);
    });

    it('does not take operations for settled whose results it has not seen', async () => {
      const [mine] = (await commit(draftRule('Mine'))) as [Operation];
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('Theirs'), 3)], { lastSeq: 1 }));
      expect(await nameOf()).toBe('Theirs');
      expect(await ledger.pending(10)).toEqual([mine]);
      await ledger.settle([refused(mine)]);
      expect(await ledger.conflicts()).toMatchObject([{ theirs: { rev: 3, body: { name: 'Theirs' } } }]);
    });

    it('shows in a conflict what the backend has by now, and lets a person decide', async () => {
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('Old'), 1)]));
      const [mine] = (await commit(draftRule('Mine'))) as [Operation];
      expect(mine.baseRev).toBe(1);
      await ledger.settle([refused(mine)]);
      expect(await nameOf()).toBe('Old');
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('Theirs'), 7)], { lastSeq: 1 }));
      expect(await ledger.conflicts()).toMatchObject([
        { opId: mine.opId, theirs: { rev: 7, body: { name: 'Theirs' } } }
      ]);

      await ledger.resolve(mine.opId, 'mine', 'eve');
      expect(await ledger.conflicts()).toEqual([]);
      expect(await nameOf()).toBe('Mine');
      const [again] = await ledger.pending(10);
      expect(again).toMatchObject({ seq: 2, baseRev: 7, userId: 'eve', body: mine.body });
      await ledger.resolve(mine.opId, 'mine', 'eve');
      expect(await ledger.pendingCount()).toBe(1);

      await ledger.settle([refused(again!)]);
      await ledger.resolve(again!.opId, 'theirs', 'eve');
      expect(await ledger.conflicts()).toEqual([]);
      expect(await nameOf()).toBe('Theirs');
      expect(await ledger.pendingCount()).toBe(0);
      await ledger.resolve('unknown', 'mine', 'eve');
    });

    it('shows no other side where the backend has none, or has deleted it', async () => {
      const [comment] = (await commit(draftComment('a'))) as [Operation];
      await ledger.settle([refused(comment)]);
      expect((await ledger.conflicts())[0]!.theirs).toBeNull();
      const [rule] = (await commit(draftRule('Mine'))) as [Operation];
      await ledger.settle([refused(rule)]);
      await commit(draftRule('Once more'));
      expect((await ledger.conflicts()).map(({ theirs }) => theirs)).toEqual([null, null]);
    });

    it('shows what it knows while it begins again, and drops at the end what came no more', async () => {
      const [settled] = (await commit(draftRule('Settled'))) as [Operation];
      await ledger.settle([applied(settled)]);
      const gone = sampleEntity('comment', draftComment('gone'), 1);
      const kept = sampleEntity('comment', draftComment('kept'), 2);
      const rule = sampleEntity('rule', draftRule('Settled'), 3, 'id-1');
      const ids = async () => (await ledger.entities({ kind: 'comment' })).map(({ id }) => id).sort();
      await ledger.integrate(pageOf([gone, kept, rule], { lastSeq: 1 }));
      const [pending] = (await commit(draftComment('mine'))) as [Operation];
      await ledger.integrate(pageOf([], { lastSeq: 1, more: true, resetRequired: true }));
      expect(await ledger.device()).toMatchObject({ cursor: 0, settledSeq: 1, seq: 2 });
      expect(await ids()).toEqual(['gone', 'kept', 'mine']);
      expect(await nameOf()).toBe('Settled');
      await ledger.integrate(pageOf([kept], { lastSeq: 1, more: true }));
      // It goes on where it was, after a reload too.
      ledger.close();
      ledger = place.open(host);
      expect(await ledger.device()).toMatchObject({ cursor: 2 });
      expect(await ids()).toEqual(['gone', 'kept', 'mine']);
      await ledger.integrate(pageOf([rule], { lastSeq: 1 }));
      expect(await ids()).toEqual(['kept', 'mine']);
      expect(await nameOf()).toBe('Settled');
      expect(await ledger.pending(10)).toEqual([pending]);
      // From here on a page brings changes alone.
      await ledger.integrate(pageOf([{ ...rule, rev: 4 }], { lastSeq: 1 }));
      expect(await ids()).toEqual(['kept', 'mine']);
    });

    it('takes the older revisions of a backend put back to an earlier day', async () => {
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('of a day that never was'), 90)]));
      await ledger.integrate(pageOf([], { more: true, resetRequired: true }));
      const page = pageOf([sampleEntity('rule', draftRule('as it was'), 5)]);
      await ledger.integrate(page);
      expect(await nameOf()).toBe('as it was');
      await ledger.integrate(page);
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('since then'), 6)]));
      expect(await nameOf()).toBe('since then');
    });

    it('begins again from the start where it is told so twice', async () => {
      const [first, second] = [1, 2].map((rev) => sampleEntity('comment', draftComment(`c${rev}`), rev)) as [
        Entity,
        Entity
      ];
      await ledger.integrate(pageOf([first, second]));
      const again = pageOf([], { more: true, resetRequired: true });
      await ledger.integrate(again);
      await ledger.integrate(pageOf([first], { more: true }));
      await ledger.integrate(again);
      await ledger.integrate(pageOf([{ ...second, rev: 1 }]));
      expect((await ledger.entities({ kind: 'comment' })).map(({ id, rev }) => [id, rev])).toEqual([['c2', 1]]);
    });

    it('lets go of what lies beneath many things at once, and not of what lies between them', async () => {
      const pumps = ['pump-1', 'pump-2', 'pump-3'];
      const made = await commit(...pumps.map((pump) => draftRule(`first of ${pump}`, pump)));
      await ledger.settle(made.map(applied));
      await commit(draftRule('second of pump-2', 'pump-2'));
      const theirs = pumps.map((pump, i) => sampleEntity('rule', draftRule(`theirs of ${pump}`, pump), i + 1));
      await ledger.integrate(pageOf(theirs, { lastSeq: 3 }));
      const names = async () => {
        const rules = await Promise.all(pumps.map((pump) => ledger.entity('rule', `${pump}:pressure`)));
        return rules.map((rule) => rule?.body?.name);
      };
      expect(await names()).toEqual(['theirs of pump-1', 'second of pump-2', 'theirs of pump-3']);
      const [second] = (await ledger.pending(1)) as [Operation];
      await ledger.settle([refused(second)]);
      await ledger.integrate(pageOf([], { lastSeq: 4 }));
      expect(await names()).toEqual(['theirs of pump-1', 'theirs of pump-2', 'theirs of pump-3']);
    });

    it('sends again what a backend put back to an earlier day has lost', async () => {
      const made = await commit(draftComment('a'), draftComment('b'), draftRule('Mine'));
      await ledger.settle(made.map(applied));
      const all = made.slice(0, 2).map((operation, i) => sampleEntity('comment', operation, i + 1, 'id-1'));
      await ledger.integrate(pageOf([...all, sampleEntity('rule', draftRule('Mine'), 3, 'id-1')], { lastSeq: 3 }));
      await ledger.integrate(pageOf([], { lastSeq: 1, more: true, resetRequired: true }));
      expect(await ledger.pending(10)).toEqual(made.slice(1));
      expect(await nameOf()).toBe('Mine');
      await ledger.integrate(pageOf([{ ...all[0]!, rev: 101 }], { lastSeq: 1 }));
      expect((await ledger.entities({ kind: 'comment' })).map(({ id }) => id).sort()).toEqual(['a', 'b']);
      await ledger.settle([applied(made[1]!), refused(made[2]!)]);
      expect(await ledger.conflicts()).toHaveLength(1);
      expect(await nameOf()).toBeUndefined();
    });

    it('goes on under a new device id with what is pending', async () => {
      const { deviceId } = await ledger.device();
      const [settled] = (await commit(draftRule('Settled'))) as [Operation];
      await ledger.settle([applied(settled)]);
      await ledger.integrate(pageOf([sampleEntity('rule', draftRule('Settled'), 2, deviceId)], { lastSeq: 1 }));
      const pending = await commit(draftEvent(deviceId, raiseEvent('o1')), draftRule('Mine'), draftCard('Feed pump'));
      await ledger.renew();
      const device = await ledger.device();
      expect(device.deviceId).not.toBe(deviceId);
      expect(device).toMatchObject({ seq: 3, settledSeq: 0, cursor: 2 });
      const sealed = await ledger.pending(10);
      expect(findBrokenLink(sealed)).toBeNull();
      expect(sealed.map(({ opId }) => opId)).toEqual(pending.map(({ opId }) => opId));
      expect(sealed.every((operation) => operation.deviceId === device.deviceId)).toBe(true);
      expect(sealed[1]!.baseRev).toBe(2);
      expect(await nameOf()).toBe('Mine');
      const alarms = await ledger.entities({ kind: 'alarm' });
      expect(alarms.map(({ id }) => id)).toEqual([`${device.deviceId}:pump-1:pressure`]);
      expect(await ledger.entities({ kind: 'journal' })).toMatchObject([{ body: { alarmId: alarms[0]!.id } }]);
      expect((await ledger.operations(1, 10)).length).toBe(3);
      await commit(draftComment('after'));
      expect(findBrokenLink(await ledger.operations(1, 10))).toBeNull();
    });

    it('begins again, is refused, decides and is renewed, however much of it there is', async () => {
      const count = 300;
      const drafts = (text: string) =>
        Array.from({ length: count }, (_, i) =>
          i % 2 ? draftComment(`${text} ${i}`) : draftRule(`${text} ${i}`, `pump-${i}`)
        );
      const settled = await commit(...drafts('settled'));
      await ledger.settle(settled.map(applied));
      const confirmed = settled.map((operation, i) =>
        sampleEntity(operation.kind as 'rule' | 'comment', operation, i + 1, 'id-1')
      );
      await ledger.integrate(pageOf(confirmed, { lastSeq: count }));
      const mine = await commit(...drafts('mine'));
      await ledger.integrate(pageOf([], { lastSeq: count, more: true, resetRequired: true }));
      await ledger.settle(mine.map(refused));
      await ledger.integrate(pageOf([sampleEntity('comment', draftComment('theirs'), 1)], { lastSeq: 2 * count }));
      expect((await ledger.entities({ kind: 'comment' })).map(({ id }) => id)).toEqual(['theirs']);
      expect(await ledger.entities({ kind: 'rule' })).toEqual([]);
      const conflicts = await ledger.conflicts();
      expect(conflicts).toHaveLength(count);
      for (const { opId } of conflicts.slice(0, 2)) await ledger.resolve(opId, 'mine', 'ann');
      await commit(...drafts('later'));
      await ledger.renew();
      expect(await ledger.pendingCount()).toBe(count + 2);
      expect(await ledger.entities({ kind: 'comment' })).toHaveLength(count / 2 + 2);
    });

    it('carries ten thousand pending operations', async () => {
      const count = 10_000;
      for (let from = 0; from < count; from += 500) {
        await commit(...Array.from({ length: 500 }, (_, i) => draftComment(`c${from + i}`, 'seen', `pump-${i % 7}`)));
      }
      expect(await ledger.pendingCount()).toBe(count);
      const changes: Entity[] = [];
      for (let batch = await ledger.pending(500); batch.length > 0; batch = await ledger.pending(500)) {
        await ledger.settle(batch.map(applied));
        for (const operation of batch) {
          const body = { ...(operation.body as { by: string }), by: 'ann', deviceId: 'id-1' };
          const entity = sampleEntity('comment', operation, changes.length + 1, 'id-1');
          changes.push({ ...entity, body } as Entity);
        }
      }
      for (let from = 0; from < count; from += 500) {
        await ledger.integrate(pageOf(changes.slice(from, from + 500), { lastSeq: count, more: from + 500 < count }));
      }
      expect(await ledger.device()).toMatchObject({ seq: count, settledSeq: count, cursor: count });
      expect(await ledger.entities({ kind: 'comment', assetId: 'pump-3', limit: 2000 })).toHaveLength(1420);
      expect(await ledger.entities({ kind: 'comment' })).toHaveLength(1000);
    }, 120_000);

    it('refuses everything after it was closed', async () => {
      await commit(draftComment('a'));
      ledger.close();
      await expect(ledger.pendingCount()).rejects.toMatchObject({ code: 'storage-closed' });
      await expect(ledger.commit([draftComment('b')], '')).rejects.toMatchObject({ code: 'storage-closed' });
      ledger = place.open(host);
      expect(await ledger.pendingCount()).toBe(1);
    });
  });
}
