/** One plan for many pumps: shared where the rules are the same, and no pump learns anything from another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAlarmWatch, watchPlan, type AlarmWatch } from '$lib/alarms/alarm-watch';
import { createRulePlans } from '$lib/alarms/rule-plans';
import { mergeRules, startingRules } from '$lib/alarms/starting-rules';
import type { AlarmRule } from '$lib/domain/alarm';
import { limit10, pushRows, ruleOf, type Row } from './watch-cases';

const channels = ['Bearing_Temperature_C', 'Vibration_mm_s'];

function changedOf(assetId: string, changes: Partial<AlarmRule> = {}): AlarmRule {
  return ruleOf(limit10, { id: `${assetId}:own`, assetId, ...changes });
}

function pumpOf(assetId: string) {
  return { assetId, channels, isReferencePump: true };
}

describe('a plan', () => {
  it('is one for all pumps whose rules differ in whose they are', () => {
    const planOf = createRulePlans();
    expect(planOf(pumpOf('b'), [])).toBe(planOf(pumpOf('a'), []));
    expect(planOf(pumpOf('b'), [changedOf('b')])).toBe(planOf(pumpOf('a'), [changedOf('a')]));
  });

  it('is another for other channels, another kind of pump, and other changes', () => {
    const planOf = createRulePlans();
    const plans = [
      planOf(pumpOf('a'), []),
      planOf({ ...pumpOf('a'), channels: ['Vibration_mm_s'] }, []),
      planOf({ ...pumpOf('a'), isReferencePump: false }, []),
      planOf(pumpOf('a'), [changedOf('a')]),
      planOf(pumpOf('a'), [changedOf('a', { onDelayMs: 1000 })])
    ];
    expect(new Set(plans).size).toBe(plans.length);
  });

  it('has the rules that are enabled, changed ones in their places', () => {
    const planOf = createRulePlans();
    const silent = (assetId: string) => changedOf(assetId, { id: 'a:no-data', isEnabled: false });
    const all = planOf(pumpOf('a'), []).rules.map(({ id }) => id);
    expect(planOf(pumpOf('a'), [silent('a')]).rules.map(({ id }) => id)).toEqual(all.filter((id) => id !== ':no-data'));
    // A rule on record that names another pump watches nothing.
    expect(planOf(pumpOf('a'), [changedOf('b')]).rules.map(({ id }) => id)).toEqual(all);
  });
});

describe('pumps of one plan', () => {
  const value = fc.option(fc.integer({ min: 0, max: 20 }));
  const act = fc.record({ pump: fc.nat(2), stepMs: fc.integer({ min: 1, max: 9000 }), value, isTick: fc.boolean() });

  it('tell each what they tell alone, under their own ids', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const planOf = createRulePlans();
        const ids = ['a', 'b', 'c'];
        const rulesOf = (id: string) => [
          changedOf(id, { onDelayMs: 4000, offDelayMs: 3000, reAlarmMs: 5000 }),
          changedOf(id, {
            id: `${id}:rate`,
            condition: {
              kind: 'rate',
              channel: 'v',
              perMinute: 9,
              direction: 'either',
              overMs: 16_000,
              clearShare: 0.5
            }
          })
        ];
        const place = (assetId: string) => ({ deviceId: 'd', assetId, assetName: '', alarms: [], newestMs: null });
        const shared = ids.map((id): AlarmWatch => watchPlan(planOf(pumpOf(id), rulesOf(id)), place(id)));
        const alone = ids.map((id) => {
          const readings = channels.map((name) => ({ name, role: 'reading' as const }));
          const starting = startingRules({ id, channels: readings }, { isReferencePump: true });
          return createAlarmWatch(mergeRules(starting, rulesOf(id)), place(id));
        });
        let tMs = 0;
        for (const { pump, stepMs, value, isTick } of acts) {
          tMs += stepMs;
          const rows: Row[] = [[tMs / 1000, value]];
          const [ours, theirs] = [shared, alone].map((watches) =>
            isTick ? watches[pump]!.tick(tMs) : pushRows(watches[pump]!, rows)
          );
          expect(ours).toEqual(theirs);
          for (const { ruleId } of ours!) expect(ruleId.startsWith(`${ids[pump]}:`)).toBe(true);
        }
      }),
      { numRuns: 100 }
    );
  });
});
