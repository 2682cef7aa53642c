/**
 * The headline metrics: what somebody beside the pump would have seen. Was each event found, how late, how often was there an
 * alarm before it, how long after it, and how many alarms meant nothing. A truth segment, an event, is a maximal run of ones.
 */
import { ratio } from './confusion';
import { Flag } from './method-score';

/** Runs of alarms less than this apart are one episode in `mergedFalseEpisodes`. */
const mergeMs = 60_000;

/** Counts over the test rows of one recording, or pooled over several. Rows with an unknown verdict count in none of them. */
export interface EventCounts {
  events: number;
  detected: number;
  /** One per detected event, s. */
  delaysS: number[];
  /** Rows before the first event, and alarms among them. A recording without an event has none. */
  rowsBefore: number;
  alarmsBefore: number;
  /** Rows after the last event, and alarms among them. */
  rowsAfter: number;
  alarmsAfter: number;
  /** Recordings with an alarm before the first event. */
  earlyFiles: number;
  /** Maximal runs of alarms without a single true row; raw, and after joining runs less than 60 s apart. */
  falseEpisodes: number;
  mergedFalseEpisodes: number;
  normalHours: number;
}

/** How alarms are timed: `stepMs` is the nominal time a row stands for, `lookaheadRows` how much later an alarm is known. */
export interface AlarmTiming {
  stepMs: number;
  lookaheadRows: number;
}

/** Rows `first` … `last`, both included. */
interface Run {
  first: number;
  last: number;
}

/**
 * Counts events and episodes of one recording from truth (0 or 1), `Flag`s and stamps (ms), all of one length.
 * The delay of an event runs from its first row to the row at which the first alarm that touches it is known; an alarm
 * already known at the onset has delay 0, and one whose look-ahead passes the end is taken as known at the last row.
 */
export function countEvents(truth: Uint8Array, flags: Uint8Array, t: Float64Array, timing: AlarmTiming): EventCounts {
  if (truth.length !== flags.length || truth.length !== t.length)
    throw new RangeError(`${truth.length} rows of truth, ${flags.length} flags and ${t.length} stamps`);
  const events = findRuns(truth, 1);
  const alarms = findRuns(flags, Flag.alarm);
  const first = events[0]?.first ?? 0;
  const last = events.at(-1)?.last ?? truth.length - 1;
  const known = (row: number) => t[Math.min(row + timing.lookaheadRows, t.length - 1)]!;

  const delaysS: number[] = [];
  for (const event of events) {
    const alarm = alarms.find((run) => touches(run, event));
    if (alarm) delaysS.push(Math.max(0, known(alarm.first) - t[event.first]!) / 1000);
  }
  const isFalse = (run: Run) => !events.some((event) => touches(run, event));
  const before = countRows(flags, 0, first);
  const after = countRows(flags, last + 1, flags.length);
  const normalRows = flags.reduce((count, flag, i) => count + Number(!truth[i] && flag !== Flag.unknown), 0);
  return {
    events: events.length,
    detected: delaysS.length,
    delaysS,
    rowsBefore: before.rows,
    alarmsBefore: before.alarms,
    rowsAfter: after.rows,
    alarmsAfter: after.alarms,
    earlyFiles: Number(before.alarms > 0),
    falseEpisodes: alarms.filter(isFalse).length,
    mergedFalseEpisodes: joinRuns(alarms, t).filter(isFalse).length,
    normalHours: (normalRows * timing.stepMs) / 3_600_000
  };
}

/** Sums the counts of several recordings. */
export function poolEvents(parts: readonly EventCounts[]): EventCounts {
  const sum = (pick: (part: EventCounts) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    events: sum((part) => part.events),
    detected: sum((part) => part.detected),
    delaysS: parts.flatMap((part) => part.delaysS),
    rowsBefore: sum((part) => part.rowsBefore),
    alarmsBefore: sum((part) => part.alarmsBefore),
    rowsAfter: sum((part) => part.rowsAfter),
    alarmsAfter: sum((part) => part.alarmsAfter),
    earlyFiles: sum((part) => part.earlyFiles),
    falseEpisodes: sum((part) => part.falseEpisodes),
    mergedFalseEpisodes: sum((part) => part.mergedFalseEpisodes),
    normalHours: sum((part) => part.normalHours)
  };
}

/** Share of rows before the first event that are alarms, percent: the honest false-alarm figure. Null without such rows. */
export function farBeforeOnsetPct(counts: EventCounts): number | null {
  return ratio(100 * counts.alarmsBefore, counts.rowsBefore);
}

/** Share of rows after the last event that are alarms, percent. Null without such rows. */
export function farAfterEndPct(counts: EventCounts): number | null {
  return ratio(100 * counts.alarmsAfter, counts.rowsAfter);
}

/** Median delay of the detected events, s; null where none was. */
export function medianDelayS({ delaysS }: EventCounts): number | null {
  if (delaysS.length === 0) return null;
  const sorted = delaysS.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** False episodes per hour of normal rows; null without such rows. */
export function falseEpisodesPerHour(counts: EventCounts): { raw: number | null; merged: number | null } {
  return {
    raw: ratio(counts.falseEpisodes, counts.normalHours),
    merged: ratio(counts.mergedFalseEpisodes, counts.normalHours)
  };
}

function findRuns(codes: Uint8Array, code: number): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] !== code) continue;
    if (i > 0 && codes[i - 1] === code) runs.at(-1)!.last = i;
    else runs.push({ first: i, last: i });
  }
  return runs;
}

function joinRuns(runs: readonly Run[], t: Float64Array): Run[] {
  const joined: Run[] = [];
  for (const run of runs) {
    const previous = joined.at(-1);
    if (previous && t[run.first]! - t[previous.last]! < mergeMs) previous.last = run.last;
    else joined.push({ ...run });
  }
  return joined;
}

function touches(a: Run, b: Run): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function countRows(flags: Uint8Array, from: number, to: number): { rows: number; alarms: number } {
  const part = flags.subarray(from, to);
  return {
    rows: part.filter((flag) => flag !== Flag.unknown).length,
    alarms: part.filter((flag) => flag === Flag.alarm).length
  };
}
