/** What a ledger must still come to where it was cut off, or given a new id, in the middle of something. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, PullPage } from '$lib/domain/ledger';
import type { Entity, Operation, OperationResult } from '$lib/domain/operation';
import { createLedgerDisk, createMemoryLedger } from '../../support/memory-ledger';
import { acknowledgeEvent, draftEvent, draftRule, raiseEvent, sampleEntity } from '../../support/operation-samples';

const applied = ({ seq, opId }: Operation): OperationResult => ({ seq, opId, outcome: 'applied' });
const refused = ({ seq, opId }: Operation): OperationResult => ({
  seq,
  opId,
  outcome: 'refused',
  code: 'conflict',
  detail: ''
});
const pageOf = (changes: Entity[], lastSeq: number, more = false): PullPage => ({
  changes,
  cursor: changes.at(-1)?.rev ?? 0,
  lastSeq,
  more,
  resetRequired: false
});

let ledger: Ledger;
let ids: number;
const ruleId = 'pump-1:pressure';

beforeEach(() => {
  ids = 0;
  ledger = createMemoryLedger(createLedgerDisk(), { now: () => 1000, newId: () => `id-${++ids}` });
});

describe('a page that ends between a note and its entity', () => {
  it('keeps the note, although a refusal is laid on the entity before the rest comes', async () => {
    const [first] = await ledger.commit([draftRule('first')], 'ann');
    await ledger.settle([applied(first!)]);
    const own = await ledger.entity('rule-change', first!.opId);
    await ledger.integrate(pageOf([{ ...own!, rev: 1 }], 1, true));
    const [second] = await ledger.commit([draftRule('second')], 'ann');
    await ledger.settle([refused(second!)]);
    await ledger.integrate(pageOf([sampleEntity('rule', draftRule('of somebody else'), 3)], 2));
    expect((await ledger.entity('rule-change', first!.opId))?.rev).toBe(1);
    expect(await ledger.entity('rule-change', second!.opId)).toBeUndefined();
    expect((await ledger.entity('rule', ruleId))?.body?.name).toBe('of somebody else');
  });
});

describe('the line of the journal that an own operation has left', () => {
  const journalOf = ({ opId }: Operation) => ledger.entity('journal', opId);

  async function raise(): Promise<Operation> {
    const { deviceId } = await ledger.device();
    const [raised] = await ledger.commit([draftEvent(deviceId, raiseEvent('o'))], '');
    return raised!;
  }

  it('is not written again once its operation is settled, and outlives whatever is laid on the alarm before that comes', async () => {
    const raised = await raise();
    await ledger.settle([applied(raised)]);
    const line = (await journalOf(raised))!;
    await ledger.integrate(pageOf([{ ...line, rev: 7 }], 1, true));
    expect(await journalOf(raised)).toEqual(line);
    // The alarm comes on the next page; on what is beneath now, an acknowledgement that is refused is taken back.
    const [acknowledged] = await ledger.commit([draftEvent(raised.deviceId, acknowledgeEvent('o'))], 'ann');
    await ledger.settle([refused(acknowledged!)]);
    expect(await journalOf(raised)).toEqual(line);
    await ledger.renew();
    expect(await journalOf(raised)).toEqual(line);
  });

  it('stays although it follows from nothing that is known yet', async () => {
    const raised = await raise();
    const { deviceId } = raised;
    await ledger.settle([applied(raised)]);
    const alarm = (await ledger.entity('alarm', `${deviceId}:${ruleId}`))!;
    await ledger.integrate(
      pageOf(
        [
          { ...(await journalOf(raised))!, rev: 1 },
          { ...alarm, rev: 2 }
        ],
        1
      )
    );
    // Somebody else was first to take it out of service: what stands at the backend is their doing, and this device's return to service.
    const by = { atMs: 2000, by: 'ann', deviceId };
    const [out] = await ledger.commit(
      [draftEvent(deviceId, { kind: 'remove-from-service', reason: 'repair', ...by })],
      'ann'
    );
    const [back] = await ledger.commit([draftEvent(deviceId, { kind: 'return-to-service', ...by })], 'ann');
    await ledger.settle([{ seq: out!.seq, opId: out!.opId, outcome: 'duplicate' }, applied(back!)]);
    const line = (await journalOf(back!))!;
    await ledger.integrate(pageOf([{ ...line, rev: 9 }], 3, true));
    const [acknowledged] = await ledger.commit([draftEvent(deviceId, acknowledgeEvent('o'))], 'ann');
    await ledger.settle([refused(acknowledged!)]);
    expect(await journalOf(back!)).toEqual(line);
    await ledger.renew();
    expect(await journalOf(back!)).toEqual(line);
  });

  it('is written where the backend has another, or its operation is not known to be settled', async () => {
    const raised = await raise();
    const line = (await journalOf(raised))!;
    await ledger.integrate(pageOf([{ ...line, rev: 7 }], 1, true));
    expect((await journalOf(raised))?.rev).toBe(7);
    await ledger.settle([applied(raised)]);
    const other = { ...line, rev: 8, body: { ...line.body!, from: 'LATER' } } as unknown as Entity;
    await ledger.integrate(pageOf([other], 1));
    expect(await journalOf(raised)).toEqual(other);
  });

  it('is dropped when the backend shows it no more', async () => {
    const raised = await raise();
    await ledger.settle([applied(raised)]);
    await ledger.integrate(pageOf([{ ...(await journalOf(raised))!, rev: 7 }], 1));
    await ledger.integrate({ ...pageOf([], 1, true), resetRequired: true });
    await ledger.integrate(pageOf([], 1));
    expect(await journalOf(raised)).toBeUndefined();
  });
});

describe('a conflict', () => {
  it('stays as long as the device cannot know what stands against it', async () => {
    const [first] = await ledger.commit([draftRule('of ann')], 'ann');
    await ledger.settle([applied(first!)]);
    await ledger.integrate(pageOf([sampleEntity('rule', draftRule('of ann'), 9, 'id-1')], 1));
    // The backend was put back, and somebody else has changed the rule there since.
    await ledger.integrate({ ...pageOf([], 0, true), resetRequired: true });
    await ledger.settle([refused(first!)]);
    expect(await ledger.resolve(first!.opId, 'mine', 'ann')).toBe(false);
    expect(await ledger.conflicts()).toHaveLength(1);
    await ledger.integrate(pageOf([sampleEntity('rule', draftRule('of bob'), 3)], 1));
    expect((await ledger.conflicts())[0]?.theirs?.body).toMatchObject({ name: 'of bob' });
    expect(await ledger.resolve(first!.opId, 'mine', 'ann')).toBe(true);
    expect(await ledger.conflicts()).toEqual([]);
    expect((await ledger.entity('rule', ruleId))?.body?.name).toBe('of ann');
    expect(await ledger.pendingCount()).toBe(1);
  });
});

describe('an alarm in a state that only a later version knows', () => {
  it('is shown as the backend has it, whatever this device has done to it', async () => {
    const { deviceId } = await ledger.device();
    await ledger.commit([draftEvent(deviceId, raiseEvent('occurrence'))], '');
    await ledger.commit([draftEvent(deviceId, acknowledgeEvent('occurrence'))], 'ann');
    const { body, ...alarm } = (await ledger.entity('alarm', `${deviceId}:${ruleId}`))!;
    const later = { ...alarm, rev: 5, body: { ...body, state: 'LATER' } } as unknown as Entity;
    await ledger.integrate(pageOf([later], 1));
    expect(await ledger.entity('alarm', alarm.id)).toEqual(later);
    expect(await ledger.pendingCount()).toBe(2);
  });
});

describe('what is settled and not pulled yet', () => {
  const duplicate = ({ seq, opId }: Operation): OperationResult => ({ seq, opId, outcome: 'duplicate' });

  it('shows an acknowledgement that somebody else was first with as done until the pull brings theirs', async () => {
    const { deviceId } = await ledger.device();
    const [raised] = await ledger.commit([draftEvent(deviceId, raiseEvent('o'))], '');
    await ledger.settle([applied(raised!)]);
    const id = `${deviceId}:${ruleId}`;
    const alarm = { ...(await ledger.entity('alarm', id))!, rev: 2 };
    await ledger.integrate(pageOf([alarm], 1));
    const [second] = await ledger.commit([draftEvent(deviceId, acknowledgeEvent('o'))], 'ann');
    await ledger.settle([duplicate(second!)]);
    expect((await ledger.entity('alarm', id))?.body?.state).toBe('ACKED');
    expect(await ledger.entity('journal', second!.opId)).toBeUndefined();
    await ledger.integrate(pageOf([{ ...alarm, rev: 3 }], 2));
    expect((await ledger.entity('alarm', id))?.body?.state).toBe('UNACK');
  });

  it('leaves no note of what a device that begins anew may see no more', async () => {
    const [first] = await ledger.commit([draftRule('first')], 'ann');
    await ledger.settle([applied(first!)]);
    await ledger.integrate({ ...pageOf([], 1, true), resetRequired: true });
    await ledger.integrate(pageOf([], 1));
    expect(await ledger.entity('rule', ruleId)).toBeUndefined();
    expect(await ledger.entity('rule-change', first!.opId)).toBeUndefined();
  });
});

describe('a device that goes on under a new id', () => {
  /** An occurrence that the backend has under the former id. */
  async function raiseAndSettle(): Promise<{ former: string; alarm: Entity<'alarm'> }> {
    const { deviceId: former } = await ledger.device();
    const [raised] = await ledger.commit([draftEvent(former, raiseEvent('known'))], '');
    await ledger.settle([applied(raised!)]);
    const alarm = { ...(await ledger.entity('alarm', `${former}:${ruleId}`))!, rev: 2 };
    const journal = { ...(await ledger.entity('journal', raised!.opId))!, rev: 1 };
    await ledger.integrate(pageOf([journal, alarm], 1));
    return { former, alarm };
  }

  it('takes what the process does from a thread that knows the former id', async () => {
    const { deviceId: former } = await ledger.device();
    await ledger.renew();
    const { deviceId } = await ledger.device();
    const [made] = await ledger.commit([draftEvent(former, raiseEvent('occurrence'))], '');
    expect(made).toMatchObject({ id: `${deviceId}:${ruleId}`, deviceId, body: { deviceId } });
    expect((await ledger.entity('alarm', `${deviceId}:${ruleId}`))?.body?.state).toBe('UNACK');
  });

  it('acknowledges what the backend has under the former id, there', async () => {
    const { former } = await raiseAndSettle();
    await ledger.commit([draftEvent(former, acknowledgeEvent('known'))], 'ann');
    await ledger.renew();
    expect((await ledger.entity('alarm', `${former}:${ruleId}`))?.body?.state).toBe('ACKED');
    expect((await ledger.pending(10)).map(({ id }) => id)).toEqual([`${former}:${ruleId}`]);
  });

  it('takes an occurrence that nobody else knows along, with what was done to it', async () => {
    const { deviceId: former } = await ledger.device();
    await ledger.commit([draftEvent(former, raiseEvent('new'))], '');
    await ledger.commit([draftEvent(former, acknowledgeEvent('new'))], 'ann');
    await ledger.renew();
    const { deviceId } = await ledger.device();
    expect((await ledger.entity('alarm', `${deviceId}:${ruleId}`))?.body?.state).toBe('ACKED');
    expect(await ledger.entity('alarm', `${former}:${ruleId}`)).toBeUndefined();
  });
});
