/** The master alarm table of one pump: its rules, changed one by one, many at once, or by a file. */
import type { AlarmCondition, AlarmRule } from '../domain/alarm';
import type { Asset } from '../domain/asset';
import type { Channel } from '../domain/channel';
import { findPumpChannel } from '../domain/pump-channel';
import { fail, ok, type Result } from '../domain/result';
import { app } from './app.svelte';
import { Query, told } from './query.svelte';
import { readRuleChanges, type KnownRuleChange } from './rule-changes';
import { draftRules, findOvertaken, type RuleOutcome, type WantedRule } from './rule-drafts';

export class AlarmRules {
  readonly query = new Query<AlarmRule[]>();
  readonly rules = $derived(this.query.value);
  /** Of all rules of the pump, newest first. */
  readonly changes = new Query<KnownRuleChange[]>();
  #assetId = '';

  /** Shows the rules of this pump, and follows what its record says of channels and limits. */
  show(assetId: string): void {
    this.#assetId = assetId;
    this.query.ask(async () => {
      const asset = await app.records.asset(assetId);
      return asset ? app.alarms.rules(asset) : [];
    });
    this.changes.ask(async () => readRuleChanges(await app.loadLedger(), { assetId }));
  }

  stop(): void {
    this.query.stop();
    this.changes.stop();
  }

  /**
   * Checks and stores rules; the live thread watches by them from the next reading on. Those that are as they were before make no change.
   * `seen` are the rules that the person had before them: where one to be stored is another one now, nothing is stored.
   */
  async save(rules: AlarmRule[], seen: readonly AlarmRule[], reason: string): Promise<Result<RuleOutcome>> {
    const { checkRule } = await import('../alarms/check-rule');
    for (const rule of rules) {
      const [fault] = checkRule(rule);
      if (fault) return fail('bad-rule', `${rule.name}, ${fault.place}`, fault.found, fault.expected);
    }
    return this.#change(
      rules.map((rule) => ({ id: rule.id, rule })),
      seen,
      reason
    );
  }

  /** Takes rules back to their starting values, where they are as they were seen; one that a person added goes. */
  async reset(seen: readonly AlarmRule[], reason: string): Promise<Result<RuleOutcome>> {
    return this.#change(
      seen.map(({ id }) => ({ id, rule: null })),
      seen,
      reason
    );
  }

  /** The table as a file that `load` takes, for this pump or another of its kind. */
  asText(): string {
    return `${JSON.stringify({ format: 'pumpside-alarm-rules', version: 1, rules: this.rules ?? [] }, null, 2)}\n`;
  }

  /** Takes the rules of a file for this pump. All of them, or none: the first that is wrong is told with its place. */
  async load(text: string, seen: readonly AlarmRule[], reason: string): Promise<Result<RuleOutcome>> {
    const found = await this.#asset();
    if (!found.ok) return found;
    const asset = found.value;
    let file: unknown;
    try {
      file = JSON.parse(text);
    } catch (error) {
      return fail('bad-rule', 'file', String(error), 'JSON, as this page saves it');
    }
    const { format, rules } = (file ?? {}) as { format?: unknown; rules?: unknown };
    if (format !== 'pumpside-alarm-rules' || !Array.isArray(rules)) {
      return fail('bad-rule', 'file', String(format), 'a file of alarm rules, as this page saves it');
    }
    const { findBodyFault } = await import('../sync/bodies');
    const taken: AlarmRule[] = [];
    for (const [i, rule] of rules.entries()) {
      const fault = findBodyFault('rule', { rule, assetId: asset.id, reason });
      if (fault) return fail('bad-rule', `rule ${i + 1}`, fault, 'a rule as this page saves it');
      const { id, condition, ...rest } = rule as AlarmRule;
      // The key behind the pump's id names the rule on every pump.
      const key = id.slice(id.indexOf(':') + 1);
      const measured = withUnit(condition, asset.channels);
      taken.push({ ...rest, id: `${asset.id}:${key}`, assetId: asset.id, condition: measured });
    }
    return this.save(taken, seen, reason);
  }

  /** By the records themselves, not by what is shown: that may be a moment old. */
  async #change(wanted: WantedRule[], seen: readonly AlarmRule[], reason: string): Promise<Result<RuleOutcome>> {
    const found = await this.#asset();
    if (!found.ok) return found;
    const asset = found.value;
    const read = await told(async () => ({
      now: await app.alarms.rules(asset),
      made: await readRuleChanges(await app.loadLedger(), { assetId: asset.id })
    }));
    if (!read.ok) return read;
    const { now, made } = read.value;
    const names = findOvertaken(wanted, seen, now);
    if (names.length > 0) return ok({ kind: 'overtaken', names });
    const changes = draftRules(
      wanted,
      now,
      made.map(({ change }) => change)
    );
    if (changes.length === 0) return ok({ kind: 'stored', count: 0 });
    const changed = await app.alarms.changeRules(asset, changes, reason);
    if (!changed.ok) return changed;
    await app.live.refresh(asset.id);
    return ok({ kind: 'stored', count: changes.length });
  }

  async #asset(): Promise<Result<Asset>> {
    const read = await told(() => app.records.asset(this.#assetId));
    if (!read.ok) return read;
    return read.value ? ok(read.value) : fail('not-found', 'alarm rules', 'no pump', 'a pump to take them for');
  }
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
