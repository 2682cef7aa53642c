import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeShape } from '../lib/models/autoencoder';
import { openEngine } from './engine';
import { readModel } from './model-folder';
import { need } from './usage';

/** `export --model DIR --out DIR`: the network of a model as TensorFlow.js and Keras know it: `model.json` and `weights.bin`. */
export async function exportModel(model?: string, out?: string): Promise<void> {
  const folder = need(model, '--model DIR');
  const target = need(out, '--out DIR');
  const { artifact } = await readModel(folder, await openEngine());
  const { recipe, channels } = artifact.manifest;
  const { writeLayersModel } = await import('../lib/lstm/tensorflow/layers-file');
  const shape = describeShape(recipe.model, recipe.window.steps, channels.length);
  const { json, weights } = await writeLayersModel(shape, artifact.weights, 'weights.bin');
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'model.json'), json);
  await writeFile(join(target, 'weights.bin'), weights);
  process.stdout.write(
    `${target}: windows of ${shape.steps} rows by ${shape.channels} channels, scaled; the scales stand in ${join(folder, 'manifest.json')}\n`
  );
}
