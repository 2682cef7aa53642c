/** The models shipped with the app, from the top-level `models/`. Their weights have a hashed address and are cached for offline use. */
import type { ModelArtifact } from '../domain/manifest';
import { fail, type Result } from '../domain/result';
import { parseArtifact } from '../models/artifact';

const manifests = import.meta.glob('/models/*/manifest.json', { import: 'default' });
const goldens = import.meta.glob('/models/*/golden.json', { import: 'default' });
const weightUrls = import.meta.glob<string>('/models/*/weights.bin', { query: '?url', import: 'default', eager: true });

/** Loads and checks a shipped model; `not-found` names those there are. */
export async function loadShipped(name: string): Promise<Result<ModelArtifact>> {
  const manifest = manifests[`/models/${name}/manifest.json`];
  const golden = goldens[`/models/${name}/golden.json`];
  const weightsUrl = weightUrls[`/models/${name}/weights.bin`];
  if (!manifest || !golden || !weightsUrl)
    return fail('not-found', 'shipped model', name, Object.keys(manifests).join(', '));
  const response = await fetch(weightsUrl);
  if (!response.ok) return fail('bad-model', weightsUrl, `status ${response.status}`, 'the weights');
  const weights = new Float32Array(await response.arrayBuffer());
  return parseArtifact(await manifest(), weights, await golden());
}
