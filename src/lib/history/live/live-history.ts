/**
 * Live readings and scores in IndexedDB: the `LiveHistory` port on Dexie, in a database of its own. Rows are journalled as
 * they come, and sealed into compressed blocks from time to time. `append` and `seal` are for the thread
 * that holds the writer's lock (`writer.ts`). It must not know where readings come from or when a seal is due.
 */
import type { LiveBatch, LiveHistory } from '../../domain/ports';
import { StorageFault } from '../../domain/storage-fault';
import type { Wait } from '../../storage/connection';
import { everySeq, rangesOf, type SeqRange } from './groups';
import { indexRecords, packFlush, packRecord, type JournalRecord } from './journal';
import { deleteBlocks, listOwners, openLiveTables } from './live-tables';
import { overlaySeries } from './merge';
import { createSeal, sealLimits, type SealLimits } from './seal';
import { openBlock, type OnDamage } from './sealed-block';
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
  onDamage?: OnDamage;
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
      Promise.all([tables.blocksAround(assetId, modelId, fromMs, toMs), tables.recordsOf(assetId, fromMs)])
    ).then(async ([found, records]) => {
      const sealed: Series[] = [];
      for (const block of found.filter(({ t1Ms }) => t1Ms >= fromMs)) {
        const series = await openBlock(block);
        if (series.ok) sealed.push(series.value);
        else onDamage(series.fault, block);
      }
      const touching = records.filter(({ t0Ms, t1Ms }) => t0Ms <= toMs && t1Ms >= fromMs);
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
      for (const range of rangesOf(assetId)) await tables.forEachRecords(range, (records) => strike(records, isGone));
      await tables.countEdit();
    });
  }

  /** Takes rows out of records. To be used inside `write`. */
  async function strike(
    records: JournalRecord[],
    isGone: (assetId: string, modelId: string) => boolean
  ): Promise<boolean> {
    for (const record of records) {
      if (!record.assetIds.some((asset, i) => isGone(asset, record.modelIds[i]!))) continue;
      const kept = indexRecords([record], (asset, model) => !isGone(asset, model)).map((rows) => rows.gather());
      const rest = packRecord(record.seq, kept);
      await (rest ? journal.put(rest) : journal.delete(record.seq));
    }
    return false;
  }

  /** What `idOf` says of every part of the records in some ranges, each once. To be used inside `read`. */
  async function collect(
    ranges: SeqRange[],
    idOf: (record: JournalRecord, part: number) => string
  ): Promise<Set<string>> {
    const found = new Set<string>();
    for (const range of ranges) {
      await tables.forEachRecords(range, (records) => {
        for (const record of records)
          for (let part = 0; part < record.rows.length; part++) found.add(idOf(record, part));
        return false;
      });
    }
    return found;
  }

  return {
    append: async (batch) => {
      const rows = checkBatch(batch);
      await write('live.append', ['journal'], async () => {
        if (rows.some(({ t }) => t.length > 0)) await journal.bulkAdd(packFlush(await tables.nextFlush(), rows));
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
        const inJournal = await collect([everySeq], ({ assetIds }, part) => assetIds[part]!);
        return sorted([...inJournal, ...(await listOwners(blocks, [])), ...(await listOwners(damaged, []))]);
      }),

    scoredModelIds: (assetId) =>
      read('live.scoredModelIds', ['journal', 'blocks', 'damaged'], async () => {
        const modelOf = ({ assetIds, modelIds }: JournalRecord, part: number) =>
          assetIds[part] === assetId ? modelIds[part]! : '';
        const inJournal = await collect(rangesOf(assetId), modelOf);
        const inBlocks = [...(await listOwners(blocks, [assetId])), ...(await listOwners(damaged, [assetId]))];
        return sorted([...inJournal, ...inBlocks]).filter((modelId) => modelId !== '');
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
