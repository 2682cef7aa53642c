/**
 * Moves journalled rows into compressed blocks. A seal works in passes, each over a group of assets and as much of its journal as memory
 * allows, and in portions of some owners each: unpack the blocks that the rows touch, merge, compress, then one transaction that replaces
 * those blocks. The transaction of the last portion also deletes the pass's records. Between portions it rests as long as it worked: it
 * shares its thread with readings that want to be scored.
 *
 * It may be cut short anywhere. Until a pass has ended, its records stand in the journal; merging rows that are in a block
 * already changes nothing, so the next seal simply does it again. Compression comes before the transaction, which would close
 * itself while that is awaited; `edits` tells whether somebody deleted or sealed in between.
 */
import type { SealReport } from '../../domain/ports';
import { groupOfSeq, rangeOfGroup } from './groups';
import { indexRecords, packRecord, type JournalRecord } from './journal';
import type { LiveTables } from './live-tables';
import { mergeSeries } from './merge';
import { blocksToMerge, openBlock, plainBytesOf, sealSeries, type OnDamage, type SealedBlock } from './sealed-block';
import { firstRowFrom, sliceSeries, type Series } from './series';

/** What a seal holds in memory at once, and takes of its thread. */
export interface SealLimits {
  /** Values of the journal in one pass; it ends with the records that exceed it. */
  passValues: number;
  /** Owners whose blocks are replaced in one transaction. */
  portionOwners: number;
  /** Rest after each portion, as a multiple of the time that it took. */
  rest: number;
}

export const sealLimits: SealLimits = { passValues: 2_000_000, portionOwners: 32, rest: 1 };

/** What a portion replaces. */
interface Replacement {
  opened: SealedBlock[];
  damaged: SealedBlock[];
  sealed: SealedBlock[];
  rows: number;
}

const where = 'live.seal';

/** Creates the seal. `onDamage` is told of each block that could not be unpacked and was laid aside. */
export function createSeal(tables: LiveTables, limits: SealLimits, onDamage: OnDamage) {
  /** Unpacks what the rows of each owner touch, and what they continue, and packs all of it anew. */
  async function mergeIntoBlocks(portion: Series[]): Promise<Replacement[]> {
    const around = await tables.read(where, ['blocks'], () =>
      Promise.all(portion.map(({ assetId, modelId, t }) => tables.blocksAround(assetId, modelId, t[0]!, t.at(-1)!)))
    );
    const replacements: Replacement[] = [];
    for (const [i, fresh] of portion.entries()) {
      const replacement: Replacement = { opened: [], damaged: [], sealed: [], rows: fresh.t.length };
      const parts: Series[] = [];
      for (const block of blocksToMerge(around[i]!, fresh.t)) {
        const series = await openBlock(block);
        if (!series.ok) onDamage(series.fault, block);
        (series.ok ? replacement.opened : replacement.damaged).push(block);
        if (series.ok) parts.push(series.value);
      }
      replacement.sealed = await sealSeries(mergeSeries([...parts, fresh]));
      replacements.push(replacement);
    }
    return replacements;
  }

  /** Replaces blocks and, with `consumed`, ends a pass. False, and nothing is changed, where `edits` is not as expected. */
  function commit(
    replacements: Replacement[],
    edits: number,
    consumed?: { fromSeq: number; toSeq: number; rest: JournalRecord | null }
  ): Promise<boolean> {
    const names = ['blocks', 'damaged', ...(consumed ? ['journal'] : [])];
    return tables.write(where, names, async () => {
      if ((await tables.edits()) !== edits) return false;
      const damaged = replacements.flatMap((replacement) => replacement.damaged);
      const gone = [...replacements.flatMap((replacement) => replacement.opened), ...damaged];
      await tables.damaged.bulkPut(damaged);
      await tables.blocks.bulkDelete(gone.map((block) => [block.assetId, block.modelId, block.t0Ms]));
      await tables.blocks.bulkPut(replacements.flatMap((replacement) => replacement.sealed));
      if (consumed) {
        await tables.journal.where('seq').between(consumed.fromSeq, consumed.toSeq, true, true).delete();
        if (consumed.rest) await tables.journal.put(consumed.rest);
      }
      await tables.countEdit();
      return true;
    });
  }

  /** Reads records for one pass: the next ones of the first group that has any after a number. */
  function readPass(afterSeq: number): Promise<{ records: JournalRecord[]; edits: number }> {
    return tables.read(where, ['journal', 'meta'], async () => {
      const records: JournalRecord[] = [];
      const first = await tables.firstSeqAbove(afterSeq);
      if (first === undefined) return { records, edits: 0 };
      let values = 0;
      const { below } = rangeOfGroup(groupOfSeq(first));
      await tables.forEachRecords({ above: afterSeq, below }, (chunk) => {
        records.push(...chunk);
        values += chunk.reduce((sum, record) => sum + record.floats.length, 0);
        return values >= limits.passValues;
      });
      return { records, edits: await tables.edits() };
    });
  }

  /** One pass; undefined where it was disturbed. */
  async function sealPass(records: JournalRecord[], edits: number, beforeMs: number): Promise<SealReport | undefined> {
    const report = emptyReport();
    if (!records.some((record) => record.t0Ms < beforeMs)) return report;
    let sinceMs = performance.now();
    const owners = indexRecords(records);
    const [fromSeq, toSeq] = [records[0]!.seq, records.at(-1)!.seq];
    const kept: Series[] = [];
    for (let from = 0; from < owners.length; from += limits.portionOwners) {
      await pause(limits.rest * (performance.now() - sinceMs));
      sinceMs = performance.now();
      const portion: Series[] = [];
      for (const owner of owners.slice(from, from + limits.portionOwners)) {
        const series = owner.gather();
        const due = firstRowFrom(series.t, beforeMs);
        if (due > 0) portion.push(sliceSeries(series, 0, due));
        if (due < series.t.length) kept.push(sliceSeries(series, due, series.t.length));
      }
      const replacements = await mergeIntoBlocks(portion);
      const isLast = from + limits.portionOwners >= owners.length;
      const consumed = isLast ? { fromSeq, toSeq, rest: packRecord(toSeq, kept) } : undefined;
      if (!(await commit(replacements, edits++, consumed))) return undefined;
      count(replacements, report);
    }
    return report;
  }

  /** Seals every journalled row before a time. */
  return async function seal(beforeMs: number): Promise<SealReport> {
    const total = emptyReport();
    for (let afterSeq = -Infinity; ;) {
      const { records, edits } = await readPass(afterSeq);
      if (records.length === 0) return total;
      const report = await sealPass(records, edits, beforeMs);
      if (!report) continue;
      for (const key of Object.keys(total) as (keyof SealReport)[]) total[key] += report[key];
      afterSeq = records.at(-1)!.seq;
    }
  };
}

function emptyReport(): SealReport {
  return { rows: 0, blocks: 0, storedBytes: 0, plainBytes: 0 };
}

function count(replacements: Replacement[], report: SealReport): void {
  for (const { rows, sealed } of replacements) {
    report.rows += rows;
    report.blocks += sealed.length;
    for (const block of sealed) {
      report.storedBytes += block.bytes.length;
      report.plainBytes += plainBytesOf(block);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
