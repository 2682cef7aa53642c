/**
 * Blocks of an import on their way into history: some at a time, one write under way while the next rows are read. Exists so that reading
 * and storing, which different threads of the browser do, share the time; memory stays bounded by two writes.
 */
import type { History } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';

/** Blocks stored per transaction. */
const blocksPerWrite = 16;

/** Where blocks go. A write that failed is told by the next call of `push` or `finish`. */
export interface BlockWriter {
  /** Takes blocks; resolves once no more than one write is under way. */
  push(blocks: ReadingBlock[]): Promise<void>;
  /** Stores what is left; resolves once everything is stored. */
  finish(): Promise<void>;
  /** Resolves once no write is under way, whatever became of it. */
  settle(): Promise<void>;
}

/** A writer; `prepare` is waited for before blocks of an asset are stored. */
export function createBlockWriter(
  history: Pick<History, 'appendReadings'>,
  prepare: (assetId: string) => Promise<void>
): BlockWriter {
  let waiting: ReadingBlock[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    await writing;
    const blocks = waiting;
    waiting = [];
    for (const assetId of new Set(blocks.map((block) => block.assetId))) await prepare(assetId);
    writing = history.appendReadings(blocks);
    writing.catch(() => undefined); // told by the next call that waits for it
  }

  return {
    async push(blocks) {
      waiting.push(...blocks);
      if (waiting.length >= blocksPerWrite) await write();
    },
    async finish() {
      if (waiting.length > 0) await write();
      await writing;
    },
    settle: () => writing.catch(() => undefined)
  };
}
