import { describe, expect, it } from 'vitest';
import { conflictFields, conflictName } from '$lib/ui/conflict-fields';
import type { AlarmRule } from '$lib/domain/alarm';
import type { Conflict } from '$lib/domain/operation';

const rule = {
  id: 'p:h',
  assetId: 'p',
  name: 'Bearing temperature H',
  isEnabled: true,
  condition: {
    kind: 'limit',
    channel: 'bearing_temperature',
    level: 'H',
    limit: 78,
    setBand: { value: 0, of: 'unit' },
    clearBand: { value: 1, of: 'percent' },
    range: null
  },
  priority: 'medium',
  onDelayMs: 60_000,
  causes: ['bearing wear'],
  version: 2
} as unknown as AlarmRule;

function conflict(mine: AlarmRule | null, theirs: AlarmRule | null): Conflict {
  return {
    code: 'conflict',
    operation: { kind: 'rule', id: 'p:h', body: { rule: mine, assetId: 'p', reason: 'trial' } },
    theirs: theirs && { kind: 'rule', id: 'p:h', body: theirs }
  } as unknown as Conflict;
}

describe('conflictFields', () => {
  it('names what differs in words, and nothing else', () => {
    const theirs: AlarmRule = { ...rule, isEnabled: false, onDelayMs: 15_000, causes: [], version: 3 };
    expect(conflictFields(conflict(rule, theirs))).toEqual([
      { word: 'Enabled', mine: 'yes', theirs: 'no' },
      { word: 'On delay', mine: '1 min', theirs: '15 s' },
      { word: 'Causes', mine: 'bearing wear', theirs: 'none' }
    ]);
  });

  it('says a condition as a person reads it', () => {
    const theirs = { ...rule, condition: { ...rule.condition, limit: 70 } } as AlarmRule;
    const [field] = conflictFields(conflict(rule, theirs));
    expect(field?.word).toBe('Condition');
    expect(field?.mine).toContain('78');
    expect(field?.theirs).toContain('70');
  });

  it('has nothing to compare where one side has no such thing', () => {
    expect(conflictFields(conflict(null, rule))).toEqual([]);
    expect(conflictFields(conflict(rule, null))).toEqual([]);
  });
});

describe('conflictName', () => {
  it('takes the name from whichever side has one', () => {
    expect(conflictName(conflict(rule, null))).toBe('Bearing temperature H');
    expect(conflictName(conflict(null, rule))).toBe('Bearing temperature H');
    expect(conflictName(conflict(null, null))).toBe('');
  });
});
