/**
 * All rules of one asset, watched as its readings and scores come: rows in, events out, in event-time order. It says what happens and
 * holds no alarm, so nothing can disagree with the ledger; who writes the events makes of them what `machine` does.
 *
 * Event time alone counts. A row or window not newer than the newest seen is left out: what is filled in afterwards raises and clears nothing.
 * A delay is over at the first row, score or tick at which what it waits for still holds; a value holds until the next one. Any chunking
 * of the same rows gives the same events, as long as a window's score comes no later than the row after it.
 */
import type { Alarm, AlarmEvent, AlarmRule } from '../domain/alarm';
import { isBad, Quality, type ReadingBlock } from '../domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '../domain/score';
import { planRules, type AlarmPlan } from './alarm-plan';
import { StepKind, type Step } from './condition';
import type { Operating, RuledAsset, RuleWatch } from './rule-watch';

/** Something that happens to the alarm of a rule. */
export interface WatchEvent {
  ruleId: string;
  event: AlarmEvent;
}

/** Whose alarms they are, and how they stand. */
export interface WatchedAsset {
  deviceId: string;
  assetId: string;
  assetName: string;
  /** This device's alarms of the asset: what stands is not raised again, and returns once its condition is false. */
  alarms: readonly Alarm[];
  /** Time of the newest row that was watched before; null for none. */
  newestMs: number | null;
}

export interface AlarmWatch {
  /**
   * Takes the next rows, and the scores that came with them (null for none) against their threshold. `operating` says how the pump
   * ran: for the block as a whole, or row by row.
   */
  push(
    block: ReadingBlock,
    scores: ScoreBlock | null,
    threshold: number,
    operating: Operating | readonly Operating[]
  ): readonly WatchEvent[];
  /**
   * Lets time pass to `tMs`, in the samples' time, such as the source's watermark or the newest row's time plus what the wall clock has
   * counted since it came. Without ticks nothing is missed but silence, and what falls due during it.
   */
  tick(tMs: number): readonly WatchEvent[];
  /** An alarm as it stands after somebody has acted on it: a re-alarm counts from the acknowledgement. */
  learn(alarm: Alarm): void;
}

export { findAlarmId } from './rule-watch';

const none: readonly WatchEvent[] = [];
const noColumns = new Int16Array(0);

/** The step that is taken now: one is enough for all assets, since none waits in the middle of one. */
const step: Step = { kind: StepKind.time, tMs: NaN, score: NaN, threshold: NaN };

/** Watches the rules of the asset that are enabled. An alarm whose rule is gone or disabled is taken back at the first step. */
export function createAlarmWatch(rules: readonly AlarmRule[], asset: WatchedAsset): AlarmWatch {
  return watchPlan(planRules(rules.filter(({ assetId }) => assetId === asset.assetId)), asset);
}

/** Watches a plan's rules on the asset; one plan serves any number of assets. */
export function watchPlan(
  plan: AlarmPlan,
  { deviceId, assetId, assetName, alarms, newestMs: fromMs }: WatchedAsset
): AlarmWatch {
  const asset: RuledAsset = {
    deviceId,
    assetId,
    assetName,
    emit,
    numbers: plan.first.numbers.slice(),
    flags: plan.first.flags.slice(),
    isRestless: false
  };
  let unwatched: readonly Alarm[] = alarms.length > 0 ? alarms.filter(({ ruleId }) => !findRule(ruleId)) : [];
  for (const alarm of alarms) findRule(alarm.ruleId)?.resume(asset, alarm);
  let events: WatchEvent[] | null = null;
  /** In an object, because there a number changes in its place; a variable would be a new one with every row. */
  const newest = { rowMs: fromMs ?? -Infinity, scoreMs: fromMs ?? -Infinity };
  let laidOut: readonly string[] | null = null;
  let columns: Int16Array = noColumns;
  let operated: Operating | null = null;

  function findRule(ruleId: string): RuleWatch | undefined {
    const { byId } = plan;
    return byId.get(ruleId) ?? (ruleId.startsWith(`${assetId}:`) ? byId.get(ruleId.slice(assetId.length)) : undefined);
  }

  function emit(ruleId: string, event: AlarmEvent): void {
    (events ??= []).push({ ruleId, event });
  }

  /** Events in the order of their times; of one time, in the order in which they came about. */
  function takeEvents(): readonly WatchEvent[] {
    if (!events) return none;
    const taken = events;
    events = null;
    return taken.sort((a, b) => a.event.atMs - b.event.atMs);
  }

  function takeBack(tMs: number): void {
    for (const { ruleId, isActive, suppressedBy, occurrence } of unwatched) {
      const atMs = Math.max(tMs, occurrence?.raisedMs ?? tMs, occurrence?.returnedMs ?? tMs);
      if (isActive) emit(ruleId, { kind: 'return', atMs, value: null });
      if (suppressedBy) emit(ruleId, { kind: 'unsuppress', atMs });
    }
    unwatched = [];
  }

  function stepAll(of: readonly RuleWatch[]): void {
    for (let i = 0; i < of.length; i++) of[i]!.step(asset, step);
  }

  /** Lays the row's values and quality codes down, once for all rules. */
  function readRow(block: ReadingBlock, row: number): void {
    for (let i = 0; i < plan.channels.length; i++) {
      const place = plan.channels[i]!;
      const column = columns[i]!;
      const value = block.columns[column]?.[row] ?? NaN;
      const code = block.quality[column]?.[row] ?? Quality.missing;
      asset.numbers[place.value] = isBad(code) || !Number.isFinite(value) ? NaN : value;
      // A code says why a value is absent; a value absent without one is only missing.
      asset.flags[place.code] = Number.isNaN(value) && !isBad(code) ? Quality.missing : code;
    }
  }

  function takeRow(block: ReadingBlock, row: number, operating: Operating): void {
    const tMs = block.t[row]!;
    newest.rowMs = tMs;
    if (unwatched.length > 0) takeBack(tMs);
    const isChanged = operating !== operated;
    operated = operating;
    if (isChanged) for (const rule of plan.rules) rule.suppress(asset, tMs, operating);
    readRow(block, row);
    step.kind = StepKind.row;
    step.tMs = tMs;
    stepAll(plan.ofRows);
    if (isChanged) for (const rule of plan.rules) rule.release(asset, tMs, operating);
  }

  function takeScore({ t, score, status }: ScoreBlock, at: number, threshold: number): void {
    const tMs = t[at]!;
    if (!(tMs > newest.scoreMs)) return;
    newest.scoreMs = tMs;
    step.kind = StepKind.score;
    step.tMs = tMs;
    step.score = status[at] === ScoreStatus.scored ? score[at]! : NaN;
    step.threshold = threshold;
    stepAll(plan.ofScores);
  }

  /** Most assets of a fleet are at rest: there, time can bring nothing but silence. */
  function takeTime(tMs: number): void {
    step.kind = StepKind.time;
    step.tMs = tMs;
    if (!asset.isRestless) {
      stepAll(plan.timed);
      return;
    }
    stepAll(plan.rules);
    asset.isRestless = plan.rules.some((rule) => rule.isRestless(asset));
  }

  return {
    push(block, scores, threshold, operating) {
      if (block.channels !== laidOut) {
        laidOut = block.channels;
        columns = plan.findColumns(laidOut);
      }
      const scored = scores?.t.length ?? 0;
      let at = 0;
      for (let row = 0; row < block.t.length; row++) {
        const tMs = block.t[row]!;
        while (scores && at < scored && scores.t[at]! < tMs) takeScore(scores, at++, threshold);
        if (!(tMs > newest.rowMs)) continue;
        takeRow(block, row, typeof operating === 'string' ? operating : (operating[row] ?? 'unknown'));
      }
      while (scores && at < scored) takeScore(scores, at++, threshold);
      return takeEvents();
    },
    tick(tMs) {
      if (!Number.isFinite(tMs) || tMs < newest.rowMs) return none;
      if (unwatched.length > 0) takeBack(tMs);
      takeTime(tMs);
      return takeEvents();
    },
    learn: (alarm) => findRule(alarm.ruleId)?.learn(asset, alarm)
  };
}
