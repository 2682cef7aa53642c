/** Rules, rows and scores for the tests that watch them. Times are given in seconds, as people count delays. */
import type { Alarm, AlarmCondition, AlarmRule } from '$lib/domain/alarm';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '$lib/domain/score';
import { createAlarmWatch, findAlarmId, type AlarmWatch, type WatchEvent } from '$lib/alarms/alarm-watch';
import { advanceAlarm, newAlarm } from '$lib/alarms/machine';
import type { Operating } from '$lib/alarms/rule-watch';

export const second = 1000;
export const minute = 60 * second;

/** A limit of 10 on channel `v` with a deadband of 1 on either side. */
export const limit10: Extract<AlarmCondition, { kind: 'limit' }> = {
  kind: 'limit',
  channel: 'v',
  level: 'H',
  limit: 10,
  setBand: { value: 1, of: 'unit' },
  clearBand: { value: 1, of: 'unit' },
  range: null
};

export function ruleOf(condition: AlarmCondition, changes: Partial<AlarmRule> = {}): AlarmRule {
  return {
    id: 'pump:rule',
    assetId: 'pump',
    name: 'V high',
    isEnabled: true,
    condition,
    priority: 'low',
    onDelayMs: 0,
    offDelayMs: 0,
    isLatching: false,
    suppressedIn: [],
    reAlarmMs: null,
    escalation: null,
    maxShelveMs: 8 * 60 * minute,
    consequence: '',
    action: '',
    respondWithinMin: null,
    causes: [],
    owner: '',
    version: 0,
    ...changes
  };
}

/** One row: when, s; the value of `v` (null: missing); its quality; how the pump ran. */
export type Row = readonly [s: number, v: number | null, quality?: number | undefined, operating?: Operating];

export function blockOf(rows: readonly Row[]): ReadingBlock {
  return {
    assetId: 'pump',
    channels: ['v'],
    t: Float64Array.from(rows, ([s]) => s * second),
    columns: [Float32Array.from(rows, ([, v]) => v ?? NaN)],
    quality: [Uint8Array.from(rows, ([, v, quality]) => quality ?? (v === null ? Quality.missing : Quality.good))]
  };
}

/** Scores of windows that end at `s`; null where a window has none. */
export function scoresOf(windows: readonly (readonly [s: number, score: number | null])[]): ScoreBlock {
  return {
    assetId: 'pump',
    modelId: 'model',
    channels: [],
    t: Float64Array.from(windows, ([s]) => s * second),
    score: Float32Array.from(windows, ([, score]) => score ?? NaN),
    status: Uint8Array.from(windows, ([, score]) => (score === null ? ScoreStatus.gap : ScoreStatus.scored)),
    channelError: [],
    expected: []
  };
}

export function watchOf(rules: AlarmRule[], alarms: Alarm[] = [], newestMs: number | null = null): AlarmWatch {
  return createAlarmWatch(rules, { deviceId: 'scada', assetId: 'pump', assetName: 'Pump 7', alarms, newestMs });
}

export function pushRows(watch: AlarmWatch, rows: readonly Row[]): readonly WatchEvent[] {
  return watch.push(
    blockOf(rows),
    null,
    NaN,
    rows.map(([, , , operating]) => operating ?? 'running')
  );
}

/** Events as text: `raise@12` at 12 s. */
export function tell(events: readonly WatchEvent[]): string[] {
  return events.map(({ event }) => `${event.kind}@${event.atMs / second}`);
}

/** The events of one rule over rows, all at once. */
export function follow(rule: AlarmRule, rows: readonly Row[]): string[] {
  return tell(pushRows(watchOf([rule]), rows));
}

/** The alarm that the events make of `alarm`, or of one that never was. */
export function apply(events: readonly WatchEvent[], alarm?: Alarm): Alarm {
  const ruleId = 'pump:rule';
  const fresh = newAlarm({ id: findAlarmId('scada', ruleId), deviceId: 'scada', assetId: 'pump', ruleId });
  return events.reduce((stands, { event }) => advanceAlarm(stands, event), alarm ?? fresh);
}
