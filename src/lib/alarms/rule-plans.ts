/**
 * Plans for the pumps of a fleet: the starting rules with what somebody has changed, one plan for all pumps whose rules are the same but for
 * whose they are.
 */
import type { AlarmRule } from '../domain/alarm';
import { planRules, type AlarmPlan } from './alarm-plan';
import { mergeRules, startingRules } from './starting-rules';

/** What decides a pump's rules. */
export interface RuledPump {
  assetId: string;
  /** Names of its readings' channels. */
  channels: readonly string[];
  isReferencePump: boolean;
}

/** More different plans than that are not remembered: the next ones are shared anew. */
const mostPlans = 256;

/** Creates a memory of plans; it gives the plan of a pump with its changed rules. */
export function createRulePlans(): (pump: RuledPump, changed: readonly AlarmRule[]) => AlarmPlan {
  const plans = new Map<string, AlarmPlan>();
  return ({ assetId, channels, isReferencePump }, changed) => {
    const own = changed.map((rule) => leaveAssetOut(rule, assetId));
    const key = JSON.stringify([isReferencePump, channels, own]);
    const known = plans.get(key);
    if (known) return known;
    const readings = channels.map((name) => ({ name, role: 'reading' as const }));
    const plan = planRules(mergeRules(startingRules({ id: '', channels: readings }, { isReferencePump }), own));
    if (plans.size >= mostPlans) plans.clear();
    plans.set(key, plan);
    return plan;
  };
}

/** The rule as that of any asset; one that names another asset watches nothing. */
function leaveAssetOut(rule: AlarmRule, assetId: string): AlarmRule {
  const id = rule.id.startsWith(`${assetId}:`) ? rule.id.slice(assetId.length) : rule.id;
  return { ...rule, id, assetId: '', isEnabled: rule.isEnabled && rule.assetId === assetId };
}
