/**
 * What storing alarm rules would change, from the rules as a person saw them and as they are now. Apart from the page's state so that it
 * can be tested alone; it must not know where rules are kept.
 */
import type { AlarmRule, RuleChange } from '../domain/alarm';
import { canonical } from '../sync/canonical';

/** A rule as it is wanted; null is back to its starting values. */
export interface WantedRule {
  id: string;
  rule: AlarmRule | null;
}

/** What came of storing: how many rules were changed, or the names of those that somebody else had changed, and then nothing was stored. */
export type RuleOutcome = { kind: 'stored'; count: number } | { kind: 'overtaken'; names: string[] };

/** Whether two states of a rule say the same, however often it was changed in between. */
export function isSameRule(a: AlarmRule, b: AlarmRule): boolean {
  const content = (rule: AlarmRule) => canonical({ ...rule, version: 0 });
  return content(a) === content(b);
}

/** Names of the wanted rules that now are not what was seen: storing them would take another's change back unseen. */
export function findOvertaken(
  wanted: readonly WantedRule[],
  seen: readonly AlarmRule[],
  now: readonly AlarmRule[]
): string[] {
  return wanted.flatMap(({ id, rule }) => {
    const [was, is] = [find(seen, id), find(now, id)];
    if (was && is ? isSameRule(was, is) : was === is) return [];
    return [(is ?? was ?? rule)?.name ?? id];
  });
}

/**
 * The wanted rules that differ from how they are now, each with its next version. `made` are the changes known of any rules: a version is
 * never given twice, so that a line of the journal names one state of a rule, also after it went back to its starting values.
 */
export function draftRules(
  wanted: readonly WantedRule[],
  now: readonly AlarmRule[],
  made: readonly RuleChange[]
): WantedRule[] {
  return wanted.flatMap(({ id, rule }): WantedRule[] => {
    const is = find(now, id);
    if (!rule) return [{ id, rule }];
    if (is && isSameRule(is, rule)) return [];
    const own = made.filter(({ ruleId }) => ruleId === id);
    const versions = own.flatMap(({ before, after }) => [before?.version ?? 0, after?.version ?? 0]);
    const version = versions.reduce((most, each) => Math.max(most, each), Math.max(is?.version ?? 0, own.length)) + 1;
    return [{ id, rule: { ...rule, version } }];
  });
}

const find = (rules: readonly AlarmRule[], id: string) => rules.find((rule) => rule.id === id);
