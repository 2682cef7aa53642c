/** Findings as a CSV file: one row per finding, times in ISO 8601 UTC, numbers with a decimal point. */
import type { Finding } from '../domain/finding';
import { writeCsv } from './csv';

const columns = [
  'number',
  'start',
  'known_at',
  'end',
  'duration_s',
  'severity',
  'evidence',
  'peak_at',
  'peak_score',
  'threshold',
  'windows',
  'windows_above'
];

/**
 * Writes the findings with every contributing sensor: its share, what was seen and what was expected, in its unit.
 * An open finding has an empty `end` and `duration_s`. Lines end with CRLF (RFC 4180).
 */
export function writeFindingsCsv(findings: Finding[]): string {
  const sensors = Math.max(0, ...findings.map(({ contributions }) => contributions.length));
  const sensorColumns = Array.from({ length: sensors }, (_, i) =>
    ['sensor', 'unit', 'share', 'seen', 'expected'].map((name) => `${name}_${i + 1}`)
  ).flat();
  const rows = findings.map((finding, i) => [
    i + 1,
    writeTime(finding.startMs),
    writeTime(finding.openedMs),
    finding.endMs === null ? '' : writeTime(finding.endMs),
    finding.endMs === null ? '' : (finding.endMs - finding.startMs) / 1000,
    finding.severity,
    finding.evidence,
    writeTime(finding.peakMs),
    finding.peakScore,
    finding.threshold,
    finding.windows,
    finding.windowsAbove,
    ...finding.contributions.flatMap(({ channel, unit, share, seen, expected }) => [
      channel,
      unit,
      share,
      seen,
      expected
    ])
  ]);
  return writeCsv([[...columns, ...sensorColumns], ...rows]);
}

const writeTime = (ms: number) => new Date(ms).toISOString();
