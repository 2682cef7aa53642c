/** Which notices go to whom, and with which others: the step between the journal and the queue. Pure. */
import type { JournalEntry } from '../../lib/domain/alarm';
import { endOfQuiet } from './due';
import { isWanted, keyOf, noteTold, readNotice, type Notice, type Told } from './notice';
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
  get(routeId: string, occurrenceId: string): Told | undefined;
  set(routeId: string, occurrenceId: string, told: Told): void;
}

/** Plans for changes in their order, and notes in the book what is told. */
export function planNotices(changes: Change[], recipients: Recipient[], book: ToldBook, nowMs: number): Planned[] {
  const planned: Planned[] = [];
  for (const { rev, entry, group } of changes) {
    const notice = readNotice(entry, group);
    if (notice === null) continue;
    for (const recipient of recipients) {
      const told = book.get(recipient.id, notice.occurrenceId);
      const wanted = isWanted(recipient, notice, told);
      const next = noteTold(notice, told, wanted);
      if (next && next !== told) book.set(recipient.id, notice.occurrenceId, next);
      if (!wanted) continue;
      const fromMs = mayWait(recipient, notice) ? endOfQuiet(recipient.quiet, nowMs) : nowMs;
      const place = { bundle: bundleOf(recipient, notice), fromMs, dueMs: fromMs + recipient.bundleMs };
      planned.push({ routeId: recipient.id, key: keyOf(notice), rev, notice, ...place });
    }
  }
  return planned;
}

/**
 * Whether quiet hours hold it. What is critical wakes people; what becomes of it does, too, or they would act on what is no longer so. What
 * ends an alert in a place that shows them wakes nobody.
 */
function mayWait({ channel }: Recipient, { kind, priority }: Notice): boolean {
  const isEnd = kind === 'returned' || kind === 'hidden' || kind === 'ended';
  return priority !== 'critical' && !(isEnd && showsStanding(channel));
}

function bundleOf({ bundleBy }: Recipient, { alarmId, assetId, group }: Notice): string {
  // Pumps of no group have nothing in common.
  if (bundleBy === 'group' && group !== '') return `group ${group}`;
  return bundleBy === 'nothing' ? `alarm ${alarmId}` : `asset ${assetId}`;
}
