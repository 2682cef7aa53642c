/** The alarm journal as a CSV file, with the fields that ISA-18.2 asks an event log for. Times in ISO 8601 UTC. */
import type { JournalEntry } from '../domain/alarm';
import { writeCsv } from './csv';

const columns = [
  'id',
  'event_time',
  'recorded_time',
  'asset',
  'alarm',
  'rule',
  'rule_version',
  'priority',
  'event',
  'from_state',
  'to_state',
  'value',
  'limit',
  'unit',
  'by',
  'reason',
  'device'
];

/** Writes the entries in the order given. Lines end with CRLF (RFC 4180). */
export function writeJournalCsv(entries: JournalEntry[]): string {
  const rows = entries.map((entry) => [
    entry.id,
    writeTime(entry.eventMs),
    writeTime(entry.recordedMs),
    entry.assetName,
    entry.name,
    entry.ruleId,
    entry.ruleVersion,
    entry.priority,
    entry.event,
    entry.from,
    entry.to,
    entry.value ?? '',
    entry.limit ?? '',
    entry.unit ?? '',
    entry.by,
    entry.reason,
    entry.deviceId
  ]);
  return writeCsv([columns, ...rows]);
}

const writeTime = (ms: number) => new Date(ms).toISOString();
