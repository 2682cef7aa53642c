import { joinBlocks } from '../lib/prepare/blocks';
import { proposeHealthyRange } from '../lib/prepare/healthy';
import { createMonitor } from '../lib/monitor/monitor';
import { openEngine } from './engine';
import { learn } from './learn';
import { writeModel } from './model-folder';
import { findRecipe } from './recipe';
import { readRecording } from './recording';
import { writeReport } from './report';
import { InputError, need, parseCount } from './usage';

/** `train FILE --recipe NAME --out DIR [--name NAME] [--rows N] [--answer ABOUT=OPTION]…`. */
export async function train(
  file?: string,
  recipeName?: string,
  out?: string,
  name?: string,
  rows?: string,
  answers: string[] = []
): Promise<void> {
  const path = need(file, 'FILE, the readings');
  const recipe = findRecipe(need(recipeName, '--recipe NAME'));
  const folder = need(out, '--out DIR');
  const wanted = parseCount(rows, '--rows');
  const recording = await readRecording(path, answers);
  const rule = wanted === undefined ? recipe.healthy : { share: 1, minRows: wanted, maxRows: wanted };
  const range = proposeHealthyRange(recording.blocks, rule);
  if (!range.ok) throw new InputError(range.fault);
  const assetName = name ?? recording.name;
  const { artifact, detector } = await learn({
    ...recording,
    name: assetName,
    recipe,
    range: range.value,
    family: await openEngine()
  });
  const monitor = createMonitor({ assetId: assetName, manifest: artifact.manifest, detector });
  await monitor.push(joinBlocks(recording.blocks));
  const command = `npm run -s pumpside -- train ${recording.name} --recipe ${recipe.name} --out DIR`;
  await writeModel(folder, artifact, writeReport(artifact.manifest, monitor.findings(), command));
  const { training, threshold } = artifact.manifest;
  process.stdout.write(
    `${folder}: trained on ${training.rows} rows in ${training.seconds.toFixed(1)} s, threshold ${threshold.value.toFixed(4)}, ` +
      `${monitor.findings().length} findings in the recording\n`
  );
}
