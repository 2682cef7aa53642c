/** A report as text for a terminal, or as Markdown for the repository. */
import type { Figure } from './product/figure';
import type { Comparison, Measurement, Report } from './report';

type Style = 'text' | 'markdown';

/** The whole report: where, what was measured, what it means, what was absent. */
export function formatReport(report: Report, style: Style): string {
  const { machine, browser, adapter, measurements, comparisons, figures, absences, notes } = report;
  const facts = [
    ['command', style === 'markdown' ? `\`${report.command}\`` : report.command],
    ['date', `${report.date}, ${report.seconds.toFixed(0)} s in all`],
    ['machine', `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`],
    ['load before', `${machine.load.toFixed(2)} of ${machine.cores} cores`],
    ['runtime', [browser, `Node ${machine.node}`].filter(Boolean).join('; ')],
    ...(measurements.length > 0 ? [['WebGPU adapter', adapter ?? 'none']] : [])
  ];
  const measured = [
    ['subject', 'task', 'batch', 'runs', 'first, ms', 'median, ms', 'p95, ms', 'windows/s', 'error'],
    ...measurements.map(describeMeasurement)
  ];
  const compared = [['ours', 'measure', 'found', 'goal', ''], ...comparisons.map(describeComparison)];
  const found = [['section', 'measure', 'found', 'goal', ''], ...figures.map(describeFigure)];
  const details = new Map(measurements.map(({ name, detail }) => [name, detail]));
  const list = (lines: string[]) => lines.map((line) => (style === 'markdown' ? `- ${line}` : `  ${line}`)).join('\n');
  const isNumber = (column: number) => column > 1;
  const parts = [
    ...(style === 'markdown' ? ['# Benchmark'] : []),
    list(facts.map((fact) => fact.join(': '))),
    ...[measured, compared, found].filter(({ length }) => length > 1).map((rows) => formatTable(rows, isNumber, style)),
    ...(details.size > 0 ? [list([...details].map(([name, detail]) => `${name}: ${detail}`))] : []),
    ...(absences.length > 0
      ? [list(absences.map(({ name, reason, isWrong }) => `${isWrong ? 'wrong' : 'absent'}: ${name}: ${reason}`))]
      : []),
    list(notes)
  ];
  return `${parts.join('\n\n')}\n`;
}

function describeMeasurement({ name, task, runs, firstMs, medianMs, p95Ms, error, ...rates }: Measurement) {
  const rate =
    rates.multiplyAddsPerSecond !== null
      ? `${(2e-9 * rates.multiplyAddsPerSecond).toFixed(1)} GFLOP/s`
      : formatRate(rates.windowsPerSecond ?? NaN);
  const batch = 'batch' in task ? task.batch.toLocaleString('en') : '';
  const times = [firstMs, medianMs, p95Ms].map(formatMs);
  return [name, task.kind, batch, `${runs}`, ...times, rate, error === null ? '' : error.toExponential(1)];
}

function describeComparison({ measure, ours, value, unit, goal }: Comparison) {
  const say = (value: number) =>
    unit === 'share' ? `${(100 * value).toFixed(0)} %` : `${value.toFixed(value < 10 ? 2 : 1)}×`;
  const verdict = goal === null ? '' : value >= goal ? 'reached' : 'missed';
  return [ours, measure, say(value), goal === null ? '' : `≥ ${say(goal)}`, verdict];
}

function describeFigure({ section, measure, value, unit, goal }: Figure) {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
  const verdict = goal === null ? '' : value <= goal ? 'reached' : 'missed';
  return [section, measure, `${value.toFixed(digits)} ${unit}`, goal === null ? '' : `≤ ${goal} ${unit}`, verdict];
}

const formatRate = (rate: number) => (rate < 10 ? rate.toFixed(2) : Math.round(rate).toLocaleString('en'));

const formatMs = (milliseconds: number) => milliseconds.toFixed(milliseconds < 10 ? 3 : milliseconds < 100 ? 2 : 0);

/** Columns of equal width; the first row is the head. */
function formatTable(rows: string[][], isNumber: (column: number) => boolean, style: Style): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
  );
  const rule = widths.map((width, column) =>
    style === 'markdown' && isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)
  );
  const [head, ...body] = lines;
  const join = (cells: string[]) => (style === 'markdown' ? `| ${cells.join(' | ')} |` : cells.join('  ').trimEnd());
  return [head!, rule, ...body].map(join).join('\n');
}
