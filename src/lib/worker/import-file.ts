/** Streams files into history block by block, and makes their pumps exist by their records at the very end. */
import type { Asset } from '../domain/asset';
import { storedChannel, type ImportJob, type ImportProgress } from '../domain/import-plan';
import type { History, Records } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';
import { ok, type Result } from '../domain/result';
import { readFiles } from '../ingest/files';
import { createRowReader, type ReadSummary } from '../ingest/row-reader';
import type { SourceFile } from '../ingest/source-file';
import { createBlockJudge } from '../prepare/quality/judge';
import { defaultRules } from '../prepare/quality/rules';

/** Blocks stored per transaction; the next piece is read only after they are stored, so memory stays bounded. */
const blocksPerWrite = 16;

/** Where an import goes, whom it tells, and how it names the pumps it makes. */
export interface ImportTarget {
  history: History;
  records: Records;
  onProgress: (progress: ImportProgress) => void;
  wallMs: () => number;
  newId: () => string;
  /** Keeps others from sweeping an asset's readings until what it returns is called. */
  hold: (assetId: string) => Promise<() => void>;
}

/**
 * Imports the job's files, one pump for each asset in them; returns their ids, in the order in which the assets appear. On any
 * failure all blocks and records of all of them are deleted before the fault is returned or rethrown.
 */
export async function importFiles(
  files: SourceFile[],
  job: ImportJob,
  target: ImportTarget
): Promise<Result<string[]>> {
  const ids = new Map<string, string>();
  const holds = new Map<string, () => void>();
  try {
    const result = await streamFiles(files, job, target, ids, holds);
    if (!result.ok) await undo([...ids.values()], target);
    return result;
  } catch (error) {
    await undo([...ids.values()], target).catch(() => undefined); // the first error is the one to tell; sweep tries again
    throw error;
  } finally {
    for (const release of holds.values()) release();
  }
}

async function undo(ids: string[], { history, records }: ImportTarget): Promise<void> {
  for (const id of ids) {
    await records.deleteAsset(id);
    await history.deleteAsset(id);
  }
}

async function streamFiles(
  files: SourceFile[],
  { fileNames, plan, name }: ImportJob,
  { history, records, onProgress, wallMs, newId, hold }: ImportTarget,
  ids: Map<string, string>,
  holds: Map<string, () => void>
): Promise<Result<string[]>> {
  const idOf = (asset: string): string => {
    const id = ids.get(asset) ?? newId();
    ids.set(asset, id);
    return id;
  };
  const reader = createRowReader(plan, { idOf });
  const channels = plan.channels.filter(({ role }) => role !== 'ignored').map(storedChannel);
  const judge = createBlockJudge(defaultRules(channels.filter(({ role }) => role === 'reading')));
  let waiting: ReadingBlock[] = [];
  const store = async (blocks: ReadingBlock[], least: number): Promise<void> => {
    waiting.push(...blocks.map(judge));
    if (waiting.length < least) return;
    for (const { assetId } of waiting) if (!holds.has(assetId)) holds.set(assetId, await hold(assetId));
    await history.appendReadings(waiting);
    waiting = [];
  };
  const read = await readFiles(files, fileNames, plan, reader, async (bytesRead, bytesTotal) => {
    await store(reader.takeBlocks(), blocksPerWrite);
    onProgress({ bytesRead, bytesTotal, rows: reader.counts.accepted, rejected: reader.rejectedCount });
  });
  if (!read.ok) return read;
  const finished = reader.finish();
  if (!finished.ok) return finished;
  await store(finished.value.blocks, 1);
  const source = fileNames.length === 1 ? fileNames[0]! : `${fileNames[0]!} and ${fileNames.length - 1} more`;
  const common = { createdMs: wallMs(), source, channels, activeModelId: null };
  for (const [index, asset] of finished.value.assets.entries()) {
    const rejected = rejectionsOf(finished.value, index);
    await records.addAsset(
      { ...common, id: idOf(asset.name), ...describe(asset, name), ...rejected.count },
      rejected.rows
    );
  }
  return ok(finished.value.assets.map((asset) => idOf(asset.name)));
}

/** A pump is called as the file calls it, behind the name the person gave the import. */
function describe(
  asset: ReadSummary['assets'][number],
  name: string
): Pick<Asset, 'name' | 'rows' | 't0Ms' | 't1Ms' | 'stepMs'> {
  const { rows, t0Ms, t1Ms, stepMs } = asset;
  return { name: asset.name === '' ? name : `${name} ${asset.name}`, rows, t0Ms, t1Ms, stepMs };
}

/** What could not be read is the file's, not one pump's: the first one carries the list. */
function rejectionsOf({ rejected, rejectedCount }: ReadSummary, index: number) {
  return index === 0
    ? { rows: rejected, count: { rejectedRows: rejectedCount } }
    : { rows: [], count: { rejectedRows: 0 } };
}
