import type { QualityEntry } from '../lib/domain/quality-report';
import { createQualityReporter } from '../lib/prepare/quality/report';
import { readRecording } from './recording';
import { need } from './usage';

/** `quality FILE [--json]`: what the recording is worth to learn from, one line per issue, or with `--json` one object with every check. */
export async function quality(file: string | undefined, asJson: boolean, answers: string[]): Promise<void> {
  const recording = await readRecording(need(file, 'FILE, the readings'), answers);
  const channels = recording.channels.filter(({ role }) => role === 'reading');
  const reporter = createQualityReporter({ channels, stepMs: recording.stepMs });
  for (const block of recording.blocks) reporter.push(block);
  const report = reporter.finish({});
  if (asJson) return void process.stdout.write(`${JSON.stringify({ file: recording.name, ...report })}\n`);
  const issues = report.entries.filter(({ outcome }) => outcome === 'issue');
  process.stderr.write(
    `${recording.name}: ${report.rows} rows, ${report.channels.length} channels; ${issues.length} of ${report.entries.length} checks found an issue\n`
  );
  for (const entry of issues) process.stdout.write(`${lineOf(entry)}\n`);
}

function lineOf({ check, channel, figures, advice }: QualityEntry): string {
  const numbers = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return [check, channel ?? '(recording)', numbers.join(', '), advice].join('\t');
}
