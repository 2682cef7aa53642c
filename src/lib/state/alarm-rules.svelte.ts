/** The master alarm table of one pump: its rules, changed one by one, many at once, or by a file. */
import type { AlarmCondition, AlarmRule } from '../domain/alarm';
import type { Asset } from '../domain/asset';
import type { Channel } from '../domain/channel';
import { findPumpChannel } from '../domain/pump-channel';
import { fail, ok, type Result } from '../domain/result';
import { canonical } from '../sync/canonical';
import { app } from './app.svelte';
import { Query } from './query.svelte';
import { readRuleChanges, type KnownRuleChange } from './rule-changes';

export class AlarmRules {
  readonly query = new Query<AlarmRule[]>();
  readonly rules = $derived(this.query.value);
  /** Of all rules of the pump, newest first. */
  readonly changes = new Query<KnownRuleChange[]>();
  #asset: Asset | null = null;

  /** Shows the rules of this pump. */
  show(asset: Asset): void {
    this.#asset = asset;
    this.query.ask(() => app.alarms.rules(asset));
    this.changes.ask(async () => readRuleChanges(await app.loadLedger(), { assetId: asset.id }));
  }

  stop(): void {
    this.query.stop();
    this.changes.stop();
  }

  /**
   * Checks and stores rules; the live thread watches by them from the next reading on. Those that are as they were before make no change.
   * Returns how many were changed.
   */
  async save(rules: AlarmRule[], reason: string): Promise<Result<number>> {
    const { checkRule } = await import('../alarms/check-rule');
    for (const rule of rules) {
      const [fault] = checkRule(rule);
      if (fault) return fail('bad-plan', `${rule.name}, ${fault.place}`, fault.found, fault.expected);
    }
    const changes = rules.flatMap((rule) => {
      const before = this.rules?.find(({ id }) => id === rule.id);
      if (before && isSameRule(before, rule)) return [];
      return [{ id: rule.id, rule: { ...rule, version: (before?.version ?? 0) + 1 } }];
    });
    return this.#change(changes, reason);
  }

  /** Takes rules back to their starting values; one that a person added goes. */
  async reset(rules: AlarmRule[], reason: string): Promise<Result<number>> {
    return this.#change(
      rules.map(({ id }) => ({ id, rule: null })),
      reason
    );
  }

  /** The table as a file that `load` takes, for this pump or another of its kind. */
  asText(): string {
    return `${JSON.stringify({ format: 'pumpside-alarm-rules', version: 1, rules: this.rules ?? [] }, null, 2)}\n`;
  }

  /** Takes the rules of a file for this pump. All of them, or none: the first that is wrong is told with its place. */
  async load(text: string, reason: string): Promise<Result<number>> {
    const asset = this.#asset;
    if (!asset) return fail('not-found', 'alarm rules', 'no pump', 'a pump to take them for');
    let file: unknown;
    try {
      file = JSON.parse(text);
    } catch (error) {
      return fail('bad-plan', 'file', String(error), 'JSON, as this page saves it');
    }
    const { format, rules } = (file ?? {}) as { format?: unknown; rules?: unknown };
    if (format !== 'pumpside-alarm-rules' || !Array.isArray(rules)) {
      return fail('bad-plan', 'file', String(format), 'a file of alarm rules, as this page saves it');
    }
    const { findBodyFault } = await import('../sync/bodies');
    const taken: AlarmRule[] = [];
    for (const [i, rule] of rules.entries()) {
      const fault = findBodyFault('rule', { rule, assetId: asset.id, reason });
      if (fault) return fail('bad-plan', `rule ${i + 1}`, fault, 'a rule as this page saves it');
      const { id, condition, ...rest } = rule as AlarmRule;
      // The key behind the pump's id names the rule on every pump.
      const key = id.slice(id.indexOf(':') + 1);
      const measured = withUnit(condition, asset.channels);
      taken.push({ ...rest, id: `${asset.id}:${key}`, assetId: asset.id, condition: measured });
    }
    return this.save(taken, reason);
  }

  async #change(changes: { id: string; rule: AlarmRule | null }[], reason: string): Promise<Result<number>> {
    const asset = this.#asset;
    if (!asset || changes.length === 0) return ok(0);
    const changed = await app.alarms.changeRules(asset, changes, reason);
    if (!changed.ok) return changed;
    await app.live.refresh(asset.id);
    return ok(changes.length);
  }
}

/** Whether two states of a rule say the same, however often it was changed in between. */
export function isSameRule(a: AlarmRule, b: AlarmRule): boolean {
  const content = (rule: AlarmRule) => canonical({ ...rule, version: 0 });
  return content(a) === content(b);
}

/** The condition with the unit of its channel, where the pump knows it. */
function withUnit(condition: AlarmCondition, channels: readonly Channel[]): AlarmCondition {
  if (condition.kind === 'all' || condition.kind === 'any') {
    return { ...condition, of: condition.of.map((part) => withUnit(part, channels)) };
  }
  if ((condition.kind !== 'limit' && condition.kind !== 'rate') || findPumpChannel(condition.channel)) return condition;
  const unit = channels.find(({ name }) => name === condition.channel)?.unit;
  return unit ? { ...condition, unit } : condition;
}
