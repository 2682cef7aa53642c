/** Notifications as words a person reads. */
import type { Alarm } from '../domain/alarm';
import { priorityWord } from './alarm-words';

/** What a system notification says of the most urgent of `count` new alarms. */
export function writeSystemNotice(alarm: Alarm, count: number): { title: string; body: string } {
  const more = count > 1 ? `, and ${count - 1} more` : '';
  return { title: `${priorityWord(alarm.priority)}: ${alarm.name}`, body: `${alarm.assetName}${more}` };
}

const channelWords = { webhook: 'Webhook', email: 'E-mail', alertmanager: 'Alertmanager' } as const;
export type NotifyChannelKind = keyof typeof channelWords;
export const notifyChannelKinds = Object.keys(channelWords) as NotifyChannelKind[];
export const notifyChannelWord = (kind: NotifyChannelKind): string => channelWords[kind];
