/** Which notices go to whom, and with which others: the step between the journal and the queue. Pure. */
import type { JournalEntry } from '../../lib/domain/alarm';
import { endOfQuiet } from './due';
import { isEnd, isWanted, keyOf, noteTold, readNotice, takesGroup, type Notice, type Told } from './notice';
import { showsStanding, type Recipient } from './recipient';

/** An entry of the journal, its revision, and the group of its pump. */
export interface Change {
  rev: number;
  entry: JournalEntry;
  group: string;
}

/** A notice for a recipient. */
export interface Planned {
  routeId: string;
  /** Of the recipient's notices the only one with this key. */
  key: string;
  rev: number;
  notice: Notice;
  /** What it is sent together with, and between which times, ms: not before the end of quiet hours, not after the time to gather. */
  bundle: string;
  fromMs: number;
  dueMs: number;
}

/** What recipients have been told of occurrences. */
export interface ToldBook {
  /** Whether a notice with that key was planned before: its entry is read again. */
  has(routeId: string, key: string): boolean;
  get(routeId: string, occurrenceId: string): Told | undefined;
  set(routeId: string, occurrenceId: string, told: Told): void;
}

/** What stands at a recipient, or has stood and may again, of a pump whose card has changed. */
export interface Standing {
  recipient: Recipient;
  told: Told & { standing: Notice };
  /** Of the card, and the group that it puts the pump into. */
  rev: number;
  group: string;
}

/** Plans for changes in their order, and notes in the book what is told. */
export function planNotices(changes: Change[], recipients: Recipient[], book: ToldBook, nowMs: number): Planned[] {
  const planned: Planned[] = [];
  for (const { rev, entry, group } of changes) {
    const notice = readNotice(entry, group);
    if (notice === null) continue;
    for (const recipient of recipients) {
      const before = book.get(recipient.id, notice.occurrenceId);
      const wanted = isWanted(recipient, notice, before);
      const isTold = wanted && !book.has(recipient.id, keyOf(notice));
      const told = noteTold(notice, before, wanted);
      const next = told && isTold && showsStanding(recipient.channel) ? noteStanding(notice, told) : told;
      if (next && next !== before) book.set(recipient.id, notice.occurrenceId, next);
      if (!isTold) continue;
      const left = before?.standing && leaveStanding(before.standing, notice);
      if (left) planned.push(planFor(recipient, rev, left, nowMs));
      planned.push(planFor(recipient, rev, notice, nowMs));
    }
  }
  return planned;
}

/**
 * Plans for pumps that have come to another group: what stands ends under the former one, and goes on under the new one where that is wanted.
 * What does not go on is kept until it returns, for the pump may come back.
 */
export function planMoves(moves: Standing[], book: ToldBook, nowMs: number): Planned[] {
  return moves.flatMap(({ recipient, told, rev, group }) => {
    const { standing, returnedMs, hiddenMs } = told;
    if (standing.group === group) return [];
    const goesOn = returnedMs === null && hiddenMs === null && takesGroup(recipient.groups, group);
    const moved: Notice = { ...standing, kind: goesOn ? 'again' : 'left', group, atMs: nowMs, by: '' };
    book.set(recipient.id, standing.occurrenceId, { ...told, standing: returnedMs === null ? moved : null });
    const notices = [leaveStanding(standing, moved), goesOn ? moved : null];
    return notices.flatMap((notice) => (notice ? planFor(recipient, rev, notice, nowMs) : []));
  });
}

/** The notice that ends what stands, where the next one would be about something else there; null where it is the same, or nothing stands. */
function leaveStanding(standing: Notice, next: Notice): Notice | null {
  const isSame = standing.group === next.group && standing.name === next.name;
  return isSame || isEnd(standing.kind) ? null : { ...standing, kind: 'left', atMs: next.atMs, by: '' };
}

function noteStanding(notice: Notice, told: Told): Told {
  if (told.returnedMs !== null) return { ...told, standing: null };
  return { ...told, standing: told.hiddenMs === null ? notice : { ...notice, kind: 'hidden' } };
}

function planFor(recipient: Recipient, rev: number, notice: Notice, nowMs: number): Planned {
  const fromMs = mayWait(recipient, notice) ? endOfQuiet(recipient.quiet, nowMs) : nowMs;
  const place = { bundle: bundleOf(recipient, notice), fromMs, dueMs: fromMs + recipient.bundleMs };
  return { routeId: recipient.id, key: keyOf(notice), rev, notice, ...place };
}

/**
 * Whether quiet hours hold it. What is critical wakes people; what becomes of it does, too, or they would act on what is no longer so. What
 * ends an alert in a place that shows them wakes nobody.
 */
function mayWait({ channel }: Recipient, { kind, priority }: Notice): boolean {
  return priority !== 'critical' && !(isEnd(kind) && showsStanding(channel));
}

function bundleOf({ bundleBy }: Recipient, { alarmId, assetId, group }: Notice): string {
  // Pumps of no group have nothing in common.
  if (bundleBy === 'group' && group !== '') return `group ${group}`;
  return bundleBy === 'nothing' ? `alarm ${alarmId}` : `asset ${assetId}`;
}
