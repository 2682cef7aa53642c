/**
 * Alarms by ISA-18.2 / IEC 62682: rules that watch a pump, and what a person sees and acts on. Words mean what they mean there: an alarm is
 * announced, acknowledged, shelved for a time, suppressed by design, taken out of service. The machine that moves it is `alarms/machine`.
 */

/**
 * The nine states: normal, unacknowledged, acknowledged, returned unacknowledged, latched unacknowledged, latched acknowledged,
 * shelved, suppressed by design, out of service.
 */
export const alarmStates = ['NORM', 'UNACK', 'ACKED', 'RTNUN', 'LATUN', 'LATAK', 'SHLVD', 'DSUPR', 'OOSRV'] as const;
export type AlarmState = (typeof alarmStates)[number];

/** Most urgent first; its place in this list plus one is the number shown beside its shape. */
export const alarmPriorities = ['critical', 'high', 'medium', 'low'] as const;
export type AlarmPriority = (typeof alarmPriorities)[number];

/** A distance from a limit: in the channel's own unit, or in percent of `range` (of the limit's magnitude where no range is known). */
export interface Deadband {
  value: number;
  of: 'unit' | 'percent';
}

export type LimitLevel = 'HH' | 'H' | 'L' | 'LL';

/** Which row of ISO 10816-7 a pump belongs to: category I (high demand on reliability) or II, and its rated power, kW. */
export interface VibrationClass {
  category: 'I' | 'II';
  powerKw: number;
}

/** What makes an alarm. A value that is missing or bad makes none true and none false: it is unknown. */
export type AlarmCondition =
  /** Set beyond the limit and by at least `setBand`, cleared at least `clearBand` inside it. `range` is the instrument's span; null where unknown. */
  | {
      kind: 'limit';
      channel: string;
      /** Of the channel, where its name does not tell it (`domain/alarm-unit`). */
      unit?: string;
      level: LimitLevel;
      limit: number;
      setBand: Deadband;
      clearBand: Deadband;
      range: number | null;
    }
  /** The mean slope over `overMs` is steeper than `perMinute` (own unit per minute); cleared below `clearShare` of it. */
  | {
      kind: 'rate';
      channel: string;
      unit?: string;
      perMinute: number;
      direction: 'rising' | 'falling' | 'either';
      overMs: number;
      clearShare: number;
    }
  /** The value stands still while the pump runs (`Quality.stuck`). */
  | { kind: 'stuck'; channel: string }
  /** The value is bad for whatever reason other than standing still or missing. */
  | { kind: 'bad-value'; channel: string }
  /** Nothing new came from the asset for so long. */
  | { kind: 'no-data'; forMs: number }
  /** The model's score as a share of its threshold: set above `enter`, cleared below `leave`, for so many windows in a row. */
  | { kind: 'score'; enter: number; leave: number; windows: number }
  /** ISO 10816-7: the vibration velocity, mm/s RMS, is in this zone or a worse one. */
  | { kind: 'zone'; channel: string; machine: VibrationClass; zone: 'C' | 'D'; clearBand: Deadband }
  /** Criterion II of ISO 10816-7: a change from the baseline by more than `share` of the B/C limit, up or down. Without a baseline it is unknown. */
  | { kind: 'change'; channel: string; machine: VibrationClass; baseline: number | null; share: number }
  | { kind: 'all' | 'any'; of: AlarmCondition[] };

/** Operating states of the pump in which an alarm is suppressed by design. */
export type SuppressingState = 'off' | 'starting';

/** One row of the master alarm table: what is watched, how it is announced, and why it is worth a person's time. */
export interface AlarmRule {
  /** `assetId:key`; the key names a starting rule, or is random for one that a person added. */
  id: string;
  assetId: string;
  /** The tag: what a person calls it, e.g. `Bearing temperature HH`. */
  name: string;
  isEnabled: boolean;
  condition: AlarmCondition;
  priority: AlarmPriority;
  /** The condition must hold, or not hold, for so long by the samples' own time. Promotions are delayed little, demotions more. */
  onDelayMs: number;
  offDelayMs: number;
  isLatching: boolean;
  suppressedIn: SuppressingState[];
  /** An acknowledged alarm that still stands after so long is announced again; null never. */
  reAlarmMs: number | null;
  /** Raises the priority while it stands for `afterMs`; takes it back when the condition has been false for `backAfterMs`. */
  escalation: { afterMs: number; priority: AlarmPriority; backAfterMs: number } | null;
  /** What is above `longestShelveMs` counts as that; 0 where it may not be shelved. */
  maxShelveMs: number;
  /** Rationalisation: what happens if nobody acts, what to do, within how many minutes, why it may come, who answers for the rule. */
  consequence: string;
  action: string;
  respondWithinMin: number | null;
  causes: string[];
  owner: string;
  /** Counts the changes; 0 is the starting value as shipped. */
  version: number;
}

/** The longest texts of a rule, characters: its name and who answers for it; consequence, action and each cause. */
export const longestRuleName = 200;
export const longestRuleText = 2000;
export const mostCauses = 100;

/** The longest that an alarm may be shelved, ms, whatever its rule says: whatever is to be quiet for longer is taken out of service. */
export const longestShelveMs = 24 * 3_600_000;

/** Who did something, on which device, when (wall clock of that device, ms UTC). `by` is empty where no account is used. */
export interface Act {
  by: string;
  deviceId: string;
  atMs: number;
}

/** One time that the condition came true, with an id of its own. Times are the samples'. */
export interface AlarmOccurrence {
  id: string;
  raisedMs: number;
  returnedMs: number | null;
  /** Value and limit when it was raised; NaN-free: null where the condition has none. */
  value: number | null;
  limit: number | null;
  /** Of both; absent where it is not known. */
  unit?: string;
  acknowledged: Act | null;
}

/** An alarm as it stands: one row for each rule and device that watches it. */
export interface Alarm {
  /** `deviceId:ruleId`. */
  id: string;
  deviceId: string;
  assetId: string;
  /** Name of the pump when it was raised last, for devices that do not know the pump. */
  assetName: string;
  ruleId: string;
  ruleVersion: number;
  name: string;
  state: AlarmState;
  /** As it is now: escalation may have raised it above the rule's. */
  priority: AlarmPriority;
  isLatching: boolean;
  /** Whether the condition holds, whatever the state shows of it. */
  isActive: boolean;
  /** The newest occurrence; null before the first. */
  occurrence: AlarmOccurrence | null;
  /** Occurrences so far. */
  count: number;
  /** When `state` changed last, as the event that changed it says: the samples' time or a person's clock; 0 before the first change. */
  sinceMs: number;
  /** When it was announced last (UNACK entered), as the event says; null before the first time. */
  announcedMs: number | null;
  /** What hides it: each is remembered while a stronger one shows. Out of service goes before shelved, shelved before suppressed. */
  shelved: (Act & { untilMs: number; reason: string }) | null;
  suppressedBy: SuppressingState | null;
  outOfService: (Act & { reason: string }) | null;
}

/**
 * What can happen to an alarm. The first group comes from the device that watches the condition, at the samples' time (`atMs`); the second
 * is what people do, at the wall clock of their device.
 */
export type AlarmEvent =
  | {
      kind: 'raise';
      atMs: number;
      occurrenceId: string;
      value: number | null;
      limit: number | null;
      /** For devices that do not know the rule. */
      unit?: string;
      priority: AlarmPriority;
      ruleVersion: number;
      isLatching: boolean;
      name: string;
      assetName: string;
    }
  | { kind: 'return'; atMs: number; value: number | null }
  | { kind: 'reprioritise'; atMs: number; priority: AlarmPriority }
  /** Announces again what was acknowledged and still stands. */
  | { kind: 're-alarm'; atMs: number }
  | { kind: 'suppress'; atMs: number; state: SuppressingState }
  | { kind: 'unsuppress'; atMs: number }
  /** The time limit of shelving is over, by the wall clock: `atMs` is not before `untilMs`. */
  | { kind: 'expire'; atMs: number }
  | { kind: 'acknowledge'; atMs: number; occurrenceId: string; by: string; deviceId: string }
  | { kind: 'reset'; atMs: number; by: string; deviceId: string }
  | { kind: 'shelve'; atMs: number; untilMs: number; reason: string; by: string; deviceId: string }
  | { kind: 'unshelve'; atMs: number; by: string; deviceId: string }
  | { kind: 'remove-from-service'; atMs: number; reason: string; by: string; deviceId: string }
  | { kind: 'return-to-service'; atMs: number; by: string; deviceId: string };

/** One line of the alarm journal: a change of an alarm, with the fields that ISA-18.2 asks an event log for. */
export interface JournalEntry {
  /** The operation that made it. */
  id: string;
  alarmId: string;
  occurrenceId: string | null;
  assetId: string;
  assetName: string;
  ruleId: string;
  ruleVersion: number;
  name: string;
  priority: AlarmPriority;
  event: AlarmEvent['kind'];
  from: AlarmState;
  to: AlarmState;
  /** When it happened: the samples' time, or when a person acted. */
  eventMs: number;
  /** When the device wrote it down, wall clock. */
  recordedMs: number;
  value: number | null;
  limit: number | null;
  /** Of both; absent where it is not known. */
  unit?: string;
  by: string;
  reason: string;
  deviceId: string;
}

/** One change of a rule, for the management of change: who, when and why, and the whole rule before and after. */
export interface RuleChange extends Act {
  /** The operation that made it. */
  id: string;
  ruleId: string;
  assetId: string;
  reason: string;
  /** Null where nothing is known of it: there was no such rule, or it stood at starting values that nobody told. */
  before: AlarmRule | null;
  /** Null where the rule went: one that a person had added, or whose starting values nobody told. */
  after: AlarmRule | null;
  /** True where it went back to its starting values. */
  isReset: boolean;
}

/** What somebody wrote about an alarm. */
export interface AlarmComment extends Act {
  id: string;
  alarmId: string;
  occurrenceId: string | null;
  assetId: string;
  text: string;
}
