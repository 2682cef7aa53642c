import { createMonitor } from '../lib/monitor/monitor';
import { joinBlocks } from '../lib/prepare/blocks';
import { writeFindingsCsv } from '../lib/report/findings-csv';
import { openEngine } from './engine';
import { readModel } from './model-folder';
import { readRecording } from './recording';
import { need } from './usage';

/** `score FILE --model DIR [--json]`: findings as CSV, or with `--json` one object with state, findings and a score per row (null where unknown). */
export async function score(file: string | undefined, model: string | undefined, asJson: boolean): Promise<void> {
  const path = need(file, 'FILE, the readings');
  const folder = need(model, '--model DIR');
  const recording = await readRecording(path);
  const { artifact, detector } = await readModel(folder, await openEngine());
  const monitor = createMonitor({ assetId: recording.name, manifest: artifact.manifest, detector });
  const { scores, flags } = await monitor.push(joinBlocks(recording.blocks));
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
