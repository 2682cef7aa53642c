/**
 * A table of columnar blocks, one row a block: readings belong to an asset, scores to an asset and a model. A row is keyed by
 * its owner and first time; an index by owner and last time finds the first block of a range without loading its neighbours.
 * It must not know what the columns mean. Its functions run inside a transaction of the caller's.
 */
import { Dexie, type Table } from 'dexie';
import { StorageFault } from '../domain/storage-fault';

type Key = (string | number)[];

/** What a block needs to be stored: its rows' times, strictly rising, and its owner as fields of its own. */
interface Block {
  t: Float64Array;
}

interface BlockRow<B> {
  t0Ms: number;
  t1Ms: number;
  block: B;
}

/** Dexie's declaration of a block table whose blocks belong to what the `owner` fields name. */
export function blockTableSchema(owner: string[]): string {
  return `${primaryKey(owner)}, ${endIndex(owner)}`;
}

/** Functions over the table whose blocks belong to what the `owner` fields name. An owner is given as those fields' values. */
export function createBlockTable<B extends Block>(table: Table<BlockRow<B>, Key>, owner: (keyof B & string)[]) {
  /** First and last time of the first block that ends at or after `fromMs`, without loading it. */
  async function firstEndingFrom(of: Key, fromMs: number): Promise<{ t0Ms: number; t1Ms: number } | undefined> {
    const range = table.where(endIndex(owner)).between([...of, fromMs], [...of, Dexie.maxKey]);
    const [key] = (await range.limit(1).keys()) as unknown as number[][];
    return key && { t0Ms: key.at(-1)!, t1Ms: key.at(-2)! };
  }

  /**
   * Stores a block. One with the same first and last time is replaced, so that a repeated transaction does no harm; any other
   * that shares time with it, or a block without rows, is a fault.
   */
  async function put(block: B): Promise<void> {
    const t0Ms = block.t[0];
    const t1Ms = block.t.at(-1);
    if (t0Ms === undefined || t1Ms === undefined)
      throw new StorageFault('storage', table.name, 'A block without rows.');
    const key = owner.map((field) => block[field] as string);
    const next = await firstEndingFrom(key, t0Ms);
    const isSame = next?.t0Ms === t0Ms && next.t1Ms === t1Ms;
    if (next && next.t0Ms <= t1Ms && !isSame) {
      const found = `Block ${key.join(' ')} from ${t0Ms} to ${t1Ms} overlaps the one from ${next.t0Ms} to ${next.t1Ms}.`;
      throw new StorageFault('storage', table.name, found);
    }
    const fields = Object.fromEntries(owner.map((field) => [field, block[field]]));
    await table.put({ ...fields, t0Ms, t1Ms, block });
  }

  /** Blocks that touch [fromMs, toMs], in time order. */
  async function read(of: Key, fromMs: number, toMs: number): Promise<B[]> {
    const first = await firstEndingFrom(of, fromMs);
    if (!first) return [];
    const range = table.where(primaryKey(owner)).between([...of, first.t0Ms], [...of, toMs], true, true);
    return (await range.toArray()).map((row) => row.block);
  }

  /** Deletes every block of an owner; with fewer values than owner fields, of all owners that begin so. */
  async function remove(of: Key): Promise<void> {
    await table
      .where(primaryKey(owner))
      .between(of, [...of, Dexie.maxKey])
      .delete();
  }

  /** The different values that follow `of` among the owners. Jumps from one to the next, so it costs owners, not blocks. */
  async function list(of: Key): Promise<string[]> {
    const found: string[] = [];
    const upper = [...of, Dexie.maxKey];
    for (let lower: unknown[] = of; ; lower = [...of, found.at(-1), Dexie.maxKey]) {
      const [key] = await table.where(primaryKey(owner)).between(lower, upper).limit(1).primaryKeys();
      if (!key) return found;
      found.push(key[of.length] as string);
    }
  }

  return { put, read, remove, list };
}

function primaryKey(owner: string[]): string {
  return `[${[...owner, 't0Ms'].join('+')}]`;
}

function endIndex(owner: string[]): string {
  return `[${[...owner, 't1Ms', 't0Ms'].join('+')}]`;
}
