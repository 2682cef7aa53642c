/**
 * The tables of live rows: the journal, the sealed blocks, and the blocks that could not be unpacked any more, laid aside. It
 * must not know what is sealed when. Everything but `open` runs inside a transaction of the caller's.
 *
 * Place for coarser tiers is beside `blocks`, keyed alike: a block's summary is all that they need.
 */
import { Dexie, type Table } from 'dexie';
import { createConnection, type Connection, type Wait } from '../../storage/connection';
import type { JournalRecord } from './journal';
import { startOfHour, type SealedBlock } from './sealed-block';

type BlockKey = [assetId: string, modelId: string, t0Ms: number];
type BlockTable = Table<SealedBlock, BlockKey>;

/** Readings are blocks without a model. No key is counted up by the database and none can be null. */
const blockKey = '[assetId+modelId+t0Ms]';
const schema = { version: 1, tables: { journal: 'seq, t1Ms', blocks: blockKey, damaged: blockKey } };

/** Records read at once, where all are read one after the other. */
const chunkRecords = 64;

export interface LiveTables extends Omit<Connection, 'table'> {
  journal: Table<JournalRecord, number>;
  blocks: BlockTable;
  damaged: BlockTable;
  /** Counts what takes rows away or moves them; a seal that finds it changed begins again. */
  edits(): Promise<number>;
  countEdit(): Promise<void>;
  /** Blocks that touch [fromMs, toMs], and those before them in the same hour, in time order. */
  blocksAround(assetId: string, modelId: string, fromMs: number, toMs: number): PromiseLike<SealedBlock[]>;
  /** Calls `visit` with the records after a number, in their order, some at a time, until it says that it has enough. */
  forEachRecords(afterSeq: number, visit: (records: JournalRecord[]) => Promise<boolean> | boolean): Promise<void>;
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

    blocksAround: (assetId, modelId, fromMs, toMs) =>
      blocks
        .where(blockKey)
        .between([assetId, modelId, startOfHour(fromMs)], [assetId, modelId, toMs], true, true)
        .toArray(),

    async forEachRecords(afterSeq, visit) {
      for (let after = afterSeq; ;) {
        const records = await journal.where('seq').above(after).limit(chunkRecords).toArray();
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
