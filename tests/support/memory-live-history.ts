/**
 * `memoryLiveHistory`: a double of the `LiveHistory` port for tests in Node, and the plain truth of what rows there must be:
 * a map from owner and time to the row written last. Two live histories on one disk are two tabs.
 */
import type { LiveBatch, LiveHistory } from '$lib/domain/ports';
import type { ReadingBlock } from '$lib/domain/reading-block';
import type { ScoreBlock } from '$lib/domain/score';
import { StorageFault } from '$lib/domain/storage-fault';

/** A block of one row. */
interface Row<B> {
  block: B;
  isSealed: boolean;
}

/** What outlives `close`. Keys are owner and time. */
export interface LiveDisk {
  readings: Map<string, Row<ReadingBlock>>;
  scores: Map<string, Row<ScoreBlock>>;
}

export function createLiveDisk(): LiveDisk {
  return { readings: new Map(), scores: new Map() };
}

export function createMemoryLiveHistory(disk: LiveDisk = createLiveDisk()): LiveHistory {
  let isClosed = false;

  async function act<T>(where: string, work: () => T): Promise<T> {
    if (isClosed) throw new StorageFault('storage-closed', where, 'The storage was closed.');
    return work();
  }

  return {
    append: ({ readings, scores }: LiveBatch) =>
      act('append', () => {
        const rows = [...readings.map(checkReadings), ...scores.map(checkScores)];
        if (rows.some((isFine) => !isFine)) throw new StorageFault('storage', 'append', 'Rows that cannot be stored.');
        for (const block of readings) {
          rowsOf(block).forEach((row) =>
            disk.readings.set(keyOf(row.assetId, '', row.t[0]!), { block: row, isSealed: false })
          );
        }
        for (const block of scores) {
          rowsOf(block).forEach((row) =>
            disk.scores.set(keyOf(row.assetId, row.modelId, row.t[0]!), { block: row, isSealed: false })
          );
        }
      }),
    seal: (beforeMs) =>
      act('seal', () => {
        const due = [...disk.readings.values(), ...disk.scores.values()].filter(
          ({ block, isSealed }) => !isSealed && block.t[0]! < beforeMs
        );
        for (const row of due) row.isSealed = true;
        const plainBytes = due.reduce((sum, { block }) => sum + bytesOf(block), 0);
        return { rows: due.length, blocks: due.length, storedBytes: plainBytes, plainBytes };
      }),
    readReadings: (assetId, fromMs, toMs) =>
      act('readReadings', () => inRange(disk.readings, (block) => block.assetId === assetId, fromMs, toMs)),
    readScores: (assetId, modelId, fromMs, toMs) =>
      act('readScores', () =>
        inRange(disk.scores, (block) => block.assetId === assetId && block.modelId === modelId, fromMs, toMs)
      ),
    deleteAsset: (assetId) =>
      act('deleteAsset', () => {
        drop(disk.readings, (block) => block.assetId === assetId);
        drop(disk.scores, (block) => block.assetId === assetId);
      }),
    deleteScores: (assetId, modelId) =>
      act('deleteScores', () => drop(disk.scores, (block) => block.assetId === assetId && block.modelId === modelId)),
    assetIds: () =>
      act('assetIds', () =>
        different([...disk.readings.values(), ...disk.scores.values()].map(({ block }) => block.assetId))
      ),
    scoredModelIds: (assetId) =>
      act('scoredModelIds', () =>
        different([...disk.scores.values()].flatMap(({ block }) => (block.assetId === assetId ? block.modelId : [])))
      ),
    close: () => void (isClosed = true)
  };
}

function keyOf(assetId: string, modelId: string, tMs: number): string {
  return JSON.stringify([assetId, modelId, tMs]);
}

function checkReadings({ assetId, channels, t, columns, quality }: ReadingBlock): boolean {
  const areAsLong = [...columns, ...quality].every((column) => column.length === t.length);
  const areAsMany = columns.length === channels.length && quality.length === channels.length;
  return assetId !== '' && areAsLong && areAsMany && isRising(t) && new Set(channels).size === channels.length;
}

function checkScores(block: ScoreBlock): boolean {
  const { assetId, modelId, channels, t, channelError, expected } = block;
  const all = [block.score, block.status, ...channelError, ...expected];
  const areAsMany = channelError.length === channels.length && expected.length === channels.length;
  return assetId !== '' && modelId !== '' && areAsMany && all.every(({ length }) => length === t.length) && isRising(t);
}

function isRising(t: Float64Array): boolean {
  return t.every((ms, row) => Number.isFinite(ms) && (row === 0 || ms > t[row - 1]!));
}

/** A block as blocks of one row each, copied. */
function rowsOf<B extends { t: Float64Array }>(block: B): B[] {
  const cut = (value: unknown, row: number): unknown => {
    if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice(row, row + 1);
    return Array.isArray(value) ? value.map((part) => cut(part, row)) : value;
  };
  return Array.from(block.t, (_, row) =>
    Object.fromEntries(Object.entries(block).map(([key, value]) => [key, cut(value, row)]))
  ) as unknown as B[];
}

function inRange<B extends { t: Float64Array }>(
  rows: Map<string, Row<B>>,
  isWanted: (block: B) => boolean,
  fromMs = -Infinity,
  toMs = Infinity
): B[] {
  return [...rows.values()]
    .map(({ block }) => block)
    .filter((block) => isWanted(block) && block.t[0]! >= fromMs && block.t[0]! <= toMs)
    .sort((a, b) => a.t[0]! - b.t[0]!)
    .map((block) => structuredClone(block));
}

function drop<B>(rows: Map<string, Row<B>>, isGone: (block: B) => boolean): void {
  for (const [key, { block }] of rows) if (isGone(block)) rows.delete(key);
}

function bytesOf(block: object): number {
  const size = (value: unknown): number => {
    if (ArrayBuffer.isView(value)) return value.byteLength;
    return Array.isArray(value) ? value.reduce((sum: number, part) => sum + size(part), 0) : 0;
  };
  return Object.values(block).reduce((sum: number, value) => sum + size(value), 0);
}

function different(ids: string[]): string[] {
  return [...new Set(ids)].sort();
}
