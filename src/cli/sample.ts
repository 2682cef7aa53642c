import { writeFile } from 'node:fs/promises';
import type { ReadingBlock } from '../lib/domain/reading-block';
import { createMonitor } from '../lib/monitor/monitor';
import { sensors } from '../lib/simulate/sensors';
import { sampleSeed, simulateSamplePump } from '../lib/simulate/sample';
import { createLineWriter, writeHeader } from './csv-lines';
import { openEngine } from './engine';
import { learn } from './learn';
import { writeModel } from './model-folder';
import { findRecipe } from './recipe';
import { writeReport } from './report';
import { need } from './usage';

const sampleModelId = 'sample-pump-1';

/** `sample [--csv FILE] [--out DIR]`: writes the sample pump's readings, and trains and writes the model shipped for it. */
export async function makeSample(out?: string, csv?: string): Promise<void> {
  need(out ?? csv, '--out DIR or --csv FILE');
  const { block, channels, healthyToMs } = simulateSamplePump({ seed: sampleSeed, assetId: 'sample-pump' });
  if (csv !== undefined) await writeFile(csv, writeReadings(block));
  if (out === undefined) return;
  const { artifact, detector } = await learn({
    name: 'Sample pump',
    id: sampleModelId,
    blocks: [block],
    channels,
    recipe: findRecipe('pump'),
    range: { t0Ms: block.t[0]!, t1Ms: healthyToMs },
    family: await openEngine()
  });
  const monitor = createMonitor({ assetId: 'sample-pump', manifest: artifact.manifest, detector });
  await monitor.push(block);
  const command = `npm run -s pumpside -- sample --out models/${sampleModelId}`;
  await writeModel(out, artifact, writeReport(artifact.manifest, monitor.findings(), command));
  process.stdout.write(`${out}: ${monitor.findings().length} findings in the sample recording\n`);
}

function writeReadings({ t, channels, columns }: ReadingBlock): string {
  const writeLine = createLineWriter(sensors.map(({ stepsPerUnit }) => stepsPerUnit));
  const lines = Array.from(t, (tMs, row) =>
    writeLine(
      tMs,
      columns.map((column) => column[row]!)
    )
  );
  return writeHeader(channels) + lines.join('');
}
