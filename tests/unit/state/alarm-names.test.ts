import { describe, expect, it } from 'vitest';
import { nameAlarms } from '$lib/state/alarm-names';
import type { AlarmRule } from '$lib/domain/alarm';
import type { Asset } from '$lib/domain/asset';

const named = { ruleId: 'p:a', assetId: 'p', name: 'Flow L', assetName: 'Old name', priority: 'high' } as const;
const nameless = { ruleId: 'p:b', assetId: 'p', name: '', assetName: '', priority: 'low' } as const;
const pump = { id: 'p', name: 'P-101A' } as Asset;
const rule = { id: 'p:b', name: 'Flow LL', priority: 'critical' } as AlarmRule;

describe('nameAlarms', () => {
  it('takes name and priority from the rule and the pump, of what has no name only', async () => {
    const asked: string[] = [];
    const found = await nameAlarms([named, nameless, nameless], {
      rule: async (_, ruleId) => {
        asked.push(ruleId);
        return rule;
      },
      asset: async () => pump
    });
    const filled = { ...nameless, name: 'Flow LL', assetName: 'P-101A', priority: 'critical' };
    expect(found).toEqual([named, filled, filled]);
    // One look for each rule, however many alarms and lines it has.
    expect(asked).toEqual(['p:b']);
  });

  it('leaves what this device does not know', async () => {
    const found = await nameAlarms([nameless], { rule: async () => null, asset: async () => undefined });
    expect(found).toEqual([nameless]);
  });

  it('takes the name of the rule where the pump is not on this device', async () => {
    const found = await nameAlarms([nameless], { rule: async () => rule, asset: async () => undefined });
    expect(found).toEqual([{ ...nameless, name: 'Flow LL', priority: 'critical' }]);
  });
});
