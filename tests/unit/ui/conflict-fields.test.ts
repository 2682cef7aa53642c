import { describe, expect, it } from 'vitest';
import { conflictFields, conflictName } from '$lib/ui/conflict-fields';
import type { AlarmRule } from '$lib/domain/alarm';
import type { Conflict } from '$lib/domain/operation';
import { sampleRule } from '../../support/operation-samples';

const rule: AlarmRule = {
  ...sampleRule('Bearing temperature H', 'p'),
  condition: {
    kind: 'limit',
    channel: 'Bearing_Temperature_C',
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
};

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
      { word: 'Watched', mine: 'yes', theirs: 'no' },
      { word: 'On-delay', mine: '60\u00a0s', theirs: '15\u00a0s' },
      { word: 'Why it may come', mine: 'bearing wear', theirs: 'none' }
    ]);
  });

  it('names what differs in the condition, also where only its deadband does', () => {
    const theirs = {
      ...rule,
      condition: { ...rule.condition, limit: 70, clearBand: { value: 1.5, of: 'unit' } }
    } as AlarmRule;
    expect(conflictFields(conflict(rule, theirs))).toEqual([
      { word: 'Limit (H)', mine: '78\u00a0°C', theirs: '70\u00a0°C' },
      { word: 'Cleared inside it by', mine: '1\u00a0%', theirs: '1.5\u00a0°C' }
    ]);
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
