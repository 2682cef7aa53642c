import { describe, expect, it } from 'vitest';
import type { Entity, Operation } from '$lib/domain/operation';
import { readRuleChanges } from '$lib/state/rule-changes';
import { createSealer, draftCard, draftRule, sampleRule } from '../../support/operation-samples';
import { applyOperation } from '$lib/sync/apply';

const [mine, other] = [createSealer('mine', 'ann'), createSealer('other', 'bob')];

function changeOf(operation: Operation, rev: number): Entity<'rule-change'> {
  const applied = applyOperation(undefined, operation);
  if ('refused' in applied) throw new Error(applied.detail);
  return { ...(applied.changed[0] as Entity<'rule-change'>), rev };
}

function ledgerOf(changes: Entity<'rule-change'>[], refused: Operation[]) {
  const theirs = { body: sampleRule('Theirs') } as Entity;
  return {
    entities: async () => changes as never,
    conflicts: async () =>
      refused.map((operation) => ({
        opId: operation.opId,
        operation,
        code: 'conflict' as const,
        detail: '',
        theirs,
        atMs: 1
      }))
  };
}

describe('readRuleChanges', () => {
  const first = mine(draftRule('First'), 0, 1000);
  const waiting = mine(draftRule('Waiting'), 0, 3000);
  const refused = mine(draftRule('Refused'), 0, 2000);
  const card = other(draftCard('Pump'), 0, 2000);
  const ledger = ledgerOf([changeOf(first, 4), changeOf(waiting, 0)], [refused, card]);

  it('tells how each change stands, newest first, and what a refused one would change of what is there', async () => {
    const found = await readRuleChanges(ledger, { assetId: 'pump-1' });
    expect(found.map(({ change, standing }) => [change.after?.name, standing])).toEqual([
      ['Waiting', 'waiting'],
      ['Refused', 'refused'],
      ['First', 'confirmed']
    ]);
    expect(found[1]!.change).toMatchObject({ by: 'ann', reason: 'because', before: { name: 'Theirs' } });
  });

  it('leaves out what was refused of other pumps, and before the time asked for', async () => {
    const standings = async (query: { assetId?: string; fromMs?: number }) =>
      (await readRuleChanges(ledger, query)).filter(({ standing }) => standing === 'refused').length;
    expect(await standings({ assetId: 'pump-2' })).toBe(0);
    expect(await standings({ fromMs: 2001 })).toBe(0);
    expect(await standings({ fromMs: 2000 })).toBe(1);
  });
});
