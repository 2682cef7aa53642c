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
