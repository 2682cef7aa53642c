/** A model as a folder: manifest.json, weights.bin (little-endian 32-bit floats), golden.json, and a report for people. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelArtifact } from '../lib/domain/manifest';
import type { Detector, DetectorFamily } from '../lib/domain/ports';
import { checkGolden, parseArtifact } from '../lib/models/artifact';
import { InputError, UsageError } from './usage';

/** Writes the folder; it is made where it is missing. */
export async function writeModel(
  folder: string,
  { manifest, weights, golden }: ModelArtifact,
  report: string
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, 'weights.bin'), weights);
  await writeFile(join(folder, 'golden.json'), `${JSON.stringify(golden)}\n`);
  await writeFile(join(folder, 'REPORT.md'), report);
}

/** Reads and checks the folder, golden vectors included; a model that scores otherwise than it should is refused. */
export async function readModel(
  folder: string,
  family: DetectorFamily
): Promise<{ artifact: ModelArtifact; detector: Detector }> {
  const [manifest, bytes, golden] = await Promise.all([
    readJson(join(folder, 'manifest.json')),
    readPart(join(folder, 'weights.bin')),
    readJson(join(folder, 'golden.json'))
  ]);
  if (bytes.length % 4 !== 0) {
    throw new UsageError(`${join(folder, 'weights.bin')}: ${bytes.length} bytes, expected a multiple of 4`);
  }
  const weights = new Float32Array(Uint8Array.from(bytes).buffer);
  const artifact = await parseArtifact(manifest, weights, golden);
  if (!artifact.ok) throw new InputError(artifact.fault);
  const detector = await family.load(artifact.value.manifest, artifact.value.weights);
  if (!detector.ok) throw new InputError(detector.fault);
  const replayed = await checkGolden(detector.value, artifact.value.golden);
  if (!replayed.ok) throw new InputError(replayed.fault);
  return { artifact: artifact.value, detector: detector.value };
}

async function readPart(path: string): Promise<Buffer> {
  return readFile(path).catch(() => {
    throw new UsageError(`${path}: cannot be read, expected a part of a model`);
  });
}

async function readJson(path: string): Promise<unknown> {
  const text = (await readPart(path)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: no valid JSON (${(error as Error).message})`);
  }
}
