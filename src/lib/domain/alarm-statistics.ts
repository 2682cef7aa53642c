/** The figures of an alarm system: what is counted, and beside what it is held. The counting is in `alarms/statistics`; this must not know how. */
import type { AlarmPriority } from './alarm';

/** What is measured. Shares are 0 … 1; the others are counts. */
export type MetricCode =
  | 'per-day'
  | 'per-hour'
  | 'per-10-min'
  | 'busy-hours'
  | 'busy-10-min'
  | 'most-in-10-min'
  | 'in-flood'
  | 'top-share'
  | 'chattering'
  | 'fleeting'
  | 'stale'
  | 'unauthorised';

/** A figure beside what it should be: `isExclusive` targets are to be stayed below. */
export interface Metric {
  code: MetricCode;
  value: number;
  target: number;
  isExclusive: boolean;
  /** The most that is manageable; null where the standards give none. */
  maximum: number | null;
  isMet: boolean;
}

/** Announcements of one alarm, and its share of all. */
export interface BadActor {
  alarmId: string;
  assetId: string;
  assetName: string;
  name: string;
  count: number;
  share: number;
}

/** Announcements of one priority, beside the share that is aimed at. */
export interface PriorityShare {
  priority: AlarmPriority;
  count: number;
  share: number;
  target: number;
}

/** A time with more announcements than a person can take in, ms UTC; `count` of them came, those that started it included. */
export interface Flood {
  startMs: number;
  endMs: number;
  count: number;
}

/** All figures of a span, ms UTC; `announcements` is how many the span had. */
export interface AlarmStatistics {
  fromMs: number;
  toMs: number;
  announcements: number;
  metrics: Metric[];
  floods: Flood[];
  /** The ten most frequent, most first. */
  badActors: BadActor[];
  priorities: PriorityShare[];
  /** Ids of alarms that chattered, that came and went before anybody could act, and that stand for more than a day at the end. */
  chattering: string[];
  fleeting: string[];
  stale: string[];
}
