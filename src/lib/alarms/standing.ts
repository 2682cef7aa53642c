/** From when to when alarms stood before people (UNACK or ACKED), from the journal. Must not know targets. */
import type { AlarmState, JournalEntry } from '../domain/alarm';

export const dayMs = 86_400_000;
const shown: readonly AlarmState[] = ['UNACK', 'ACKED'];

/** One stretch. `untilMs` is the end of what is looked at where it still stands then. */
export interface Standing {
  alarmId: string;
  sinceMs: number;
  untilMs: number;
  isOpen: boolean;
  isAcknowledged: boolean;
  /** True where it ended because the condition did; false where it was hidden, or stands. */
  hasReturned: boolean;
}

/** The stretches of all alarms, from entries in time order. */
export function findStanding(entries: readonly JournalEntry[], toMs: number): Standing[] {
  const ended: Standing[] = [];
  const open = new Map<string, Standing>();
  for (const { alarmId, eventMs, event, to } of entries) {
    const stands = open.get(alarmId);
    if (!shown.includes(to)) {
      if (!stands) continue;
      open.delete(alarmId);
      ended.push({ ...stands, untilMs: eventMs, isOpen: false, hasReturned: event === 'return' });
    } else if (!stands) {
      const isAcknowledged = to === 'ACKED';
      open.set(alarmId, {
        alarmId,
        sinceMs: eventMs,
        untilMs: toMs,
        isOpen: true,
        isAcknowledged,
        hasReturned: false
      });
    } else if (event === 'acknowledge') stands.isAcknowledged = true;
  }
  return [...ended, ...open.values()];
}

/** The largest number of alarms that were stale, standing for more than a day, on any day from `fromMs` on. */
export function mostStaleInADay(standing: readonly Standing[], fromMs: number, toMs: number): number {
  const days = new Uint32Array(toMs > fromMs ? Math.ceil((toMs - fromMs) / dayMs) : 0);
  for (const { sinceMs, untilMs } of standing) {
    const staleMs = sinceMs + dayMs;
    if (untilMs <= staleMs) continue;
    const first = Math.max(0, Math.floor((staleMs - fromMs) / dayMs));
    const last = Math.min(days.length - 1, Math.floor((untilMs - 1 - fromMs) / dayMs));
    for (let day = first; day <= last; day++) days[day]! += 1;
  }
  return days.reduce((most, count) => Math.max(most, count), 0);
}
