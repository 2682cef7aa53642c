/**
 * `memoryHistory`: a double of the `History` port for tests in Node. Two histories on one disk are two tabs.
 */
import type { History } from '$lib/domain/ports';
import type { ReadingBlock } from '$lib/domain/reading-block';
import type { ScoreBlock } from '$lib/domain/score';
import { StorageFault } from '$lib/domain/storage-fault';

/** What outlives `close`. */
export interface HistoryDisk {
  readings: ReadingBlock[];
  scores: ScoreBlock[];
}

export function createMemoryHistory(disk: HistoryDisk = { readings: [], scores: [] }): History {
  let isClosed = false;

  async function act<T>(where: string, work: () => T): Promise<T> {
    if (isClosed) throw new StorageFault('storage-closed', where, 'The storage was closed.');
    return work();
  }

  return {
    appendReadings: (blocks) =>
      act('appendReadings', () => void (disk.readings = append(disk.readings, blocks, sameAsset))),
    readReadings: (assetId, fromMs, toMs) =>
      act('readReadings', () =>
        cut(
          disk.readings.filter((block) => block.assetId === assetId),
          fromMs,
          toMs
        )
      ),
    appendScores: (blocks) => act('appendScores', () => void (disk.scores = append(disk.scores, blocks, sameModel))),
    readScores: (assetId, modelId, fromMs, toMs) =>
      act('readScores', () =>
        cut(
          disk.scores.filter((block) => sameModel(block, { assetId, modelId })),
          fromMs,
          toMs
        )
      ),
    deleteScores: (assetId, modelId) =>
      act(
        'deleteScores',
        () => void (disk.scores = disk.scores.filter((block) => !sameModel(block, { assetId, modelId })))
      ),
    deleteAsset: (assetId) =>
      act('deleteAsset', () => {
        disk.readings = disk.readings.filter((block) => block.assetId !== assetId);
        disk.scores = disk.scores.filter((block) => block.assetId !== assetId);
      }),
    assetIds: () => act('assetIds', () => different([...disk.readings, ...disk.scores].map((block) => block.assetId))),
    scoredModelIds: (assetId) =>
      act('scoredModelIds', () =>
        different(disk.scores.filter((block) => block.assetId === assetId).map((block) => block.modelId))
      ),
    close: () => void (isClosed = true)
  };
}

function sameAsset(a: { assetId: string }, b: { assetId: string }): boolean {
  return a.assetId === b.assetId;
}

function sameModel(a: { assetId: string; modelId: string }, b: { assetId: string; modelId: string }): boolean {
  return a.assetId === b.assetId && a.modelId === b.modelId;
}

/** The stored blocks with copies of the new ones; a new list, so that a refused call leaves the old one. */
function append<B extends { t: Float64Array }>(stored: B[], blocks: B[], isSameOwner: (a: B, b: B) => boolean): B[] {
  let all = stored;
  for (const block of blocks.map(exactCopy)) {
    const [t0Ms, t1Ms] = spanOf(block);
    all = all.filter((other) => !isSameOwner(other, block) || spanOf(other)[0] !== t0Ms || spanOf(other)[1] !== t1Ms);
    if (
      cut(
        all.filter((other) => isSameOwner(other, block)),
        t0Ms,
        t1Ms
      ).length > 0
    ) {
      throw new StorageFault('storage', 'append', `Blocks overlap between ${t0Ms} and ${t1Ms}.`);
    }
    all = [...all, block];
  }
  return all;
}

function cut<B extends { t: Float64Array }>(blocks: B[], fromMs = -Infinity, toMs = Infinity): B[] {
  return blocks
    .filter((block) => spanOf(block)[1] >= fromMs && spanOf(block)[0] <= toMs)
    .sort((a, b) => spanOf(a)[0] - spanOf(b)[0])
    .map((block) => structuredClone(block));
}

function spanOf({ t }: { t: Float64Array }): [number, number] {
  if (t.length === 0) throw new StorageFault('storage', 'append', 'A block without rows.');
  return [t[0]!, t.at(-1)!];
}

function exactCopy<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return (value as unknown as Uint8Array).slice() as T;
  if (Array.isArray(value)) return value.map(exactCopy) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, exactCopy(part)])) as T;
}

function different(ids: string[]): string[] {
  return [...new Set(ids)].sort();
}
