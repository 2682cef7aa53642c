/**
 * A CSV or TSV file, read as a stream: pieces of text in, blocks of readings out. Exists so that a file of any size is imported
 * in bounded memory by a worker, the server or a test alike. Obeys its plan and guesses nothing.
 */
import type { ImportPlan } from '../../domain/import-plan';
import type { ReadingBlock } from '../../domain/reading-block';
import type { Result } from '../../domain/result';
import { createRowReader, type ReadOptions, type ReadSummary } from './row-reader';
import { createRowCutter } from './rows';

/** A reader of one file. `rows` and `rejectedCount` stand at what was read so far. */
export interface CsvReader {
  readonly rows: number;
  readonly rejectedCount: number;
  /** Takes the next piece of the file's text, cut anywhere, and returns the blocks it filled. */
  push(text: string): ReadingBlock[];
  /** Takes the end of the file: the last block and the summary, or `bad-plan` or `no-row`. */
  finish(): Result<ReadSummary>;
}

/**
 * A reader that follows `plan`. Blocks hold the channels with the role `reading` or `label`, in plan order, `blockRows` (4096)
 * rows each but the last; times rise strictly. The first `maxRejected` (1000) unreadable rows are listed, all are counted. The
 * result does not depend on how the text is cut into pieces.
 */
export function createCsvReader(plan: ImportPlan, assetId: string, options?: ReadOptions): CsvReader {
  const reader = createRowReader(plan, assetId, options);
  const cutter = createRowCutter(plan.delimiter, reader);
  return {
    get rows() {
      return reader.rows;
    },
    get rejectedCount() {
      return reader.rejectedCount;
    },
    push(text) {
      cutter.push(text);
      return reader.takeBlocks();
    },
    finish() {
      cutter.finish();
      return reader.finish();
    }
  };
}
