/** Begins a report and brings it to the reader: on the screen, as JSON, as Markdown. */
import { writeFileSync } from 'node:fs';
import { compareAll } from './goals';
import { describeMachine, explain } from './machine';
import type { Report } from './report';
import { formatReport } from './table';

/** Where a report is written besides the screen; null for nowhere. */
export interface ReportFiles {
  readonly json: string | null;
  readonly markdown: string | null;
}

/** Begins the report of `command`; how to read the engine's table is noted where there will be one. */
export function beginReport(command: string, hasEngine = true): Report {
  return {
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    browser: null,
    adapter: null,
    hasSoftwareGpu: true,
    seconds: 0,
    measurements: [],
    comparisons: [],
    figures: [],
    absences: [],
    notes: hasEngine ? explain() : []
  };
}

/** Compares, prints and writes. False where a subject was wrong. */
export function finishReport(report: Report, seconds: number, { json, markdown }: ReportFiles): boolean {
  report.seconds = seconds;
  report.comparisons = compareAll(report.measurements, report.hasSoftwareGpu);
  console.log(formatReport(report, 'text'));
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (markdown) writeFileSync(markdown, formatReport(report, 'markdown'));
  return !report.absences.some(({ isWrong }) => isWrong);
}
