/** Streams files into history block by block, and makes their pumps exist by their records at the very end. */
import type { Asset } from '../domain/asset';
import { storedChannel, type ImportJob, type ImportProgress } from '../domain/import-plan';
import type { History, Records } from '../domain/ports';
import { ok, type Result } from '../domain/result';
import { readFiles } from '../ingest/files';
import { createRowReader, type AssetSummary, type ReadSummary } from '../ingest/row-reader';
import type { SourceFile } from '../ingest/source-file';
import { createBlockJudge } from '../prepare/quality/judge';
import { defaultRules } from '../prepare/quality/rules';
import { createBlockWriter, type BlockWriter } from './block-writer';
import { readStretches } from './read-stretches';

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
  const holds = new Map<string, () => void>();
  const writer = createBlockWriter(target.history, async (id) => {
    if (!holds.has(id)) holds.set(id, await target.hold(id));
  });
  try {
    const result = await streamFiles(files, job, target, writer);
    if (!result.ok) await undo([...holds.keys()], target, writer);
    return result;
  } catch (error) {
    await undo([...holds.keys()], target, writer).catch(() => undefined); // the first error is the one to tell; sweep tries again
    throw error;
  } finally {
    for (const release of holds.values()) release();
  }
}

async function undo(ids: string[], { history, records }: ImportTarget, writer: BlockWriter): Promise<void> {
  await writer.settle();
  for (const id of ids) {
    await records.deleteAsset(id);
    await history.deleteAsset(id);
  }
}

async function streamFiles(
  files: SourceFile[],
  { fileNames, plan, name }: ImportJob,
  { history, records, onProgress, wallMs, newId }: ImportTarget,
  writer: BlockWriter
): Promise<Result<string[]>> {
  const ids = new Map<string, string>();
  const idOf = (asset: string): string => {
    const id = ids.get(asset) ?? newId();
    ids.set(asset, id);
    return id;
  };
  const reader = createRowReader(plan, { idOf, takesFalling: true });
  const channels = plan.channels.filter(({ role }) => role !== 'ignored').map(storedChannel);
  const judge = createBlockJudge(defaultRules(channels.filter(({ role }) => role === 'reading')));
  // The checks look back in time: what comes newest first is stored as it is, and judged from its beginning afterwards.
  const isFalling = plan.time.order === 'falling';
  const read = await readFiles(files, fileNames, plan, reader, async (bytesRead, bytesTotal) => {
    const blocks = reader.takeBlocks();
    await writer.push(isFalling ? blocks : blocks.map(judge));
    onProgress({ bytesRead, bytesTotal, rows: reader.counts.accepted, rejected: reader.rejectedCount });
  });
  if (!read.ok) return read;
  const finished = reader.finish();
  if (!finished.ok) return finished;
  const { assets, blocks } = finished.value;
  await writer.push(isFalling ? blocks : blocks.map(judge));
  await writer.finish();
  if (isFalling) {
    for (const asset of assets) {
      // A block replaces the one of the same times.
      for await (const block of readStretches(history, { ...asset, id: idOf(asset.name) })) {
        await writer.push([judge(block)]);
      }
      await writer.finish();
    }
  }
  const source = fileNames.length === 1 ? fileNames[0]! : `${fileNames[0]!} and ${fileNames.length - 1} more`;
  const common = { createdMs: wallMs(), source, channels, activeModelId: null };
  for (const [index, asset] of assets.entries()) {
    const rejected = rejectionsOf(finished.value, index);
    await records.addAsset(
      { ...common, id: idOf(asset.name), ...describe(asset, name), ...rejected.count },
      rejected.rows
    );
  }
  return ok(assets.map((asset) => idOf(asset.name)));
}

/** A pump is called as the file calls it, behind the name the person gave the import. */
function describe(
  asset: AssetSummary,
  name: string
): Pick<Asset, 'name' | 'rows' | 't0Ms' | 't1Ms' | 'stepMs' | 'leftOut'> {
  const { rows, t0Ms, t1Ms, stepMs, duplicates, behind } = asset;
  const leftOut = { duplicates, runsBack: behind };
  return { name: asset.name === '' ? name : `${name} ${asset.name}`, rows, t0Ms, t1Ms, stepMs, leftOut };
}

/** What could not be read is the file's, not one pump's: the first one carries the list. */
function rejectionsOf({ rejected, rejectedCount }: ReadSummary, index: number) {
  return index === 0
    ? { rows: rejected, count: { rejectedRows: rejectedCount } }
    : { rows: [], count: { rejectedRows: 0 } };
}
