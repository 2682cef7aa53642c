/**
 * One rule at work: condition → delays → events, and what time alone brings: escalation, re-alarm, suppression by operating state. It is made
 * once for all assets of a plan, and what it remembers lies in the asset's state. It says what happens to the alarm; how the alarm stands is
 * `machine`'s. Steps come in time order, as `alarm-watch` hands them out.
 */
import type { Alarm, AlarmEvent, AlarmRule, SuppressingState } from '../domain/alarm';
import { findAlarmUnit } from '../domain/alarm-unit';
import { StepKind, Truth, type Step } from './condition';
import { createCondition } from './conditions';
import { createDelay } from './delay';
import type { Layout, WatchState } from './watch-state';

/** Whether the pump runs, as the quality checks see it. */
export type Operating = 'unknown' | 'off' | 'starting' | 'running';

/** Where a rule's events go. */
export type Emit = (ruleId: string, event: AlarmEvent) => void;

/** One asset as its rules see it. */
export interface RuledAsset extends WatchState {
  readonly deviceId: string;
  readonly assetId: string;
  readonly assetName: string;
  readonly emit: Emit;
  /** True where time alone may bring something to any of its rules; to be taken back by who looks at them all. */
  isRestless: boolean;
}

export interface RuleWatch {
  /** The rule's id; the asset's own goes before one that begins with a colon. */
  readonly id: string;
  /** The kinds of steps that can change anything, added up. */
  readonly needs: number;
  /** True where time can change the condition itself, whatever has been seen. */
  readonly isTimed: boolean;
  /** Goes on from the alarm as it was when it was last seen. */
  resume(asset: RuledAsset, alarm: Alarm): void;
  step(asset: RuledAsset, step: Step): void;
  /** True where time alone may bring something: a delay is pending, or the alarm stands. */
  isRestless(asset: RuledAsset): boolean;
  /** The pump has come into a state that may suppress; to be told before the row's step. */
  suppress(asset: RuledAsset, tMs: number, operating: Operating): void;
  /** The pump may have left the state that suppressed; to be told after the row's step. */
  release(asset: RuledAsset, tMs: number, operating: Operating): void;
  /** The alarm as it stands after somebody has acted on it. */
  learn(asset: RuledAsset, alarm: Alarm): void;
}

/** Nothing suppresses, or what does: as it lies among the flags. */
const suppressors: readonly (SuppressingState | null)[] = [null, 'off', 'starting'];

/** Id of the alarm of a rule on a device. */
export function findAlarmId(deviceId: string, ruleId: string): string {
  return `${deviceId}:${ruleId}`;
}

/** The id of a plan's rule on an asset. */
function findRuleId(assetId: string, id: string): string {
  return id.startsWith(':') ? assetId + id : id;
}

/** Makes the rule, and reserves what it remembers of an asset. */
export function createRuleWatch(rule: AlarmRule, layout: Layout): RuleWatch {
  const { escalation, reAlarmMs } = rule;
  const hasTimers = escalation !== null || reAlarmMs !== null;
  const condition = createCondition(rule.condition, layout);
  const unit = findAlarmUnit(rule.condition);
  const delay = createDelay(rule.onDelayMs, rule.offDelayMs, layout);
  const truthAt = layout.addFlag(Truth.unknown);
  const restlessAt = layout.addFlag(0);
  const suppressedAt = layout.addFlag(0);
  const escalatedAt = layout.addFlag(0);
  const acknowledgedAt = layout.addFlag(0);
  const countAt = layout.addNumbers(0);
  /** The rule's events never go back in time, even where a tick was ahead of the rows that followed it. */
  const eventAt = layout.addNumbers(-Infinity);
  /** Since when it stands without a normal value in between; since when it is normal; since when it stands acknowledged; NaN for not. */
  const standsSinceAt = layout.addNumbers(NaN, hasTimers ? 3 : 0);
  const normalSinceAt = standsSinceAt + 1;
  const acknowledgedSinceAt = standsSinceAt + 2;

  function emit(asset: RuledAsset, event: AlarmEvent): void {
    asset.emit(findRuleId(asset.assetId, rule.id), event);
  }

  function stamp({ numbers }: RuledAsset, tMs: number): number {
    return (numbers[eventAt] = Math.max(numbers[eventAt]!, tMs));
  }

  function announce(asset: RuledAsset, tMs: number): void {
    const { numbers, flags } = asset;
    const atMs = stamp(asset, tMs);
    const isActive = delay.isActive(asset);
    if (hasTimers) numbers[standsSinceAt] = isActive ? atMs : NaN;
    if (!isActive) {
      emit(asset, { kind: 'return', atMs, value: condition.value(asset) });
      return;
    }
    const count = (numbers[countAt]! += 1);
    flags[escalatedAt] = 0;
    flags[acknowledgedAt] = 0;
    const alarmId = findAlarmId(asset.deviceId, findRuleId(asset.assetId, rule.id));
    emit(asset, {
      kind: 'raise',
      atMs,
      occurrenceId: `${alarmId}:${atMs}:${count}`,
      value: condition.value(asset),
      limit: condition.limit(asset),
      ...(unit !== '' && { unit }),
      priority: rule.priority,
      ruleVersion: rule.version,
      isLatching: rule.isLatching,
      name: rule.name,
      assetName: asset.assetName
    });
  }

  function followEscalation(asset: RuledAsset, tMs: number, truth: Truth): void {
    if (!escalation) return;
    const { numbers, flags } = asset;
    if (truth !== Truth.no) numbers[normalSinceAt] = NaN;
    else if (Number.isNaN(numbers[normalSinceAt])) numbers[normalSinceAt] = tMs;
    if (flags[escalatedAt] && tMs - numbers[normalSinceAt]! >= escalation.backAfterMs) {
      flags[escalatedAt] = 0;
      numbers[standsSinceAt] = NaN;
      emit(asset, { kind: 'reprioritise', atMs: stamp(asset, tMs), priority: rule.priority });
    }
    if (flags[escalatedAt] || truth === Truth.no || !delay.isActive(asset)) return;
    if (Number.isNaN(numbers[standsSinceAt])) numbers[standsSinceAt] = tMs;
    if (tMs - numbers[standsSinceAt]! < escalation.afterMs) return;
    flags[escalatedAt] = 1;
    emit(asset, { kind: 'reprioritise', atMs: stamp(asset, tMs), priority: escalation.priority });
  }

  function followAcknowledged(asset: RuledAsset, tMs: number): void {
    const { numbers, flags } = asset;
    if (reAlarmMs === null || !flags[acknowledgedAt] || !delay.isActive(asset)) return;
    if (Number.isNaN(numbers[acknowledgedSinceAt])) numbers[acknowledgedSinceAt] = tMs;
    if (tMs - numbers[acknowledgedSinceAt]! < reAlarmMs) return;
    flags[acknowledgedAt] = 0;
    emit(asset, { kind: 're-alarm', atMs: stamp(asset, tMs) });
  }

  function noteRest(asset: RuledAsset): void {
    const isAtRest = !delay.isPending(asset) && !delay.isActive(asset) && !asset.flags[escalatedAt];
    asset.flags[restlessAt] = isAtRest ? 0 : 1;
    if (!isAtRest) asset.isRestless = true;
  }

  return {
    id: rule.id,
    needs: condition.needs | StepKind.time | (hasTimers ? StepKind.row : 0),
    isTimed: (condition.needs & StepKind.time) !== 0,
    isRestless: ({ flags }) => flags[restlessAt] !== 0,

    resume(asset, alarm) {
      const { numbers, flags } = asset;
      const { occurrence, isActive, priority } = alarm;
      if (isActive) {
        flags[truthAt] = condition.resume(asset);
        delay.resume(asset);
      }
      numbers[countAt] = alarm.count;
      if (occurrence) numbers[eventAt] = occurrence.returnedMs ?? occurrence.raisedMs;
      if (hasTimers && isActive) numbers[standsSinceAt] = numbers[eventAt]!;
      flags[suppressedAt] = suppressors.indexOf(alarm.suppressedBy);
      flags[escalatedAt] =
        escalation !== null && priority === escalation.priority && priority !== rule.priority ? 1 : 0;
      flags[acknowledgedAt] = alarm.state === 'ACKED' ? 1 : 0;
      noteRest(asset);
    },

    step(asset, step) {
      const { flags } = asset;
      if (condition.needs & step.kind) flags[truthAt] = condition.judge(asset, step);
      const truth = flags[truthAt] as Truth;
      // Nearly every step of a fleet ends here: nothing is pending, nothing stands, and nothing has changed.
      if (truth !== Truth.yes && !flags[restlessAt]) return;
      if (delay.follow(asset, step.tMs, truth)) announce(asset, step.tMs);
      followEscalation(asset, step.tMs, truth);
      followAcknowledged(asset, step.tMs);
      noteRest(asset);
    },

    suppress(asset, tMs, operating) {
      if (operating !== 'off' && operating !== 'starting') return;
      const suppressor = suppressors.indexOf(operating);
      if (asset.flags[suppressedAt] === suppressor || !rule.suppressedIn.includes(operating)) return;
      asset.flags[suppressedAt] = suppressor;
      emit(asset, { kind: 'suppress', atMs: stamp(asset, tMs), state: operating });
    },

    release(asset, tMs, operating) {
      const { flags } = asset;
      const suppressedBy = suppressors[flags[suppressedAt]!] ?? null;
      if (suppressedBy === null) return;
      // Not to know how the pump runs does not end what was known.
      const state = operating === 'unknown' ? suppressedBy : operating;
      if ((state === 'off' || state === 'starting') && rule.suppressedIn.includes(state)) return;
      // The off-delay keeps what was announced from flapping. This never was: an alarm already back to normal is not announced now.
      if (delay.isActive(asset) && flags[truthAt] === Truth.no && delay.settle(asset)) {
        announce(asset, tMs);
        noteRest(asset);
      }
      flags[suppressedAt] = 0;
      emit(asset, { kind: 'unsuppress', atMs: stamp(asset, tMs) });
    },

    learn({ numbers, flags }, alarm) {
      const isNow = alarm.state === 'ACKED';
      if (isNow && !flags[acknowledgedAt] && hasTimers) numbers[acknowledgedSinceAt] = NaN;
      flags[acknowledgedAt] = isNow ? 1 : 0;
    }
  };
}
