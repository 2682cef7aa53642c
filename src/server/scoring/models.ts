/** The models the server scores with: the folders of `models`, each checked when it is first used, golden vectors included. */
import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectorFamily } from '../../lib/domain/ports';
import { fail, ok, type Result } from '../../lib/domain/result';
import { checkGolden, parseArtifact } from '../../lib/models/artifact';
import type { LiveModel } from '../../lib/monitor/live';

/** What scores where nobody names a model. */
export const defaultModel = 'sample-pump-1';

export interface Models {
  /** Names of the models there are, in order. */
  names(): Promise<string[]>;
  /** The model; `not-found` where there is none of that name, `bad-model` and the like where it may not score. */
  model(name: string): Promise<Result<LiveModel>>;
}

/** Creates the models of a folder; the engine is opened with the first of them. */
export function createModels(folder: string, openEngine: () => Promise<Result<DetectorFamily>>): Models {
  let engine: Promise<Result<DetectorFamily>> | undefined;
  const loaded = new Map<string, Promise<Result<LiveModel>>>();

  async function names(): Promise<string[]> {
    if (!existsSync(folder)) return [];
    const entries = await readdir(folder, { withFileTypes: true });
    const isModel = (name: string) => existsSync(join(folder, name, 'manifest.json'));
    return entries
      .filter((entry) => entry.isDirectory() && isModel(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  async function load(name: string): Promise<Result<LiveModel>> {
    const opened = await (engine ??= openEngine());
    if (!opened.ok) return opened;
    const place = join(folder, name);
    try {
      const [manifest, bytes, golden] = await Promise.all([
        readFile(join(place, 'manifest.json'), 'utf8').then(JSON.parse),
        readFile(join(place, 'weights.bin')),
        readFile(join(place, 'golden.json'), 'utf8').then(JSON.parse)
      ]);
      if (bytes.length % 4 !== 0) {
        return fail('bad-model', `${name}/weights.bin`, `${bytes.length} bytes`, 'a multiple of 4');
      }
      const artifact = await parseArtifact(manifest, new Float32Array(Uint8Array.from(bytes).buffer), golden);
      if (!artifact.ok) return artifact;
      const detector = await opened.value.load(artifact.value.manifest, artifact.value.weights);
      if (!detector.ok) return detector;
      const replayed = await checkGolden(detector.value, artifact.value.golden);
      return replayed.ok ? ok({ manifest: artifact.value.manifest, detector: detector.value }) : replayed;
    } catch (error) {
      return fail('bad-model', name, (error as Error).message, 'manifest.json, weights.bin and golden.json');
    }
  }

  return {
    names,
    async model(name) {
      const known = loaded.get(name);
      if (known) return known;
      // Names that are none must not fill the memory, nor lead out of the folder.
      const all = await names();
      if (!all.includes(name)) return fail('not-found', 'model', name, `one of ${all.join(', ')}`);
      const loading = loaded.get(name) ?? load(name);
      loaded.set(name, loading);
      return loading;
    }
  };
}
