/**
 * Readings and scores in IndexedDB: the `History` port on Dexie. One row a block, never a row a value, which would take hours
 * and gigabytes for a year of readings. It must not know how blocks come about or what is done with them.
 *
 * Durability is strict because an import is acknowledged to a person. `relaxed` is for a journal of live readings, one record
 * a second; durability is set per database, so that journal gets a database of its own.
 */
import type { History } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';
import type { ScoreBlock } from '../domain/score';
import { createConnection, type Wait } from '../storage/connection';
import { blockTableSchema, createBlockTable } from './block-table';

/** Opens the history, at its first call. `wait` is the pause before a repeat after a lost connection. */
export function createHistory(name = 'pumpside-history', wait?: Wait): History {
  const tables = { readings: blockTableSchema(['assetId']), scores: blockTableSchema(['assetId', 'modelId']) };
  const { table, read, write, close } = createConnection(name, { version: 1, tables }, wait);
  const readings = createBlockTable<ReadingBlock>(table('readings'), ['assetId']);
  const scores = createBlockTable<ScoreBlock>(table('scores'), ['assetId', 'modelId']);

  return {
    appendReadings: (blocks) =>
      write('history.appendReadings', ['readings'], async () => {
        for (const block of blocks) await readings.put(ownReadings(block));
      }),

    readReadings: (assetId, fromMs = -Infinity, toMs = Infinity) =>
      read('history.readReadings', ['readings'], () => readings.read([assetId], fromMs, toMs)),

    appendScores: (blocks) =>
      write('history.appendScores', ['scores'], async () => {
        for (const block of blocks) await scores.put(ownScores(block));
      }),

    readScores: (assetId, modelId, fromMs = -Infinity, toMs = Infinity) =>
      read('history.readScores', ['scores'], () => scores.read([assetId, modelId], fromMs, toMs)),

    deleteScores: (assetId, modelId) =>
      write('history.deleteScores', ['scores'], () => scores.remove([assetId, modelId])),

    deleteAsset: (assetId) =>
      write('history.deleteAsset', ['readings', 'scores'], async () => {
        await readings.remove([assetId]);
        await scores.remove([assetId]);
      }),

    assetIds: () =>
      read('history.assetIds', ['readings', 'scores'], async () => {
        const ids = new Set([...(await readings.list([])), ...(await scores.list([]))]);
        return [...ids].sort();
      }),

    scoredModelIds: (assetId) => read('history.scoredModelIds', ['scores'], () => scores.list([assetId])),

    close
  };
}

function ownReadings(block: ReadingBlock): ReadingBlock {
  return { ...block, t: own(block.t), columns: block.columns.map(own), quality: block.quality.map(own) };
}

function ownScores(block: ScoreBlock): ScoreBlock {
  return {
    ...block,
    t: own(block.t),
    score: own(block.score),
    status: own(block.status),
    channelError: block.channelError.map(own),
    expected: block.expected.map(own)
  };
}

/** IndexedDB stores the whole buffer under a view, however small the view. */
function own<A extends Float64Array | Float32Array | Uint8Array>(array: A): A {
  return array.byteLength === array.buffer.byteLength ? array : (array.slice() as A);
}
