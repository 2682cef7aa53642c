/** Alarms as pages see them, and what people do to them. What the process does to them comes from the live thread. */
import { createShelfEnds } from '../alarms/shelving';
import { isReferencePump, type Asset } from '../domain/asset';
import {
  alarmPriorities,
  longestShelveMs,
  type Alarm,
  type AlarmComment,
  type AlarmEvent,
  type AlarmRule,
  type JournalEntry
} from '../domain/alarm';
import type { Ledger } from '../domain/ledger';
import type { Records } from '../domain/ports';
import type { OperationDraft } from '../domain/operation';
import { createOpenAlarms } from '../records/open-alarms';
import { ok, type Fault, type Result } from '../domain/result';
import { nameAlarms } from './alarm-names';
import { commit } from './commit';
import { Query, told, withinQuery } from './query.svelte';

/** How often shelved alarms are looked at: their time limit ends by itself. */
const expiryMs = 15_000;
const mostOpen = 2000;
/** Where the rule is not known on this device. */
const usualShelveMs = 8 * 3_600_000;

/** What a person does; the rest of the event is known here. */
export type AlarmAct =
  | { kind: 'acknowledge' }
  | { kind: 'reset' }
  | { kind: 'shelve'; untilMs: number; reason: string }
  | { kind: 'unshelve' }
  | { kind: 'remove-from-service'; reason: string }
  | { kind: 'return-to-service' };

export class Alarms {
  readonly #query = new Query<Alarm[]>();
  readonly #reader = createOpenAlarms();
  readonly #load: () => Promise<Ledger>;
  readonly #records: Pick<Records, 'asset' | 'assets'>;
  readonly #actor: () => string;
  readonly #now: () => number;
  readonly #aheadMs: () => number;
  readonly #shelfEnds = createShelfEnds();
  /** This device, as alarms name it; empty until it is read. */
  deviceId = $state('');
  /** All that are not normal: unacknowledged ones first, then by priority, then the newest. */
  readonly ordered = $derived((this.open ?? []).toSorted(byUrgency));
  /** Those that call for somebody: announced, and nobody has acknowledged them. */
  readonly calling = $derived(this.ordered.filter(isCalling));

  constructor(
    load: () => Promise<Ledger>,
    records: Pick<Records, 'asset' | 'assets'>,
    actor: () => string,
    now: () => number,
    /** By how much the backend has found that clock to be ahead. */
    aheadMs: () => number
  ) {
    this.#load = load;
    this.#records = records;
    this.#actor = actor;
    this.#now = now;
    this.#aheadMs = aheadMs;
  }

  /** Every alarm that is not normal, of all devices; undefined until they are read. */
  get open(): Alarm[] | undefined {
    return this.#query.value;
  }

  get fault(): Fault | null {
    return this.#query.fault;
  }

  /** Starts asking. Call once, in the browser. */
  start(): void {
    this.#query.ask(async () => this.#named(await this.#reader.list(mostOpen)));
    // Without an operation of its own the device has no alarms either.
    void told(() => this.#reader.deviceId()).then((known) => known.ok && (this.deviceId = known.value));
    void this.expire();
    setInterval(() => void this.expire(), expiryMs);
  }

  /** Ends shelving whose time limit is over, also when the app was closed then; that of other devices where they do not do it. */
  async expire(): Promise<void> {
    const over = this.#shelfEnds(this.open ?? [], this.deviceId, this.#now(), this.#aheadMs());
    if (over.length > 0) await this.#commit(over.map(({ alarm, event }) => draftEvent(alarm, event)));
  }

  /** Does the same to each of these alarms: those a person sees, never all unseen. */
  async act(alarms: Alarm[], act: AlarmAct): Promise<Result<null>> {
    const deviceId = await this.#device();
    if (!deviceId.ok) return deviceId;
    const by = { atMs: this.#now(), by: this.#actor(), deviceId: deviceId.value };
    return this.#commit(
      alarms.flatMap((alarm) => {
        if (act.kind !== 'acknowledge') return [draftEvent(alarm, { ...act, ...by })];
        const occurrenceId = alarm.occurrence?.id;
        return occurrenceId === undefined ? [] : [draftEvent(alarm, { ...act, ...by, occurrenceId })];
      })
    );
  }

  /** Adds a comment to an alarm. */
  async comment(alarm: Alarm, text: string): Promise<Result<null>> {
    const deviceId = await this.#device();
    if (!deviceId.ok) return deviceId;
    const id = crypto.randomUUID();
    const body: AlarmComment = {
      id,
      alarmId: alarm.id,
      occurrenceId: alarm.occurrence?.id ?? null,
      assetId: alarm.assetId,
      text,
      by: this.#actor(),
      deviceId: deviceId.value,
      atMs: this.#now()
    };
    return this.#commit([{ kind: 'comment', id, assetId: alarm.assetId, body }]);
  }

  /** Changes rules of a pump, or takes them back to their starting values with null. The reason is kept with the change. */
  async changeRules(
    asset: Asset,
    changes: { id: string; rule: AlarmRule | null }[],
    reason: string
  ): Promise<Result<null>> {
    const shipped = await startingRulesOf(asset);
    const assetId = asset.id;
    return this.#commit(
      changes.map(({ id, rule }) => {
        const starting = shipped.find((each) => each.id === id);
        return { kind: 'rule', id, assetId, body: { rule, assetId, reason, ...(starting && { starting }) } };
      })
    );
  }

  async alarm(id: string): Promise<Alarm | null> {
    const ledger = await this.#load();
    const found = (await ledger.entity('alarm', id))?.body;
    return found ? ((await this.#named([found]))[0] ?? null) : null;
  }

  /** The rule as it is now: as somebody has changed it, else its starting values; null where this device knows neither. */
  async rule(assetId: string, ruleId: string): Promise<AlarmRule | null> {
    const ledger = await this.#load();
    const changed = await ledger.entity('rule', ruleId);
    if (changed?.body) return changed.body;
    const asset = await this.#records.asset(assetId);
    return asset ? ((await startingRulesOf(asset)).find(({ id }) => id === ruleId) ?? null) : null;
  }

  /** The longest that this alarm may be shelved, ms: what its rule says. */
  async longestShelveMs({ assetId, ruleId }: Alarm): Promise<number> {
    const rule = await told(() => this.rule(assetId, ruleId));
    return Math.min(longestShelveMs, rule.ok && rule.value ? rule.value.maxShelveMs : usualShelveMs);
  }

  /** The master alarm table of a pump: its starting rules with the changed ones in their places, and added ones behind. */
  async rules(asset: Asset): Promise<AlarmRule[]> {
    const { mergeRules } = await withinQuery(import('../alarms/starting-rules'));
    return mergeRules(await startingRulesOf(asset), await this.changedRules(asset.id));
  }

  async comments(assetId: string): Promise<AlarmComment[]> {
    const ledger = await this.#load();
    return bodiesOf(await ledger.entities({ kind: 'comment', assetId }));
  }

  /** Newest first. */
  async journal(query: { assetId?: string; fromMs?: number; toMs?: number; limit?: number }): Promise<JournalEntry[]> {
    const ledger = await this.#load();
    return this.#named(bodiesOf(await ledger.entities({ kind: 'journal', ...query })));
  }

  /** Rules that differ from the starting values; of one asset, or of all. */
  async changedRules(assetId?: string): Promise<AlarmRule[]> {
    const query = { kind: 'rule' as const, limit: 100_000 };
    const ledger = await this.#load();
    return bodiesOf(await ledger.entities(assetId === undefined ? query : { ...query, assetId }));
  }

  #named<T extends Parameters<typeof nameAlarms>[0][number]>(items: T[]): Promise<T[]> {
    return nameAlarms(items, {
      rule: (assetId, ruleId) => this.rule(assetId, ruleId),
      asset: (assetId) => this.#records.asset(assetId)
    });
  }

  async #device(): Promise<Result<string>> {
    if (this.deviceId !== '') return ok(this.deviceId);
    const device = await told(async () => (await this.#load()).device());
    if (!device.ok) return device;
    this.deviceId = device.value.deviceId;
    return ok(this.deviceId);
  }

  #commit(drafts: OperationDraft[]): Promise<Result<null>> {
    return commit(this.#load, drafts, this.#actor());
  }
}

/** Loaded when first asked for: their texts are long. */
async function startingRulesOf(asset: Asset): Promise<AlarmRule[]> {
  const { startingRules } = await withinQuery(import('../alarms/starting-rules'));
  return startingRules(asset, { isReferencePump: isReferencePump(asset) });
}

/** True where an alarm calls for somebody. */
export function isCalling({ state }: Alarm): boolean {
  return state === 'UNACK' || state === 'RTNUN' || state === 'LATUN';
}

function byUrgency(a: Alarm, b: Alarm): number {
  const calling = Number(isCalling(b)) - Number(isCalling(a));
  const priority = alarmPriorities.indexOf(a.priority) - alarmPriorities.indexOf(b.priority);
  return calling || priority || b.sinceMs - a.sinceMs;
}

function draftEvent({ id, assetId, ruleId, deviceId }: Alarm, event: AlarmEvent): OperationDraft {
  return { kind: 'alarm', id, assetId, body: { assetId, ruleId, deviceId, event } };
}

function bodiesOf<Body>(entities: { body: Body | null }[]): Body[] {
  return entities.flatMap(({ body }) => body ?? []);
}
