/**
 * Messages as alerts of Prometheus' Alertmanager (`POST /api/v2/alerts`). An alert is known there by its labels: the alarm, its pump and its
 * severity, for that is what people route by. It lasts until it is resolved: the alarm has returned, or something hides it, and then it
 * fires again when it shows again. One whose pump goes to another group ends there, and is another alert. Messages may come late, and a
 * critical one before an earlier one: whatever comes fires only what stands now, as urgent as it is now. Should the end never come, it ends by
 * itself.
 */
import { alarmPriorities, type AlarmPriority } from '../../lib/domain/alarm';
import { describeNotice } from './message-text';
import { isEnd } from './notice';
import type { Message, MessageNotice, Notifier } from './notifier';
import { post } from './post';
import type { Network } from './reachable';
import type { Channel } from './recipient';

/** What the interface takes. */
export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
}

const longestMs = 30 * 86_400_000;
const testMs = 60_000;

/** Creates the adapter. */
export function createAlertmanager(
  { url, secret }: Extract<Channel, { kind: 'alertmanager' }>,
  network: Network,
  nowMs: () => number
): Notifier {
  return {
    async send(message, signal) {
      const headers: Record<string, string> = { 'Content-Type': 'application/json', 'User-Agent': 'Pumpside' };
      if (secret !== '') headers.Authorization = `Bearer ${secret}`;
      const body = JSON.stringify(makeAlerts(message, nowMs()));
      const sent = await post(network, { url: `${url.replace(/\/+$/, '')}/api/v2/alerts`, headers, body }, signal);
      return sent.ok ? sent : { ...sent, gone: false };
    }
  };
}

/** The alerts of a message: of each that it is about, as it stands now. */
export function makeAlerts(message: Message, nowMs: number): Alert[] {
  if (message.kind === 'test') {
    const labels = { alertname: 'PumpsideTest', severity: 'low', source: 'pumpside' };
    return [{ labels, annotations: { summary: 'A test' }, startsAt: time(nowMs), endsAt: time(nowMs + testMs) }];
  }
  const told = new Map<string, MessageNotice[]>();
  for (const notice of message.notices) told.set(alertOf(notice), [...(told.get(alertOf(notice)) ?? []), notice]);
  const standing = new Map(message.standing.filter((each) => !isOver(each)).map((each) => [alertOf(each), each]));
  // Without those told by a version that took no note of what stands: they fire and end by their own notices.
  const known = new Set(message.standing.map(({ occurrenceId }) => occurrenceId));
  return [...told].flatMap(([alert, notices]) => {
    const notice = notices.at(-1)!;
    const now = standing.get(alert);
    const shown = now ?? notice;
    const others = alarmPriorities
      .filter((priority) => priority !== shown.priority)
      .map((priority) => makeAlert(shown, priority, true, nowMs));
    const hasEnded = isOver(notice) || (!now && known.has(notice.occurrenceId));
    // What stands there again, or anew, has a notice of its own.
    if (now && hasEnded) return others;
    const own = makeAlert(shown, shown.priority, hasEnded, nowMs);
    // What it was called before its priority became another must not go on by itself.
    const isFirst = [shown, ...notices].every(
      ({ kind, occurrenceId }) => kind === 'announced' && occurrenceId === shown.occurrenceId
    );
    return isFirst && !hasEnded ? [own] : [own, ...others];
  });
}

/** What an alert is known by, besides its severity. */
function alertOf({ alarmId, group, name }: MessageNotice): string {
  return JSON.stringify([alarmId, group, name]);
}

function isOver({ kind, returnedMs, hiddenMs }: MessageNotice): boolean {
  return isEnd(kind) || returnedMs !== null || hiddenMs !== null;
}

function makeAlert(notice: MessageNotice, severity: AlarmPriority, isOver: boolean, nowMs: number): Alert {
  const { alarmId, assetId, assetName, group, name, occurrenceId, raisedMs, returnedMs, hiddenMs } = notice;
  // Alarms of a recording that is played again, or of a clock that is ahead, lie elsewhere in time.
  const startMs = Math.min(raisedMs, nowMs);
  const endMs = isOver ? Math.max(startMs, Math.min(returnedMs ?? hiddenMs ?? nowMs, nowMs)) : nowMs + longestMs;
  return {
    labels: { alertname: name || 'alarm', alarm: alarmId, asset: assetId, group, severity, source: 'pumpside' },
    annotations: { summary: describeNotice(notice), asset_name: assetName, occurrence: occurrenceId },
    startsAt: time(startMs),
    endsAt: time(endMs)
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
