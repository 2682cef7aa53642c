/** Names for alarms that were hidden before their first raise: only a raise brings the name, so it is taken from the rule and the pump. */
import type { Alarm, AlarmRule } from '../domain/alarm';
import type { Asset } from '../domain/asset';

/** What an alarm and a line of its journal say of their rule and pump. */
type Named = Pick<Alarm, 'ruleId' | 'assetId' | 'name' | 'assetName' | 'priority'>;

/** Where a device looks rules and pumps up; both give nothing for what it does not know. */
interface Sources {
  rule: (assetId: string, ruleId: string) => Promise<AlarmRule | null>;
  asset: (assetId: string) => Promise<Asset | undefined>;
}

/** The same items, those without a name with that and the priority of their rule; as they were where this device does not know it. */
export async function nameAlarms<T extends Named>(items: T[], { rule, asset }: Sources): Promise<T[]> {
  const nameless = new Map(items.filter(({ name }) => name === '').map(({ ruleId, assetId }) => [ruleId, assetId]));
  const found = new Map<string, Partial<Named>>();
  for (const [ruleId, assetId] of nameless) {
    const known = await rule(assetId, ruleId);
    const pump = await asset(assetId);
    if (known) found.set(ruleId, { name: known.name, priority: known.priority, ...(pump && { assetName: pump.name }) });
  }
  return items.map((item) => (item.name === '' ? { ...item, ...found.get(item.ruleId) } : item));
}
