/**
 * What is told of a change in the alarm journal, and to whom: routing by group and priority, and the key by which nothing is told twice.
 * There is no escalation besides that of the alarm's own priority. While an alarm is hidden (shelved, suppressed, out of service) people
 * hear nothing of it; places that show alarms as they stand hear that it is hidden. Pure: it does not know the database.
 */
import { alarmPriorities, type AlarmPriority, type AlarmState, type JournalEntry } from '../../lib/domain/alarm';
import { showsStanding, type Recipient } from './recipient';

/**
 * `announced`: raised, and shown. `again`: shown again, because nobody acted or it is no longer hidden. `escalated`: its priority has become
 * more urgent. `returned`: its condition holds no longer, and that can be seen. `hidden`: it was announced, and somebody or the pump's
 * state hides it now. `ended`: it returned while it was hidden. `left`: it goes by another group or name from now on.
 */
export type NoticeKind =
  'announced' | 'again' | 'escalated' | 'returned' | 'acknowledged' | 'hidden' | 'ended' | 'left';

/** One thing to tell of one occurrence. */
export interface Notice {
  kind: NoticeKind;
  occurrenceId: string;
  alarmId: string;
  ruleId: string;
  deviceId: string;
  assetId: string;
  assetName: string;
  /** Equipment group; empty for none. */
  group: string;
  name: string;
  priority: AlarmPriority;
  value: number | null;
  limit: number | null;
  /** Of both; empty where it is not known. */
  unit: string;
  /** When it happened, ms UTC: the samples' time, or when a person acted. */
  atMs: number;
  /** Who acted; empty where nobody did. */
  by: string;
}

/** What a recipient has been told of an occurrence. */
export interface Told {
  /** The most urgent one. */
  priority: AlarmPriority;
  raisedMs: number;
  returnedMs: number | null;
  /** Since when it is hidden; null while it shows. */
  hiddenMs: number | null;
  /**
   * What a place that shows alarms was told last: it stands there as that says, and not at all where that is `hidden` or `left`. The group is
   * the one that the pump came to last. Null once it has returned, for people, and where it is not known.
   */
  standing: Notice | null;
}

const hiding: readonly AlarmState[] = ['SHLVD', 'DSUPR', 'OOSRV'];
const hides = (state: AlarmState) => hiding.includes(state);
const announces = (state: AlarmState) => state === 'UNACK' || state === 'ACKED';

/** What the entry is worth telling; null for nothing. `group` is the pump's. */
export function readNotice(entry: JournalEntry, group: string): Notice | null {
  const kind = findKind(entry);
  if (kind === null || entry.occurrenceId === null) return null;
  const { occurrenceId, alarmId, ruleId, deviceId, assetId, assetName, name, priority, value, limit, by } = entry;
  const alarm = { occurrenceId, alarmId, ruleId, deviceId, assetId, assetName, group, name, priority };
  return { kind, ...alarm, value, limit, unit: entry.unit ?? '', atMs: entry.eventMs, by };
}

function findKind({ event, from, to }: JournalEntry): NoticeKind | null {
  switch (event) {
    case 'raise':
      return to === 'UNACK' ? 'announced' : null;
    case 'return':
      return hides(to) ? 'ended' : 'returned';
    case 'acknowledge':
      return 'acknowledged';
    case 'reprioritise':
      return announces(to) ? 'escalated' : null;
    default:
      if (announces(from) && hides(to)) return 'hidden';
      // It has come out of hiding as normal: whoever was told of it hears the end now.
      if (hides(from) && to === 'NORM') return 'returned';
      return to === 'UNACK' && from !== 'UNACK' ? 'again' : null;
  }
}

/** What makes the notice one and the same, whenever it is read: the occurrence and the state it came to. */
export function keyOf({ kind, occurrenceId, priority, atMs }: Notice): string {
  if (kind === 'escalated') return `${kind} ${priority} ${occurrenceId}`;
  const isRepeatable = kind === 'again' || kind === 'acknowledged' || kind === 'hidden' || kind === 'left';
  return isRepeatable ? `${kind} ${atMs} ${occurrenceId}` : `${kind} ${occurrenceId}`;
}

/** Whether the recipient wants the notice, after what it has been told of the occurrence. Nobody hears the end of what they never heard of. */
export function isWanted(
  { channel, groups, leastPriority, tellsReturn, tellsAcknowledged }: Recipient,
  { kind, group, priority }: Notice,
  told: Told | undefined
): boolean {
  if (!takesGroup(groups, group)) return false;
  if (kind === 'returned') return told !== undefined && tellsReturn;
  if (kind === 'acknowledged') return told !== undefined && tellsAcknowledged;
  if (kind === 'hidden' || kind === 'ended') return told !== undefined && showsStanding(channel);
  if (kind === 'escalated' && told && rank(priority) >= rank(told.priority)) return false;
  return rank(priority) <= rank(leastPriority);
}

/** Whether alarms of pumps of that group are for a recipient of these groups. */
export function takesGroup(groups: string[] | null, group: string): boolean {
  return groups === null || group === '' || groups.includes(group);
}

/** What the recipient knows of the occurrence after a notice, wanted or not; undefined where it has heard nothing of it. */
export function noteTold(notice: Notice, told: Told | undefined, wanted: boolean): Told | undefined {
  const { kind, atMs, priority } = notice;
  // What has ended while it was hidden ended then, not when it came out of hiding.
  if (kind === 'returned' || kind === 'ended') return told && { ...told, returnedMs: told.returnedMs ?? atMs };
  if (kind === 'hidden') return told && { ...told, hiddenMs: atMs };
  const shown = kind === 'again' && told && told.hiddenMs !== null ? { ...told, hiddenMs: null } : told;
  if (!wanted || kind === 'acknowledged') return shown;
  if (!shown) return { priority, raisedMs: atMs, returnedMs: null, hiddenMs: null, standing: null };
  return rank(priority) < rank(shown.priority) ? { ...shown, priority } : shown;
}

/** Whether nothing stands any more, after the notice, at a place that shows alarms. */
export function isEnd(kind: NoticeKind): boolean {
  return kind === 'returned' || kind === 'hidden' || kind === 'ended' || kind === 'left';
}

/** 0 for the most urgent. */
export function rank(priority: AlarmPriority): number {
  return alarmPriorities.indexOf(priority);
}
