/** What is noted of a change of a rule. Apart from `apply`, for pages that list changes apply none. */
import type { AlarmRule, RuleChange } from '../domain/alarm';
import type { Operation } from '../domain/operation';

/** The change of a rule that stood as `before`; null where it was as shipped. */
export function noteRuleChange(
  before: AlarmRule | null,
  { opId, id, assetId, userId, deviceId, atMs, body }: Extract<Operation, { kind: 'rule' }>
): RuleChange {
  const starting = body.starting ?? null;
  return {
    id: opId,
    ruleId: id,
    assetId,
    by: userId,
    deviceId,
    atMs,
    reason: body.reason,
    before: before ?? starting,
    after: body.rule ?? starting,
    isReset: body.rule === null
  };
}
