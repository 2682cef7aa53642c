/** Node's side of `preparation.ts`: bundles it, runs it in a page, and makes the model that the pumps get. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import type { Golden, Manifest } from '$lib/domain/manifest';
import { bundleScript } from './bundle';
import type { Plant, Preparation, Stored } from './preparation';
import { root } from './site';

const bundled = () => bundleScript(join(import.meta.dirname, 'preparation.ts'));

/** The shipped model as one for readings `stepMs` apart: the same network and cost, and limits that mean nothing at that pace. */
export function loadModel(stepMs: number): Pick<Plant, 'manifest' | 'weights' | 'golden'> {
  const folder = join(root, 'models/sample-pump-1');
  const read = <T>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
  const bytes = readFileSync(join(folder, 'weights.bin'));
  const weights = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return {
    manifest: { ...read<Manifest>('manifest.json'), id: `bench-${stepMs}`, stepMs },
    weights: [...weights],
    golden: read<Golden>('golden.json')
  };
}

/** Puts a plant on record; the page is left at an address of the app's origin that runs nothing. */
export async function setUpPlant(page: Page, origin: string, plant: Plant): Promise<void> {
  await page.goto(`${origin}/api/ping`);
  await page.evaluate(await bundled());
  await page.evaluate((plant) => (globalThis as unknown as Prepared).preparation.setUp(plant), plant);
}

/** What the running app has stored of these pumps. */
export async function readStored(page: Page, assetIds: string[], modelId: string): Promise<Stored> {
  await page.evaluate(await bundled());
  return page.evaluate(
    ({ assetIds, modelId }) => (globalThis as unknown as Prepared).preparation.readStored(assetIds, modelId),
    { assetIds, modelId }
  );
}

interface Prepared {
  preparation: Preparation;
}
