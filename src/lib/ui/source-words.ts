/** The words of live sources: their kinds, how they stand, what they lost, and what their clock did. Sentences stand alone. */
import type { LiveSource } from '../domain/live';
import type { LossKind, SerialLine, SourceKind, SourceState, WireFormat } from '../domain/source';
import { formatDuration, formatNumber, formatTime } from './format';

const kindWords: Record<SourceKind, { title: string; note: string }> = {
  twin: { title: 'Simulated pump', note: 'Pumps computed here, with faults to inject. Nothing to plug in.' },
  websocket: { title: 'WebSocket', note: 'A gateway that sends JSON, SenML, InfluxDB lines or CSV.' },
  mqtt: { title: 'MQTT', note: 'A broker that speaks WebSocket; plain JSON topics or Sparkplug B.' },
  serial: { title: 'Serial lines', note: 'A USB or RS-232 device that writes JSON or CSV lines.' },
  modbus: { title: 'Modbus RTU', note: 'Drives and sensors on RS-485, read only.' }
};

const formatWords: Record<WireFormat, string> = {
  auto: 'Automatic',
  json: 'JSON',
  senml: 'SenML',
  influx: 'InfluxDB lines',
  csv: 'CSV with a header line'
};

const lossWords: Record<LossKind, [one: string, many: string]> = {
  unreadable: ['message could not be read', 'messages could not be read'],
  'sequence-gap': ['message was lost on the way', 'messages were lost on the way'],
  timeout: ['request had no answer in time', 'requests had no answer in time'],
  dropped: [
    'reading was dropped because this device could not keep up',
    'readings were dropped because this device could not keep up'
  ]
};

/** What each count of readings that were not the newest means. */
const orderWords: Record<'late' | 'duplicates' | 'backfilled' | 'ahead', [one: string, many: string]> = {
  late: [
    'reading came late: kept and scored, no state changed by it',
    'readings came late: kept and scored, no state changed by them'
  ],
  duplicates: ['reading came twice and counts once', 'readings came twice and count once'],
  backfilled: [
    'reading was stored by the source and sent later: kept, no state changed by it',
    'readings were stored by the source and sent later: kept, no state changed by them'
  ],
  ahead: ['reading was stamped in the future and is left out', 'readings were stamped in the future and are left out']
};

/** What a kind of source is called, and what it is for. */
export function sourceKindWords(kind: SourceKind): { title: string; note: string } {
  return kindWords[kind];
}

/** Which port it is: `USB 0403:6001`, and its number where others like it may be plugged in. */
export function portText(port: SerialLine['port']): string {
  if (!port) return 'the only port allowed';
  const hex = (id: number) => id.toString(16).padStart(4, '0');
  const ids = `USB ${hex(port.usbVendorId)}:${hex(port.usbProductId)}`;
  return port.place ? `${ids}, number ${port.place + 1} of its kind` : ids;
}

/** How messages are written. */
export function wireFormatWord(format: WireFormat): string {
  return formatWords[format];
}

/** How a source stands, in one clause: `Live since 13:02`, `Waiting: tries again in 12 s`. */
export function sourcePhaseText({ phase, sinceMs, attempt, nextTryMs }: SourceState, nowMs: number): string {
  switch (phase) {
    case 'connecting':
      return attempt > 1 ? `Connecting, try ${formatNumber(attempt)}` : 'Connecting';
    case 'open':
      return `Live since ${formatTime(sinceMs)} UTC`;
    case 'waiting':
      return nextTryMs === null
        ? 'Waiting'
        : `Waiting: tries again in ${formatDuration(Math.max(1, Math.ceil((nextTryMs - nowMs) / 1000)) * 1000)}`;
    case 'refused':
      return 'Refused: the same again cannot help';
    case 'closed':
      return 'Closed';
  }
}

/** `3 messages could not be read`. */
export function lossText(kind: LossKind, count: number): string {
  return counted(count, lossWords[kind]);
}

/** One sentence for each count of readings that were not the newest of their pump, where there is any. */
export function orderTexts(source: Pick<LiveSource, keyof typeof orderWords>): string[] {
  return (Object.keys(orderWords) as (keyof typeof orderWords)[])
    .filter((key) => source[key] > 0)
    .map((key) => counted(source[key], orderWords[key]));
}

/** What the clock of a source did, as a sentence with the likely reason as a question. */
export function clockText({ atMs, byMs, isWholeHours, isJump }: NonNullable<LiveSource['clock']>): string {
  const size = formatDuration(Math.abs(byMs));
  const reason = isWholeHours ? ': summer time or a wrong time zone?' : ': is it set by hand, or without a network?';
  return isJump
    ? `The clock of this source jumped ${byMs < 0 ? 'back' : 'ahead'} by ${size} at ${formatTime(atMs)} UTC${reason}`
    : `The clock of this source is ${size} ${byMs < 0 ? 'behind' : 'ahead of'} this device's, seen at ${formatTime(atMs)} UTC${reason}`;
}

function counted(count: number, [one, many]: [string, string]): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
