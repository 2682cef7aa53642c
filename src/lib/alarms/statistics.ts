/**
 * How people can live with their alarms: the figures of ISA-18.2, IEC 62682 and EEMUA 191 from the alarm journal, each beside its target and
 * the most that is manageable (domain reference, 5.8). They are meant for one person's alarms, over thirty days or more. An announcement
 * is an entry by which an alarm comes to UNACK. Only arithmetic over entries; which of them are one person's is the caller's.
 */
import { alarmPriorities, type AlarmPriority, type JournalEntry } from '../domain/alarm';
import type { AlarmStatistics, BadActor, Metric, MetricCode, PriorityShare } from '../domain/alarm-statistics';
import { findFloods } from './flood';
import { countPeriods } from './periods';
import { dayMs, findStanding, mostStaleInADay } from './standing';

export interface StatisticsOptions {
  /** Announcements from `fromMs` to before `toMs` count. Entries from before tell what stood already. */
  fromMs: number;
  toMs: number;
  /** Whether who shelved, or took out of service, was allowed to. */
  mayHide: (entry: JournalEntry) => boolean;
  /** Changes of rules by people who were not allowed to; the journal does not hold rules. */
  unauthorisedRuleChanges: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const chatter = { times: 3, withinMs: minuteMs } as const;
/** Gone within this time, unacknowledged: nobody could have acted. Our choice; the standards give no figure. */
const fleetingMs = minuteMs;
const busy = { hour: 30, tenMinutes: 10 } as const;
const badActorsShown = 10;
const priorityTargets: Readonly<Record<AlarmPriority, number>> = { critical: 0.01, high: 0.05, medium: 0.15, low: 0.8 };

/** Target, whether it is exclusive, and maximum by metric. */
const aims: Readonly<Record<MetricCode, readonly [target: number, isExclusive: boolean, maximum: number | null]>> = {
  'per-day': [144, false, 288],
  'per-hour': [6, false, 12],
  'per-10-min': [1, false, 2],
  'busy-hours': [0.01, true, null],
  'busy-10-min': [0.01, true, null],
  'most-in-10-min': [10, false, null],
  'in-flood': [0.01, true, null],
  'top-share': [0.01, true, 0.05],
  chattering: [0, false, null],
  fleeting: [0, false, null],
  stale: [5, true, null],
  unauthorised: [0, false, null]
};

/** The figures of the entries, in any order. A span that is empty or no number gives zeros. */
export function measureAlarms(entries: readonly JournalEntry[], options: StatisticsOptions): AlarmStatistics {
  const { fromMs, toMs } = options;
  const sorted = entries.filter(({ eventMs }) => eventMs < toMs).sort((a, b) => a.eventMs - b.eventMs);
  const inSpan = sorted.filter(({ eventMs }) => eventMs >= fromMs);
  const announced = inSpan.filter(isAnnouncement);
  const times = announced.map(({ eventMs }) => eventMs);
  const spanMs = toMs > fromMs ? toMs - fromMs : NaN;
  const floods = findFloods(times, toMs);
  const standing = findStanding(sorted, toMs);
  const actors = rankActors(announced);
  const badActors = actors.slice(0, badActorsShown);
  const chattering = findChattering(announced);
  const fleeting = standing.filter(
    ({ sinceMs, untilMs, isAcknowledged, hasReturned }) =>
      sinceMs >= fromMs && hasReturned && !isAcknowledged && untilMs - sinceMs < fleetingMs
  );
  const unauthorised = inSpan.filter(
    (entry) => (entry.event === 'shelve' || entry.event === 'remove-from-service') && !options.mayHide(entry)
  );
  const perPeriod = (periodMs: number) => countPeriods(times, fromMs, toMs, periodMs);
  const average = (periodMs: number) => numberOrZero((times.length * periodMs) / spanMs);

  const values: Record<MetricCode, number> = {
    'per-day': average(dayMs),
    'per-hour': average(hourMs),
    'per-10-min': average(10 * minuteMs),
    'busy-hours': shareAbove(perPeriod(hourMs), busy.hour),
    'busy-10-min': shareAbove(perPeriod(10 * minuteMs), busy.tenMinutes),
    'most-in-10-min': floods.most,
    'in-flood': numberOrZero(floods.list.reduce((sum, flood) => sum + flood.endMs - flood.startMs, 0) / spanMs),
    'top-share': numberOrZero(badActors.reduce((sum, { count }) => sum + count, 0) / announced.length),
    chattering: chattering.length,
    fleeting: fleeting.length,
    stale: mostStaleInADay(standing, fromMs, toMs),
    unauthorised: unauthorised.length + options.unauthorisedRuleChanges
  };
  return {
    fromMs,
    toMs,
    announcements: announced.length,
    metrics: (Object.keys(aims) as MetricCode[]).map((code) => describeMetric(code, values[code])),
    floods: floods.list,
    badActors,
    priorities: splitPriorities(announced),
    chattering,
    fleeting: [...new Set(fleeting.map(({ alarmId }) => alarmId))],
    stale: standing.filter(({ sinceMs, isOpen }) => isOpen && toMs - sinceMs > dayMs).map(({ alarmId }) => alarmId)
  };
}

/** True for an entry by which a person's attention is asked. */
function isAnnouncement({ from, to }: JournalEntry): boolean {
  return to === 'UNACK' && from !== 'UNACK';
}

function describeMetric(code: MetricCode, value: number): Metric {
  const [target, isExclusive, maximum] = aims[code];
  return { code, value, target, isExclusive, maximum, isMet: isExclusive ? value < target : value <= target };
}

/** Three announcements of one alarm within a minute. */
function findChattering(announced: readonly JournalEntry[]): string[] {
  const last = new Map<string, number[]>();
  const found = new Set<string>();
  for (const { alarmId, eventMs } of announced) {
    const times = [...(last.get(alarmId) ?? []), eventMs].slice(-chatter.times);
    last.set(alarmId, times);
    if (times.length === chatter.times && eventMs - times[0]! <= chatter.withinMs) found.add(alarmId);
  }
  return [...found];
}

function rankActors(announced: readonly JournalEntry[]): BadActor[] {
  const byAlarm = new Map<string, BadActor>();
  for (const { alarmId, assetId, assetName, name } of announced) {
    const count = (byAlarm.get(alarmId)?.count ?? 0) + 1;
    byAlarm.set(alarmId, { alarmId, assetId, assetName, name, count, share: count / announced.length });
  }
  return [...byAlarm.values()].sort((a, b) => b.count - a.count || (a.alarmId < b.alarmId ? -1 : 1));
}

function splitPriorities(announced: readonly JournalEntry[]): PriorityShare[] {
  return alarmPriorities.map((priority) => {
    const count = announced.filter((entry) => entry.priority === priority).length;
    return { priority, count, share: numberOrZero(count / announced.length), target: priorityTargets[priority] };
  });
}

function shareAbove(counts: ArrayLike<number>, most: number): number {
  const above = Array.from(counts).filter((count) => count > most).length;
  return numberOrZero(above / counts.length);
}

function numberOrZero(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
