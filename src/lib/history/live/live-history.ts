/**
 * Live readings and scores in IndexedDB: the `LiveHistory` port on Dexie, in a database of its own. Rows are journalled as
 * they come, one record a flush, and sealed into compressed blocks from time to time. `append` and `seal` are for the thread
 * that holds the writer's lock (`writer.ts`). It must not know where readings come from or when a seal is due.
 */
import type { LiveBatch, LiveHistory } from '../../domain/ports';
import type { Fault } from '../../domain/result';
import { StorageFault } from '../../domain/storage-fault';
import type { Wait } from '../../storage/connection';
import { indexRecords, packRecord } from './journal';
import { deleteBlocks, listOwners, openLiveTables } from './live-tables';
import { overlaySeries } from './merge';
import { createSeal, sealLimits, type SealLimits } from './seal';
import { openBlock } from './sealed-block';
import {
  cutSeries,
  faultIn,
  readingsOfSeries,
  scoresOfSeries,
  seriesOfReadings,
  seriesOfScores,
  type Series
} from './series';

export interface LiveHistoryOptions {
  /** The database. */
  name?: string;
  /** The pause before a repeat after a lost connection. */
  wait?: Wait;
  /** Told of a block that cannot be read any more. The others are read; the next seal over its time lays it aside. */
  onDamage?: (fault: Fault) => void;
  limits?: SealLimits;
}

/** Opens the live history, at its first call. */
export function createLiveHistory(options: LiveHistoryOptions = {}): LiveHistory {
  const { name = 'pumpside-live', wait, onDamage = () => {}, limits = sealLimits } = options;
  const tables = openLiveTables(name, wait);
  const { journal, blocks, damaged, read, write } = tables;
  const seal = createSeal(tables, limits, onDamage);
  let sealing: Promise<unknown> = Promise.resolve();

  /** Rows of one owner within [fromMs, toMs]: what is journalled laid over what is sealed. */
  function readRows(
    where: string,
    assetId: string,
    modelId: string,
    fromMs = -Infinity,
    toMs = Infinity
  ): Promise<Series[]> {
    return read(where, ['journal', 'blocks'], () =>
      Promise.all([
        tables.blocksAround(assetId, modelId, fromMs, toMs),
        journal.where('t1Ms').aboveOrEqual(fromMs).toArray()
      ])
    ).then(async ([found, records]) => {
      const sealed: Series[] = [];
      for (const block of found.filter(({ t1Ms }) => t1Ms >= fromMs)) {
        const series = await openBlock(block);
        if (series.ok) sealed.push(series.value);
        else onDamage(series.fault);
      }
      const touching = records.filter(({ t0Ms }) => t0Ms <= toMs).sort((a, b) => a.seq - b.seq);
      const owners = indexRecords(touching, (asset, model) => asset === assetId && model === modelId);
      const within = (series: Series[]) =>
        series.map((part) => cutSeries(part, fromMs, toMs)).filter(({ t }) => t.length > 0);
      return overlaySeries(within(sealed), within(owners.map((owner) => owner.gather())));
    });
  }

  /** Deletes what an asset, or one of its models, has, in blocks and journal. */
  function deleteRows(where: string, assetId: string, modelId?: string): Promise<void> {
    const isGone = (asset: string, model: string) => asset === assetId && (modelId === undefined || model === modelId);
    const owner: [string, string?] = modelId === undefined ? [assetId] : [assetId, modelId];
    return write(where, ['journal', 'blocks', 'damaged'], async () => {
      await deleteBlocks(blocks, owner);
      await deleteBlocks(damaged, owner);
      await tables.forEachRecords(-Infinity, async (records) => {
        for (const record of records) {
          if (!record.assetIds.some((asset, i) => isGone(asset, record.modelIds[i]!))) continue;
          const kept = indexRecords([record], (asset, model) => !isGone(asset, model)).map((rows) => rows.gather());
          const rest = packRecord(record.seq, kept);
          await (rest ? journal.put(rest) : journal.delete(record.seq));
        }
        return false;
      });
      await tables.countEdit();
    });
  }

  /** The journal's owners. To be used inside `read`. */
  async function journalled(): Promise<{ assetId: string; modelId: string }[]> {
    const owners = new Map<string, { assetId: string; modelId: string }>();
    await tables.forEachRecords(-Infinity, (records) => {
      for (const owner of indexRecords(records)) owners.set(JSON.stringify([owner.assetId, owner.modelId]), owner);
      return false;
    });
    return [...owners.values()];
  }

  return {
    append: async (batch) => {
      const rows = checkBatch(batch);
      await write('live.append', ['journal'], async () => {
        const record = packRecord((((await journal.orderBy('seq').lastKey()) as number | undefined) ?? 0) + 1, rows);
        if (record) await journal.add(record);
      });
    },

    seal(beforeMs) {
      const sealed = sealing.then(() => seal(beforeMs));
      sealing = sealed.catch(() => undefined);
      return sealed;
    },

    readReadings: (assetId, fromMs, toMs) =>
      readRows('live.readReadings', assetId, '', fromMs, toMs).then((rows) => rows.map(readingsOfSeries)),

    readScores: (assetId, modelId, fromMs, toMs) =>
      readRows('live.readScores', assetId, modelId, fromMs, toMs).then((rows) =>
        rows.filter((series) => series.modelId !== '').map(scoresOfSeries)
      ),

    deleteAsset: (assetId) => deleteRows('live.deleteAsset', assetId),

    deleteScores: async (assetId, modelId) => {
      if (modelId !== '') await deleteRows('live.deleteScores', assetId, modelId);
    },

    assetIds: () =>
      read('live.assetIds', ['journal', 'blocks', 'damaged'], async () => {
        const inJournal = (await journalled()).map(({ assetId }) => assetId);
        return sorted([...inJournal, ...(await listOwners(blocks, [])), ...(await listOwners(damaged, []))]);
      }),

    scoredModelIds: (assetId) =>
      read('live.scoredModelIds', ['journal', 'blocks', 'damaged'], async () => {
        const inJournal = (await journalled()).filter((owner) => owner.assetId === assetId);
        const inBlocks = [...(await listOwners(blocks, [assetId])), ...(await listOwners(damaged, [assetId]))];
        return sorted([...inJournal.map(({ modelId }) => modelId), ...inBlocks]).filter((modelId) => modelId !== '');
      }),

    close: tables.close
  };
}

/** A batch as rows, in the order of its blocks. What cannot be stored is a fault, and nothing of the batch is. */
function checkBatch({ readings, scores }: LiveBatch): Series[] {
  const rows = [...readings.map(seriesOfReadings), ...scores.map(seriesOfScores)];
  for (const series of rows) {
    const found = faultIn(series);
    if (found) throw new StorageFault('storage', 'live.append', `Rows of ${series.assetId} with ${found}.`);
  }
  if (scores.some(({ modelId }) => modelId === ''))
    throw new StorageFault('storage', 'live.append', 'Scores of no model.');
  return rows;
}

function sorted(ids: string[]): string[] {
  return [...new Set(ids)].sort();
}
