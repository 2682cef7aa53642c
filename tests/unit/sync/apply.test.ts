import { describe, expect, it } from 'vitest';
import { longestShelveMs, type AlarmEvent, type AlarmRule } from '$lib/domain/alarm';
import type { Entity, Operation, OperationDraft } from '$lib/domain/operation';
import { applyOperation } from '$lib/sync/apply';
import { nextHlc } from '$lib/sync/clock';
import {
  acknowledgeEvent,
  createSealer,
  draftCard,
  draftComment,
  draftEvent,
  draftRule,
  raiseEvent,
  sampleRule
} from '../../support/operation-samples';

const changedBy = (current: Entity | undefined, operation: Operation) => {
  const applied = applyOperation(current, operation);
  return 'refused' in applied ? applied.refused : applied.changed;
};
const entityOf = (current: Entity | undefined, operation: Operation, rev = 0): Entity => {
  const changed = changedBy(current, operation);
  if (typeof changed === 'string') throw new Error(changed);
  return { ...changed.at(-1)!, rev };
};

describe('applyOperation: alarms', () => {
  const mine = createSealer('mine', 'ann');
  const other = createSealer('other', 'bob');
  const raised = entityOf(undefined, mine(draftEvent('mine', raiseEvent('o1'))), 5);

  it('makes the alarm and its journal, the journal first', () => {
    const operation = createSealer('mine', 'ann')(draftEvent('mine', raiseEvent('o1')));
    const [journal, alarm] = changedBy(undefined, operation) as [Entity<'journal'>, Entity<'alarm'>];
    expect(journal).toMatchObject({ kind: 'journal', id: operation.opId, rev: 0, atMs: 1000, deviceId: 'mine' });
    expect(journal.body).toMatchObject({ from: 'NORM', to: 'UNACK', event: 'raise', value: 9, limit: 8, by: '' });
    expect(alarm).toMatchObject({ kind: 'alarm', id: 'mine:pump-1:pressure', deviceId: 'mine', open: 1, rev: 0 });
  });

  it('lets only the device that watches say what the process does', () => {
    expect(changedBy(undefined, other(draftEvent('mine', raiseEvent('o1'))))).toBe('not-yours');
    expect(changedBy(raised, other(draftEvent('mine', { kind: 'return', atMs: 2000, value: 1 })))).toBe('not-yours');
  });

  it('lets anybody end a shelf whose time is up by their clock; before, it changes nothing and nobody is asked', () => {
    const shelve = { kind: 'shelve', atMs: 1500, untilMs: 2000, reason: 'cleaning', by: '', deviceId: 'mine' } as const;
    const shelved = entityOf(raised, mine(draftEvent('mine', shelve)), 6) as Entity<'alarm'>;
    expect(shelved.body?.state).toBe('SHLVD');
    const ended = other(draftEvent('mine', { kind: 'expire', atMs: 2000 }));
    const hlcAt = (atMs: number) => nextHlc('', atMs, 'other');
    expect(changedBy(shelved, { ...ended, hlc: hlcAt(1999) })).toEqual([]);
    expect(entityOf(shelved, { ...ended, hlc: hlcAt(2000) }, 7)).toMatchObject({ body: { state: 'UNACK' } });
  });

  it('refuses a shelf beyond the longest, by the clock that the backend believes, and says until when it may be', () => {
    const atMs = Date.UTC(2026, 5, 1);
    const untilMs = atMs + longestShelveMs;
    const shelve = { kind: 'shelve', atMs, untilMs, reason: 'cleaning', by: '', deviceId: 'mine' } as const;
    const at = (hlcMs: number, event: AlarmEvent) => ({
      ...mine(draftEvent('mine', event)),
      hlc: nextHlc('', hlcMs, 'mine')
    });
    expect(entityOf(raised, at(atMs, shelve))).toMatchObject({ body: { state: 'SHLVD' } });
    // A clock that is years ahead, as the backend holds it back.
    const ahead = 365 * 86_400_000;
    const slackMs = 3_600_000;
    expect(entityOf(raised, at(atMs, { ...shelve, atMs: atMs + slackMs, untilMs: untilMs + slackMs }))).toMatchObject({
      body: { state: 'SHLVD' }
    });
    for (const [event, expected] of [
      [{ ...shelve, untilMs: untilMs + 1 }, '2026-06-02T00:00:00.000Z'],
      [{ ...shelve, atMs: atMs + ahead, untilMs: untilMs + ahead }, '2026-06-02T01:00:00.000Z']
    ] as const) {
      expect(applyOperation(raised, at(atMs, event))).toEqual({
        refused: 'bad-body',
        detail: `event.untilMs: found ${new Date(event.untilMs).toISOString()}, expected ${expected} at the latest`
      });
    }
  });

  it('takes who acts from the operation, and the first acknowledgement stands', () => {
    const event = { ...acknowledgeEvent('o1'), by: 'somebody else', deviceId: 'elsewhere' } as const;
    const acknowledged = entityOf(raised, other(draftEvent('mine', event)), 6) as Entity<'alarm'>;
    expect(acknowledged).toMatchObject({ rev: 6, deviceId: 'mine', open: 1, body: { state: 'ACKED' } });
    expect(acknowledged.body!.occurrence!.acknowledged).toEqual({ by: 'bob', deviceId: 'other', atMs: 2000 });
    expect(changedBy(acknowledged, mine(draftEvent('mine', acknowledgeEvent('o1'))))).toEqual([]);
  });

  it('changes nothing by an event that counts for nothing', () => {
    expect(changedBy(raised, mine(draftEvent('mine', raiseEvent('o1'))))).toEqual([]);
    expect(changedBy(undefined, other(draftEvent('mine', acknowledgeEvent('o1'))))).toEqual([]);
  });
});

describe('applyOperation: rules and promotions', () => {
  const [mine, other] = [createSealer('mine'), createSealer('other')];
  const rule = entityOf(undefined, mine(draftRule('First')), 3);

  it('refuses a change of what somebody else has changed since', () => {
    expect(changedBy(rule, other(draftRule('Theirs'), 2))).toBe('conflict');
    expect(entityOf(rule, other(draftRule('Theirs'), 3))).toMatchObject({
      deviceId: 'other',
      body: { name: 'Theirs' }
    });
    const promotion: OperationDraft = {
      kind: 'promotion',
      id: 'pump-1',
      assetId: 'pump-1',
      body: { assetId: 'pump-1', modelId: 'm', weightsSha256: '' }
    };
    const promoted = entityOf(undefined, mine(promotion), 4);
    expect(changedBy(promoted, other({ ...promotion, body: { ...promotion.body, modelId: 'n' } }, 0))).toBe('conflict');
  });

  it('is not in conflict with the same device, which has not heard of its own change yet', () => {
    expect(entityOf(rule, mine(draftRule('Second'), 0))).toMatchObject({ rev: 0, body: { name: 'Second' } });
  });

  it('notes who changed a rule, when and why, with the whole rule before and after', () => {
    const [ann, bob] = [createSealer('mine', 'ann'), createSealer('other', 'bob')];
    const starting = sampleRule('As shipped');
    const told = (draft: OperationDraft): OperationDraft =>
      ({ ...draft, body: { ...draft.body, starting } }) as OperationDraft;
    const first = ann(told(draftRule('First')), 0, 5000);
    const [change, made] = changedBy(undefined, first) as [Entity<'rule-change'>, Entity<'rule'>];
    expect(change).toMatchObject({ kind: 'rule-change', id: first.opId, assetId: 'pump-1', atMs: 5000, open: 0 });
    expect(change.body).toEqual({
      id: first.opId,
      ruleId: 'pump-1:pressure',
      assetId: 'pump-1',
      by: 'ann',
      deviceId: 'mine',
      atMs: 5000,
      reason: 'because',
      before: starting,
      after: sampleRule('First'),
      isReset: false
    });
    const confirmed = { ...made, rev: 2 };
    const second = changedBy(confirmed, bob(told(draftRule(null)), 2)) as [Entity<'rule-change'>, Entity<'rule'>];
    expect(second[0].body).toMatchObject({ by: 'bob', before: sampleRule('First'), after: starting, isReset: true });
    const untold = changedBy(confirmed, bob(draftRule(null), 2)) as [Entity<'rule-change'>, Entity<'rule'>];
    expect(untold[0].body).toMatchObject({ after: null, isReset: true });
    expect(changedBy(confirmed, bob(draftRule('First'), 2))).toEqual([]);
  });

  it('goes back to the starting values, and remembers that it did', () => {
    const gone = entityOf(rule, other(draftRule(null), 3), 4);
    expect(gone).toMatchObject({ body: null, deviceId: 'other', open: 0 });
    expect(changedBy(gone, mine(draftRule('Again'), 3))).toBe('conflict');
    expect(changedBy(gone, other(draftRule(null), 4))).toEqual([]);
    expect(changedBy(undefined, mine(draftRule(null)))).toEqual([]);
  });
});

describe('applyOperation: rules that make no sense', () => {
  const operation = createSealer('mine');
  const draft = draftRule('Pressure H') as Extract<OperationDraft, { kind: 'rule' }>;
  const rule = draft.body.rule!;
  const senseless: AlarmRule = { ...rule, escalation: { afterMs: 0, priority: 'critical', backAfterMs: 0 } };
  const bodyWith = (change: object): OperationDraft => ({ ...draft, body: { ...draft.body, ...change } });

  it('refuses what a form refuses, with the same place', () => {
    for (const [name, body] of [
      ['rule', { rule: senseless }],
      ['starting', { rule: null, starting: senseless }]
    ] as const) {
      expect(applyOperation(undefined, operation(bodyWith(body)))).toEqual({
        refused: 'bad-body',
        detail: `${name}.escalation.afterMs: found 0, expected a number above 0`
      });
    }
    const long = { ...rule, causes: ['worn', 'c'.repeat(2001)] };
    expect(applyOperation(undefined, operation(bodyWith({ rule: long })))).toEqual({
      refused: 'bad-body',
      detail: 'rule.causes.1: found 2001 characters, expected at most 2000 characters'
    });
  });

  it('takes one that allows no shelving, or more than there is', () => {
    expect(changedBy(undefined, operation(bodyWith({ rule: { ...rule, maxShelveMs: 0 } })))).toHaveLength(2);
    const longer = { ...rule, maxShelveMs: longestShelveMs + 1 };
    expect(changedBy(undefined, operation(bodyWith({ rule: longer })))).toHaveLength(2);
  });
});

describe('applyOperation: comments, findings, cards', () => {
  const [mine, other] = [createSealer('mine', 'ann'), createSealer('other', 'bob')];

  it('adds a comment once, in the name of who wrote it', () => {
    const comment = entityOf(
      undefined,
      mine({ ...draftComment('c'), body: { ...draftComment('c').body, extra: 1 } } as never)
    );
    expect(comment).toMatchObject({ atMs: 1000, body: { by: 'ann', deviceId: 'mine', text: 'seen', extra: 1 } });
    expect(changedBy(comment, other(draftComment('c', 'changed')))).toEqual([]);
  });

  it('takes findings of the device that found them', () => {
    const body = {
      id: 'f',
      assetId: 'pump-1',
      modelId: 'm',
      startMs: 1,
      openedMs: 2,
      endMs: null,
      peakMs: 2,
      peakScore: 3,
      threshold: 1,
      windows: 3,
      windowsAbove: 2,
      severity: 'low',
      evidence: 'weak',
      contributions: []
    } as const;
    const draft: OperationDraft = { kind: 'finding', id: 'f', assetId: 'pump-1', body: { ...body, contributions: [] } };
    const finding = entityOf(undefined, mine(draft), 1);
    expect(finding).toMatchObject({ atMs: 2, deviceId: 'mine' });
    expect(changedBy(finding, mine(draft))).toEqual([]);
    expect(changedBy(finding, other(draft))).toBe('not-yours');
    const ended = { ...draft, body: { ...draft.body, endMs: 9 } };
    expect(entityOf(finding, mine(ended as OperationDraft))).toMatchObject({ body: { endMs: 9 } });
  });

  it('keeps the later of two names that were given without knowledge of each other', () => {
    const [mine, other] = [createSealer('mine'), createSealer('other')];
    const card = entityOf(undefined, mine(draftCard('Mine'), 0, 5000), 2);
    expect(changedBy(card, other(draftCard('Earlier'), 0, 4000))).toEqual([]);
    expect(entityOf(card, other(draftCard('Later'), 0, 6000))).toMatchObject({ body: { name: 'Later' }, atMs: 6000 });
    // A clock that was ahead and is right now: the device's own later name stands.
    expect(entityOf(card, mine(draftCard('Mine, later'), 0, 10))).toMatchObject({ body: { name: 'Mine, later' } });
    const slow = createSealer('slow');
    expect(entityOf(card, slow(draftCard('Knowing, by a slow clock'), 2, 10))).toMatchObject({ deviceId: 'slow' });
  });
});

describe('applyOperation: what is no operation', () => {
  const seal = createSealer('mine');
  const rule = draftRule('Limit');

  it.each([
    ['another kind', { ...rule, kind: 'toString' }, 'unknown-kind'],
    ['no body', { ...rule, body: null }, 'bad-body'],
    ['a wrong field', { ...draftComment('c'), body: { ...draftComment('c').body, text: 7 } }, 'bad-body'],
    ['an id that is not its own', { ...draftComment('c'), id: 'd' }, 'bad-body'],
    ['a pump that is not its own', { ...draftComment('c'), assetId: 'pump-2' }, 'bad-body'],
    ['an alarm by another name', { ...draftEvent('mine', raiseEvent('o')), id: 'mine:other' }, 'bad-body'],
    [
      'a rule of another pump',
      { ...rule, body: { ...rule.body, rule: { ...(rule.body as { rule: object }).rule, assetId: 'x' } } },
      'bad-body'
    ],
    [
      'starting values of another rule',
      { ...rule, body: { ...rule.body, starting: sampleRule('Limit', 'pump-2') } },
      'bad-body'
    ],
    ['a text that no database keeps', draftComment('c', 'a\u0000'), 'bad-body'],
    ['an endless id', draftComment('c'.repeat(601)), 'bad-body'],
    ['a time beyond all calendars', draftEvent('mine', raiseEvent('o', 1e300)), 'bad-body']
  ])('refuses %s', (_, draft, code) => {
    expect(changedBy(undefined, seal(draft as OperationDraft))).toBe(code);
  });

  it('refuses an operation about a thing of another pump', () => {
    const comment = entityOf(undefined, seal(draftComment('c')));
    expect(changedBy({ ...comment, assetId: 'pump-2' }, seal(draftComment('c')))).toBe('bad-body');
  });

  it('says where, what was found and what was expected', () => {
    const draft = draftEvent('mine', { ...raiseEvent('o'), priority: 'urgent' } as never);
    expect(applyOperation(undefined, seal(draft))).toEqual({
      refused: 'bad-body',
      detail: 'event.priority: found "urgent", expected ("critical" | "high" | "medium" | "low")'
    });
  });
});
