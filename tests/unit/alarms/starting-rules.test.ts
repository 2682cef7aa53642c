import { describe, expect, it } from 'vitest';
import type { AlarmCondition, AlarmRule } from '$lib/domain/alarm';
import { pumpChannels } from '$lib/domain/pump-channel';
import { checkRule } from '$lib/alarms/check-rule';
import { mergeRules, startingRules } from '$lib/alarms/starting-rules';
import { limit10, ruleOf } from './watch-cases';

const channels = pumpChannels.map(({ id }) => ({ name: id, role: 'reading' as const }));
const reference = startingRules({ id: 'twin', channels }, { isReferencePump: true });

function find(rules: AlarmRule[], key: string): AlarmRule {
  const rule = rules.find(({ id }) => id === `twin:${key}`);
  expect(rule, key).toBeDefined();
  return rule!;
}

describe('startingRules', () => {
  it('are all sound, each with an id of its own and why it is worth a person’s time', () => {
    expect(reference.flatMap(checkRule)).toEqual([]);
    expect(new Set(reference.map(({ id }) => id)).size).toBe(reference.length);
    for (const { consequence, action, causes } of reference) {
      expect(consequence).not.toBe('');
      expect(action).not.toBe('');
      expect(causes.length).toBeGreaterThan(0);
    }
  });

  it('come near 80, 15 and 5 percent of low, medium and high, and none is critical', () => {
    const share = (priority: string) =>
      reference.filter((rule) => rule.priority === priority).length / reference.length;
    expect(share('low')).toBeCloseTo(0.8, 1);
    expect(share('medium')).toBeCloseTo(0.15, 1);
    expect(share('high')).toBeCloseTo(0.05, 1);
    expect(share('critical')).toBe(0);
  });

  it.each([
    ['Bearing_Temperature_C:HH', 90, 60],
    ['Oil_Pressure_bar:LL', 0.8, 15],
    ['Flow_Rate_L_min:L', 700, 15],
    ['Suction_Pressure_bar:LL', -0.4, 15],
    ['Discharge_Pressure_bar:H', 6.4, 15],
    ['Motor_Current_A:HH', 31, 10]
  ])('%s is %d after %d s', (key, limit, seconds) => {
    const rule = find(reference, key);
    expect(rule.condition).toMatchObject({ kind: 'limit', limit });
    expect(rule.onDelayMs).toBe(seconds * 1000);
  });

  it('enable only what means something on any pump, away from the reference pump', () => {
    const other = startingRules({ id: 'twin', channels }, { isReferencePump: false });
    expect(other.map(({ id }) => id)).toEqual(reference.map(({ id }) => id));
    const limits = other.filter(({ condition }) => condition.kind === 'limit');
    expect(limits.filter(({ isEnabled }) => isEnabled).map(({ id }) => id)).toEqual([
      'twin:Bearing_Temperature_C:H',
      'twin:Bearing_Temperature_C:HH',
      'twin:Ambient_Temperature_C:H'
    ]);
    expect(other.filter(({ condition }) => condition.kind !== 'limit').every(({ isEnabled }) => isEnabled)).toBe(true);
    expect(find(other, 'zone:C').condition).toMatchObject({ machine: { category: 'II' } });
  });

  it('watch the speed only where no drive sets it', () => {
    expect(find(reference, 'Motor_RPM:L').isEnabled).toBe(false);
    const fixed = startingRules({ id: 'twin', channels }, { isReferencePump: true, isFixedSpeed: true });
    expect(fixed.every(({ isEnabled }) => isEnabled)).toBe(true);
  });

  it('take class and baseline of the pump at hand', () => {
    const rules = startingRules(
      { id: 'twin', channels },
      { isReferencePump: false, machine: { category: 'I', powerKw: 300 }, vibrationBaseline: 2.1 }
    );
    expect(find(rules, 'change').condition).toMatchObject({ baseline: 2.1, machine: { powerKw: 300 } });
  });

  it('are those of the channels there are; labels and strangers have none', () => {
    const rules = startingRules(
      {
        id: 'twin',
        channels: [
          { name: 'Motor_Current_A', role: 'label' },
          { name: 'Sensor_17', role: 'reading' }
        ]
      },
      { isReferencePump: true }
    );
    expect(rules.map(({ condition }) => condition.kind)).toEqual(['score', 'score', 'no-data']);
  });

  it('give a score below the action level low priority', () => {
    for (const { condition, priority } of reference) {
      if (condition.kind === 'score' && condition.enter < 3) expect(priority).toBe('low');
    }
  });
});

describe('mergeRules', () => {
  it('puts what was changed in its place and what was added behind', () => {
    const changed = { ...find(reference, 'no-data'), isEnabled: false, version: 1 };
    const added = { ...ruleOf(limit10), id: 'twin:own' };
    const merged = mergeRules(reference, [added, changed]);
    expect(merged).toHaveLength(reference.length + 1);
    expect(merged.at(-1)).toBe(added);
    expect(find(merged, 'no-data')).toBe(changed);
    expect(mergeRules(reference, [])).toEqual(reference);
  });
});

describe('checkRule', () => {
  const sound = ruleOf(limit10);
  const score = { kind: 'score', enter: 1, leave: 0.8, windows: 3 } as const;
  const nest = (depth: number): AlarmCondition => (depth === 0 ? limit10 : { kind: 'all', of: [nest(depth - 1)] });
  const machine = { category: 'I', powerKw: 0 } as const;

  it.each<[string, AlarmRule]>([
    ['name', { ...sound, name: ' ' }],
    ['id', { ...sound, id: 'other:rule' }],
    ['name', { ...sound, name: 'n'.repeat(201) }],
    ['action', { ...sound, action: 'a'.repeat(2001) }],
    ['consequence', { ...sound, consequence: 'c'.repeat(2001) }],
    ['causes.1', { ...sound, causes: ['short', 'c'.repeat(2001)] }],
    ['causes', { ...sound, causes: Array.from({ length: 101 }, () => 'cause') }],
    ['owner', { ...sound, owner: 'o'.repeat(201) }],
    ['onDelayMs', { ...sound, onDelayMs: -1 }],
    ['offDelayMs', { ...sound, offDelayMs: NaN }],
    ['maxShelveMs', { ...sound, maxShelveMs: -1 }],
    ['reAlarmMs', { ...sound, reAlarmMs: 0 }],
    ['respondWithinMin', { ...sound, respondWithinMin: 0 }],
    ['escalation.priority', { ...sound, escalation: { afterMs: 1, priority: 'low', backAfterMs: 0 } }],
    ['escalation.afterMs', { ...sound, escalation: { afterMs: 0, priority: 'high', backAfterMs: 0 } }],
    ['condition.limit', { ...sound, condition: { ...limit10, limit: NaN } }],
    ['condition.channel', { ...sound, condition: { kind: 'stuck', channel: '' } }],
    ['condition.range', { ...sound, condition: { ...limit10, range: 0 } }],
    ['condition.setBand.value', { ...sound, condition: { ...limit10, setBand: { value: -1, of: 'unit' } } }],
    ['condition.forMs', { ...sound, condition: { kind: 'no-data', forMs: 0 } }],
    ['condition.leave', { ...sound, condition: { ...score, leave: 1.1 } }],
    ['condition.windows', { ...sound, condition: { ...score, windows: 1.5 } }],
    [
      'condition.clearShare',
      {
        ...sound,
        condition: { kind: 'rate', channel: 'v', perMinute: 1, direction: 'rising', overMs: 1, clearShare: 2 }
      }
    ],
    [
      'condition.machine.powerKw',
      {
        ...sound,
        condition: { kind: 'zone', channel: 'v', machine, zone: 'C', clearBand: { value: 0, of: 'unit' } }
      }
    ],
    [
      'condition.baseline',
      {
        ...sound,
        condition: { kind: 'change', channel: 'v', machine: { ...machine, powerKw: 5 }, baseline: -1, share: 0.25 }
      }
    ],
    ['condition.of', { ...sound, condition: { kind: 'any', of: [] } }],
    ['condition.of.1.limit', { ...sound, condition: { kind: 'any', of: [limit10, { ...limit10, limit: Infinity }] } }],
    ['condition.of.0.of.0', { ...sound, condition: nest(3) }],
    ['condition', { ...sound, condition: { kind: 'any', of: Array.from({ length: 20 }, () => limit10) } }]
  ])('says what is wrong with %s', (place, rule) => {
    const [fault, ...others] = checkRule(rule);
    expect(others).toEqual([]);
    expect(fault?.place).toBe(place);
    expect(fault?.expected).not.toBe('');
  });

  it('finds nothing wrong with a sound one', () => {
    expect(checkRule(sound)).toEqual([]);
    expect(checkRule({ ...sound, condition: nest(2) })).toEqual([]);
    expect(checkRule({ ...sound, maxShelveMs: 0 })).toEqual([]);
    const [name, owner] = ['n'.repeat(200), 'o'.repeat(200)];
    const [action, consequence] = ['a'.repeat(2000), 'c'.repeat(2000)];
    const causes = Array.from({ length: 100 }, () => action);
    expect(checkRule({ ...sound, name, owner, action, consequence, causes })).toEqual([]);
  });
});
