/** A message as people read it: in a mail, and beside an alert. */
import type { Message, MessageNotice } from './notifier';
import { rank } from './notice';

const words: Record<MessageNotice['kind'], string> = {
  announced: 'raised',
  again: 'still stands',
  escalated: 'has become more urgent',
  returned: 'has returned to normal',
  acknowledged: 'was acknowledged',
  hidden: 'is hidden',
  ended: 'has returned to normal, hidden',
  left: 'goes on under another group or name'
};

const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** One line without a break. */
const flat = (text: string) => text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();

/** What it is about, in a line of at most 150 characters. */
export function writeSubject({ kind, notices }: Message): string {
  const [first] = [...notices].sort((a, b) => rank(a.priority) - rank(b.priority));
  if (kind === 'test' || !first) return 'Pumpside: test message';
  const more = notices.length > 1 ? `, and ${notices.length - 1} more` : '';
  const line = `${first.priority}: ${first.assetName || first.assetId}, ${first.name} ${words[first.kind]}`;
  return `Pumpside ${flat(line).slice(0, 120)}${more}`;
}

/** All of it, a line for each notice. */
export function writeText({ kind, notices }: Message): string {
  if (kind === 'test') return 'This is a test of Pumpside’s notifications. Nothing has happened.\n';
  return `${notices.map(describeNotice).join('\n')}\n`;
}

/** A notice in a line. */
export function describeNotice(notice: MessageNotice): string {
  const { kind, assetName, assetId, group, name, priority, value, limit, unit, atMs, returnedMs, hiddenMs, by } =
    notice;
  const isEnd = kind === 'returned' || kind === 'ended';
  const place = `${assetName || assetId}${group ? ` (${group})` : ''}`;
  const write = (figure: number) => `${Number(figure.toPrecision(6))}${unit ? ` ${unit}` : ''}`;
  const figure = value === null ? '' : `, value ${write(value)}${limit === null ? '' : `, limit ${write(limit)}`}`;
  const person = kind === 'acknowledged' && by ? ` by ${by}` : '';
  const when = isEnd ? (returnedMs ?? atMs) : atMs;
  return flat(
    `${time(when)}  ${priority}  ${place}: ${name} ${words[kind]}${person}${figure}${isEnd ? '' : sinceThen(returnedMs, hiddenMs)}`
  );
}

/** A message that comes late must not sound as if it were so still. */
function sinceThen(returnedMs: number | null, hiddenMs: number | null): string {
  if (returnedMs !== null) return `; returned to normal at ${time(returnedMs)}`;
  return hiddenMs === null ? '' : `; hidden (shelved, suppressed or out of service) since ${time(hiddenMs)}`;
}
