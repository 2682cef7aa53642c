/**
 * The tables of live rows: the journal, the sealed blocks, and the blocks that could not be unpacked any more, laid aside. It
 * must not know what is sealed when. Everything but `open` runs inside a transaction of the caller's.
 *
 * Place for coarser tiers is beside `blocks`, keyed alike: a block's summary is all that they need.
 */
import { Dexie, type Table } from 'dexie';
import { createConnection, type Connection, type Wait } from '../../storage/connection';
import { groupOf, mixedGroup, rangeOfGroup, type SeqRange } from './groups';
import type { JournalRecord } from './journal';
import { startOfHour, type SealedBlock } from './sealed-block';

type BlockKey = [assetId: string, modelId: string, t0Ms: number];
type BlockTable = Table<SealedBlock, BlockKey>;

/** Readings are blocks without a model. No key is counted up by the database and none can be null. */
const blockKey = '[assetId+modelId+t0Ms]';
const schema = { version: 2, tables: { journal: 'seq, [group+t1Ms]', blocks: blockKey, damaged: blockKey } };

/** Records read at once, where all are read one after the other. */
const chunkRecords = 64;

export interface LiveTables extends Omit<Connection, 'table'> {
  journal: Table<JournalRecord, number>;
  blocks: BlockTable;
  damaged: BlockTable;
  /** Counts what takes rows away or moves them; a seal that finds it changed begins again. */
  edits(): Promise<number>;
  countEdit(): Promise<void>;
  /** Counts the flushes. */
  nextFlush(): Promise<number>;
  /** The journal's records that may have rows of an asset at or after a time, in their order. */
  recordsOf(assetId: string, fromMs: number): PromiseLike<JournalRecord[]>;
  /** Blocks that touch [fromMs, toMs], and those before them in the same hour, in time order. */
  blocksAround(assetId: string, modelId: string, fromMs: number, toMs: number): PromiseLike<SealedBlock[]>;
  /** The lowest number of a record above one; undefined where there is none. */
  firstSeqAbove(seq: number): PromiseLike<number | undefined>;
  /** Calls `visit` with the records of a range in their order, some at a time, until it says that it has enough. */
  forEachRecords(range: SeqRange, visit: (records: JournalRecord[]) => Promise<boolean> | boolean): Promise<void>;
}

/**
 * Opens them, at the first call. Durability is relaxed: a flush outlives the browser but not a power cut, because a strict
 * one several times a second would wear the disk for readings of the last seconds.
 */
export function openLiveTables(name: string, wait?: Wait): LiveTables {
  const { table, read, write, close } = createConnection(name, schema, wait, 'relaxed');
  const journal = table<JournalRecord, number>('journal');
  const blocks: BlockTable = table('blocks');
  const meta = table<{ key: string; value: number }, string>('meta');
  const edits = async () => (await meta.get('edits'))?.value ?? 0;

  return {
    read,
    write,
    close,
    journal,
    blocks,
    damaged: table('damaged'),
    edits,

    async countEdit() {
      await meta.put({ key: 'edits', value: (await edits()) + 1 });
    },

    async nextFlush() {
      const flush = ((await meta.get('flushes'))?.value ?? 0) + 1;
      await meta.put({ key: 'flushes', value: flush });
      return flush;
    },

    async recordsOf(assetId, fromMs) {
      const [mixed, own] = await Promise.all([
        journal.where('seq').below(rangeOfGroup(mixedGroup).below).toArray(),
        journal
          .where('[group+t1Ms]')
          .between([groupOf(assetId), fromMs], [groupOf(assetId), Infinity], true, true)
          .toArray()
      ]);
      return [...mixed, ...own.sort((a, b) => a.seq - b.seq)];
    },

    blocksAround: (assetId, modelId, fromMs, toMs) =>
      blocks
        .where(blockKey)
        .between([assetId, modelId, startOfHour(fromMs)], [assetId, modelId, toMs], true, true)
        .toArray(),

    firstSeqAbove: (seq) =>
      journal
        .where('seq')
        .above(seq)
        .limit(1)
        .primaryKeys()
        .then(([first]) => first),

    async forEachRecords({ above, below }, visit) {
      for (let after = above; ;) {
        const range = journal.where('seq').between(after, below, false, false);
        const records = await range.limit(chunkRecords).toArray();
        const hasEnough = records.length === 0 || (await visit(records));
        if (hasEnough || records.length < chunkRecords) return;
        after = records.at(-1)!.seq;
      }
    }
  };
}

/** Deletes the blocks of an asset, or of one of its models; `''` is its readings. */
export async function deleteBlocks(table: BlockTable, owner: [assetId: string, modelId?: string]): Promise<void> {
  await table
    .where(blockKey)
    .between(owner, [...owner, Dexie.maxKey])
    .delete();
}

/** The different values that follow `of` in the keys. Jumps from one to the next, so it costs owners, not blocks. */
export async function listOwners(table: BlockTable, of: string[]): Promise<string[]> {
  const found: string[] = [];
  for (let lower: unknown[] = of; ; lower = [...of, found.at(-1), Dexie.maxKey]) {
    const [key] = await table
      .where(blockKey)
      .between(lower, [...of, Dexie.maxKey])
      .limit(1)
      .primaryKeys();
    if (!key) return found;
    found.push(key[of.length] as string);
  }
}
