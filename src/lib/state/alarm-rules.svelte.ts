/** The master alarm table of one pump: its rules, changed one by one, many at once, or by a file. */
import type { AlarmRule } from '../domain/alarm';
import type { Asset } from '../domain/asset';
import { fail, ok, type Result } from '../domain/result';
import { app } from './app.svelte';
import { Query } from './query.svelte';

export class AlarmRules {
  readonly query = new Query<AlarmRule[]>();
  readonly rules = $derived(this.query.value);
  #asset: Asset | null = null;

  /** Shows the rules of this pump. */
  show(asset: Asset): void {
    this.#asset = asset;
    this.query.ask(() => app.alarms.rules(asset));
  }

  stop(): void {
    this.query.stop();
  }

  /** Checks and stores changed rules; the live thread watches by them from the next reading on. */
  async save(rules: AlarmRule[], reason: string): Promise<Result<null>> {
    const { checkRule } = await import('../alarms/check-rule');
    for (const rule of rules) {
      const [fault] = checkRule(rule);
      if (fault) return fail('bad-plan', `${rule.name}, ${fault.place}`, fault.found, fault.expected);
    }
    const changes = rules.map((rule) => ({
      id: rule.id,
      assetId: rule.assetId,
      rule: { ...rule, version: rule.version + 1 }
    }));
    return this.#change(changes, reason);
  }

  /** Takes rules back to their starting values; one that a person added goes. */
  async reset(rules: AlarmRule[], reason: string): Promise<Result<null>> {
    return this.#change(
      rules.map(({ id, assetId }) => ({ id, assetId, rule: null })),
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
      const { id, ...rest } = rule as AlarmRule;
      // The key behind the pump's id names the rule on every pump.
      const key = id.slice(id.indexOf(':') + 1);
      taken.push({ ...rest, id: `${asset.id}:${key}`, assetId: asset.id });
    }
    const saved = await this.save(taken, reason);
    return saved.ok ? ok(taken.length) : saved;
  }

  async #change(changes: Parameters<typeof app.alarms.changeRules>[0], reason: string): Promise<Result<null>> {
    const changed = await app.alarms.changeRules(changes, reason);
    if (changed.ok && this.#asset) await app.live.refresh(this.#asset.id);
    return changed;
  }
}
