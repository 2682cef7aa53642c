import { describe, expect, it } from 'vitest';
import type { AlarmCondition, AlarmRule } from '$lib/domain/alarm';
import { describeCondition, describeFigures } from '$lib/ui/alarm-words';
import { findRuleDifferences } from '$lib/ui/rule-fields';
import { sampleRule } from '../../support/operation-samples';

const rule = sampleRule('Pressure H');
const slope: AlarmCondition = {
  kind: 'rate',
  channel: 'Bearing_Temperature_C',
  perMinute: 0.5,
  direction: 'rising',
  overMs: 600_000,
  clearShare: 0.5
};

describe('findRuleDifferences', () => {
  it('finds none between two states that differ in their count alone', () => {
    expect(findRuleDifferences(rule, { ...rule, version: 7 })).toEqual([]);
  });

  it.each<[string, Partial<AlarmRule>]>([
    ['a delay by a millisecond', { onDelayMs: 1001 }],
    ['the name', { name: 'Other' }],
    ['the operating states', { suppressedIn: [] }],
    ['the re-alarm', { reAlarmMs: 60_000 }],
    ['the escalation', { escalation: { afterMs: 60_000, priority: 'critical', backAfterMs: 0 } }],
    ['what to do', { action: 'Call' }],
    ['who answers', { owner: 'Ada' }],
    ['the time to answer', { respondWithinMin: 5 }],
    ['how long it may be shelved', { maxShelveMs: 1 }],
    ['the latch', { isLatching: true }]
  ])('tells %s, and that alone', (_, part) => {
    expect(findRuleDifferences(rule, { ...rule, ...part })).toHaveLength(1);
  });

  it('writes values with the unit of the channel, and each part of a joined condition', () => {
    const after: AlarmRule = { ...rule, condition: { ...slope, perMinute: 0.75 } };
    expect(findRuleDifferences({ ...rule, condition: slope }, after)).toEqual([
      { word: 'Steeper than', before: '0.5\u00a0°C/min', after: '0.75\u00a0°C/min' }
    ]);
    const both = (perMinute: number): AlarmRule => ({
      ...rule,
      condition: { kind: 'all', of: [rule.condition, { ...slope, perMinute }] }
    });
    expect(findRuleDifferences(both(1), both(2))).toEqual([
      { word: '2. Steeper than', before: '1\u00a0°C/min', after: '2\u00a0°C/min' }
    ]);
  });
});

describe('the words of alarms', () => {
  const limit: AlarmCondition = {
    kind: 'limit',
    channel: 'Suction_Pressure_bar',
    level: 'L',
    limit: 0,
    setBand: { value: 0.1, of: 'unit' },
    clearBand: { value: 5, of: 'percent' },
    range: 2.5
  };

  it('say limit and deadband with the unit of the channel, and none where it is not known', () => {
    expect(describeCondition(limit)).toBe(
      'Suction pressure below 0\u00a0bar (L), set 0.1\u00a0bar beyond it, deadband 5\u00a0%'
    );
    expect(describeCondition({ ...limit, channel: 'Seal pressure' })).toContain('below 0 (L), set 0.1 beyond it');
    expect(describeCondition({ ...limit, channel: 'Seal pressure', unit: 'kPa' })).toContain('below 0\u00a0kPa (L)');
  });

  it('say value and limit with the unit that the alarm was raised with', () => {
    expect(describeFigures({ value: 81.23, limit: 75, unit: '°C' })).toBe('81.23\u00a0°C, limit 75\u00a0°C');
    expect(describeFigures({ value: 81.23, limit: null })).toBe('81.23');
    expect(describeFigures({ value: null, limit: 75, unit: '°C' })).toBe('');
  });
});
