/** Streams a file into history block by block, and makes it exist by its record at the very end. */
import type { Asset } from '../domain/asset';
import type { ImportPlan, ImportProgress } from '../domain/import-plan';
import type { History, Records } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';
import { ok, type Result } from '../domain/result';
import { createCsvReader } from '../ingest/csv/reader';

const pieceBytes = 1 << 20;
/** Blocks stored per transaction; the next piece is read only after they are stored, so memory stays bounded. */
const blocksPerWrite = 16;

/** Where an import goes and whom it tells. */
export interface ImportTarget {
  history: History;
  records: Records;
  onProgress: (progress: ImportProgress) => void;
}

/** Imports the file as asset `assetId`. On any failure the asset's blocks are deleted before the fault is returned or rethrown. */
export async function importFile(
  file: File,
  plan: ImportPlan,
  asset: Pick<Asset, 'id' | 'name' | 'createdMs'>,
  target: ImportTarget
): Promise<Result<string>> {
  try {
    const result = await streamFile(file, plan, asset, target);
    if (!result.ok) await target.history.deleteAsset(asset.id);
    return result;
  } catch (error) {
    await target.history.deleteAsset(asset.id).catch(() => undefined); // the first error is the one to tell; sweep tries again
    throw error;
  }
}

async function streamFile(
  file: File,
  plan: ImportPlan,
  asset: Pick<Asset, 'id' | 'name' | 'createdMs'>,
  { history, records, onProgress }: ImportTarget
): Promise<Result<string>> {
  const reader = createCsvReader(plan, asset.id);
  const decoder = new TextDecoder();
  let waiting: ReadingBlock[] = [];
  const store = async (blocks: ReadingBlock[], least: number) => {
    waiting.push(...blocks);
    if (waiting.length < least) return;
    await history.appendReadings(waiting);
    waiting = [];
  };
  for (let offset = 0; offset < file.size; offset += pieceBytes) {
    const piece = await file.slice(offset, offset + pieceBytes).arrayBuffer();
    await store(reader.push(decoder.decode(piece, { stream: true })), blocksPerWrite);
    onProgress({
      bytesRead: offset + piece.byteLength,
      bytesTotal: file.size,
      rows: reader.rows,
      rejected: reader.rejectedCount
    });
  }
  await store(reader.push(decoder.decode()), blocksPerWrite);
  const finished = reader.finish();
  if (!finished.ok) return finished;
  const { blocks, rows, rejected, rejectedCount, t0Ms, t1Ms, stepMs } = finished.value;
  await store(blocks, 1);
  await records.addAsset(
    {
      ...asset,
      source: file.name,
      channels: plan.channels.filter(({ role }) => role !== 'ignored'),
      rows,
      t0Ms,
      t1Ms,
      stepMs,
      rejectedRows: rejectedCount,
      activeModelId: null
    },
    rejected
  );
  return ok(asset.id);
}
