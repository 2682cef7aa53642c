/**
 * The table of an evaluation: per method one row over all recordings. Row counts and events are pooled; rank metrics are taken
 * per recording and averaged without weights. Plain data, and the same as Markdown.
 */
import { countConfusion, f1, farPct, marPct, poolConfusions, type Confusion } from './confusion';
import {
  countEvents,
  falseEpisodesPerHour,
  farAfterEndPct,
  farBeforeOnsetPct,
  medianDelayS,
  poolEvents,
  type EventCounts
} from './events';
import type { MethodScore } from './method-score';
import { averagePrecision, rocAuc } from './rank';

/** The test rows of one recording: stamps (ms), truth (0 or 1) and what each method says of them. */
export interface EvaluatedFile {
  name: string;
  t: Float64Array;
  truth: Uint8Array;
  /** Nominal time a row stands for, ms. */
  stepMs: number;
  methods: readonly MethodScore[];
}

/** One method over all recordings that have it. A metric that is undefined is null. */
export interface ReportRow {
  method: string;
  rule: string;
  lookaheadRows: number;
  files: number;
  confusion: Confusion;
  f1: number | null;
  farPct: number | null;
  marPct: number | null;
  rocAuc: number | null;
  averagePrecision: number | null;
  /** Recordings whose known rows are of one class only: they are in neither mean. */
  oneClassFiles: number;
  events: EventCounts;
  medianDelayS: number | null;
  farBeforeOnsetPct: number | null;
  farAfterEndPct: number | null;
  falseEpisodesPerHour: number | null;
  mergedFalseEpisodesPerHour: number | null;
}

/** Pools recordings into one row per method, in the order in which the methods first appear. */
export function tabulate(files: readonly EvaluatedFile[]): ReportRow[] {
  const names = new Set(files.flatMap((file) => file.methods.map((method) => method.name)));
  return [...names].map((name) => tabulateMethod(name, files));
}

function tabulateMethod(name: string, files: readonly EvaluatedFile[]): ReportRow {
  const runs = files.flatMap((file) =>
    file.methods.filter((method) => method.name === name).map((method) => ({ file, method }))
  );
  const { rule, lookaheadRows } = runs[0]!.method;
  const confusion = poolConfusions(runs.map(({ file, method }) => countConfusion(file.truth, method.flags)));
  const events = poolEvents(
    runs.map(({ file, method }) =>
      countEvents(file.truth, method.flags, file.t, { stepMs: file.stepMs, lookaheadRows: method.lookaheadRows })
    )
  );
  const areas = runs.map(({ file, method }) => rocAuc(file.truth, method.score));
  const episodes = falseEpisodesPerHour(events);
  return {
    method: name,
    rule,
    lookaheadRows,
    files: runs.length,
    confusion,
    f1: f1(confusion),
    farPct: farPct(confusion),
    marPct: marPct(confusion),
    rocAuc: meanKnown(areas),
    averagePrecision: meanKnown(runs.map(({ file, method }) => averagePrecision(file.truth, method.score))),
    oneClassFiles: areas.filter((area) => area === null).length,
    events,
    medianDelayS: medianDelayS(events),
    farBeforeOnsetPct: farBeforeOnsetPct(events),
    farAfterEndPct: farAfterEndPct(events),
    falseEpisodesPerHour: episodes.raw,
    mergedFalseEpisodesPerHour: episodes.merged
  };
}

function meanKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The table as Markdown. An undefined metric reads "null", never 0; recordings left out of a mean are named by their count. */
export function formatMarkdown(table: readonly ReportRow[]): string {
  const head = columns.map(([title]) => title);
  const body = table.map((row) => columns.map(([, cell]) => cell(row)));
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const columns: readonly (readonly [title: string, cell: (row: ReportRow) => string])[] = [
  ['method', (row) => row.method],
  ['rule', (row) => row.rule],
  ['look-ahead rows', (row) => String(row.lookaheadRows)],
  ['files', (row) => String(row.files)],
  ['F1', (row) => fixed(row.f1, 3)],
  ['FAR %', (row) => fixed(row.farPct, 1)],
  ['MAR %', (row) => fixed(row.marPct, 1)],
  ['ROC-AUC mean', (row) => fixed(row.rocAuc, 3) + leftOut(row)],
  ['AP mean', (row) => fixed(row.averagePrecision, 3) + leftOut(row)],
  ['events', (row) => `${row.events.detected}/${row.events.events}`],
  ['median delay s', (row) => fixed(row.medianDelayS, 1)],
  ['FAR before onset %', (row) => fixed(row.farBeforeOnsetPct, 1)],
  ['FAR after end %', (row) => fixed(row.farAfterEndPct, 1)],
  ['files with early alarm', (row) => String(row.events.earlyFiles)],
  ['false episodes/h', (row) => fixed(row.falseEpisodesPerHour, 1)],
  ['merged', (row) => fixed(row.mergedFalseEpisodesPerHour, 1)],
  ['unknown rows', (row) => String(row.confusion.unknown)]
];

function leftOut({ oneClassFiles }: ReportRow): string {
  return oneClassFiles === 0 ? '' : ` (${oneClassFiles} null)`;
}

function fixed(value: number | null, digits: number): string {
  return value === null ? 'null' : value.toFixed(digits);
}
