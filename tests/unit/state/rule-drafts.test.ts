import { describe, expect, it } from 'vitest';
import type { AlarmRule, RuleChange } from '$lib/domain/alarm';
import { draftRules, findOvertaken, isSameRule } from '$lib/state/rule-drafts';
import { sampleRule } from '../../support/operation-samples';

const shipped = { ...sampleRule('Pressure H'), version: 0 };
const { id } = shipped;
const want = (rule: AlarmRule | null) => [{ id, rule }];
const wanted = want({ ...shipped, onDelayMs: shipped.onDelayMs + 1 });

function changed(before: AlarmRule | null, after: AlarmRule | null, ruleId = id): RuleChange {
  const act = { by: 'ann', deviceId: 'mine', atMs: 1 };
  return { ...act, id: 'op', ruleId, assetId: shipped.assetId, reason: '', before, after, isReset: after === null };
}

describe('findOvertaken', () => {
  it('takes what is as it was seen, also where it was changed there and back', () => {
    expect(findOvertaken(wanted, [shipped], [shipped])).toEqual([]);
    expect(findOvertaken(wanted, [shipped], [{ ...shipped, version: 2 }])).toEqual([]);
    expect(findOvertaken(wanted, [], [])).toEqual([]);
  });

  it('names what was changed, went or came since, whether it is stored or taken back', () => {
    const theirs = { ...shipped, name: 'Theirs', version: 1 };
    for (const each of [wanted, want(null)]) {
      expect(findOvertaken(each, [shipped], [theirs])).toEqual(['Theirs']);
      expect(findOvertaken(each, [shipped], [])).toEqual(['Pressure H']);
      expect(findOvertaken(each, [], [theirs])).toEqual(['Theirs']);
    }
  });

  it('leaves aside what is not to be stored', () => {
    const other = { ...shipped, id: `${shipped.assetId}:other` };
    expect(findOvertaken(wanted, [shipped, other], [shipped, { ...other, name: 'Theirs' }])).toEqual([]);
  });
});

describe('draftRules', () => {
  const versionOf = (now: AlarmRule[], made: RuleChange[]) => draftRules(wanted, now, made)[0]?.rule?.version;

  it('counts on from the rule and from its own changes', () => {
    expect(versionOf([shipped], [])).toBe(1);
    expect(versionOf([{ ...shipped, version: 4 }], [])).toBe(5);
    expect(versionOf([shipped], [changed(null, { ...shipped, version: 9 }, 'another')])).toBe(1);
  });

  it('gives no version again after the rule went back to its starting values', () => {
    const first = { ...shipped, onDelayMs: 7, version: 1 };
    expect(versionOf([shipped], [changed(shipped, first), changed(first, shipped)])).toBe(3);
    // Of the changes before, this device knows the last only.
    expect(versionOf([shipped], [changed({ ...first, version: 6 }, null)])).toBe(7);
  });

  it('leaves out what is not different, and keeps what goes back', () => {
    expect(draftRules(want({ ...shipped, version: 3 }), [shipped], [])).toEqual([]);
    expect(draftRules(want(null), [shipped], [])).toEqual(want(null));
    expect(isSameRule(shipped, { ...shipped, owner: 'Ada' })).toBe(false);
  });
});
