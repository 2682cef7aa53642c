import { ScoreStatus } from '../lib/domain/score';
import { createMonitor } from '../lib/monitor/monitor';
import { joinBlocks } from '../lib/prepare/blocks';
import { writeFindingsCsv } from '../lib/report/findings-csv';
import { openEngine } from './engine';
import { readModel } from './model-folder';
import { readRecording } from './recording';
import { need, UsageError } from './usage';

/** `score FILE --model DIR [--json]`: findings as CSV, or with `--json` one object with state, findings and a score per row (null where unknown). */
export async function score(
  file: string | undefined,
  model: string | undefined,
  asJson: boolean,
  answers: string[] = []
): Promise<void> {
  const path = need(file, 'FILE, the readings');
  const folder = need(model, '--model DIR');
  const recording = await readRecording(path, answers);
  const { artifact, detector } = await readModel(folder, await openEngine());
  const given = new Set(recording.channels.map(({ name }) => name));
  const absent = artifact.manifest.channels.filter(({ name }) => !given.has(name)).map(({ name }) => name);
  if (absent.length > 0) throw new UsageError(`${recording.name}: lacks what the model needs: ${absent.join(', ')}`);
  const monitor = createMonitor({ assetId: recording.name, manifest: artifact.manifest, detector });
  const { scores, flags } = await monitor.push(joinBlocks(recording.blocks));
  const unknown = scores.status.filter((status) => status !== ScoreStatus.scored).length;
  const { condition, reason } = monitor.state();
  // An empty list of findings must not be taken for a healthy pump.
  process.stderr.write(
    `state at the end: ${condition} (${reason}); ${unknown} of ${scores.t.length} rows without a score\n`
  );
  if (!asJson) return void process.stdout.write(writeFindingsCsv(monitor.findings()));
  const rows = Array.from(scores.t, (tMs, i) => ({
    t: new Date(tMs).toISOString(),
    score: Number.isNaN(scores.score[i]!) ? null : scores.score[i]!,
    status: scores.status[i]!,
    flag: flags[i]!
  }));
  const { id, threshold } = artifact.manifest;
  process.stdout.write(
    `${JSON.stringify({ file: recording.name, model: id, threshold: threshold.value, state: monitor.state(), findings: monitor.findings(), rows })}\n`
  );
}
