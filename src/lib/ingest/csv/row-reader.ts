/**
 * Rows of fields to blocks of readings, as the plan says. Everything that cannot be read is listed and counted, nothing is
 * guessed. Knows nothing of files, pieces of text or quotes.
 */
import type { RejectedRow, RejectReason } from '../../domain/asset';
import type { ImportPlan } from '../../domain/import-plan';
import { Quality, type ReadingBlock } from '../../domain/reading-block';
import { fail, ok, type Result } from '../../domain/result';
import { isMissing, readNumber } from './number';
import { findPlanFault } from './plan';
import type { RowSink } from './rows';
import { timeReader } from './time';

/** How many rows a block holds, and how many rejected rows are listed; all of them are counted. */
export interface ReadOptions {
  blockRows?: number;
  maxRejected?: number;
}

/** What a file was found to hold once it is read to its end. `blocks` are those not handed out before. */
export interface ReadSummary {
  blocks: ReadingBlock[];
  rows: number;
  rejected: RejectedRow[];
  /** Rows that could not be read, wholly or in some column. A row with two unreadable cells counts once and is listed twice. */
  rejectedCount: number;
  t0Ms: number;
  t1Ms: number;
  /** Median of the first 10,000 steps, ms; NaN with fewer than two rows. */
  stepMs: number;
}

/** A sink that turns rows into blocks. */
export interface RowReader extends RowSink {
  readonly rows: number;
  readonly rejectedCount: number;
  /** The blocks filled since the last call. */
  takeBlocks(): ReadingBlock[];
  finish(): Result<ReadSummary>;
}

const maxSteps = 10_000;

/**
 * A reader for the rows of one file, the header first. A row is left out where its field count, its time or the order of its
 * time is wrong, or where no reading of it is readable; a single unreadable cell becomes NaN of quality `unreadable`. `finish`
 * gives `bad-plan` where plan and header do not fit, `time-runs-back` where more rows lie behind the time before them than were
 * kept, and `no-row` where nothing was readable.
 */
export function createRowReader(plan: ImportPlan, assetId: string, options: ReadOptions = {}): RowReader {
  const { blockRows = 4096, maxRejected = 1000 } = options;
  const planFault = findPlanFault(plan);
  const width = plan.channels.length;
  const sources = plan.channels.flatMap(({ role }, index) => (role === 'ignored' ? [] : [index]));
  const readingSources = sources.filter((index) => plan.channels[index]?.role === 'reading');
  const readTime = timeReader(plan.timeFormat);
  const rejected: RejectedRow[] = [];
  const steps = new Float64Array(maxSteps);
  let header: string[] | null = null;
  let filled: ReadingBlock[] = [];
  let block = emptyBlock();
  let size = 0;
  let rows = 0;
  let rejectedCount = 0;
  let t0Ms = NaN;
  let t1Ms = NaN;
  let behind = 0;
  let firstBehind: { line: number; text: string; latestMs: number } | null = null;

  function emptyBlock(): ReadingBlock {
    return {
      assetId,
      channels: sources.map((index) => plan.channels[index]!.name),
      t: new Float64Array(blockRows),
      columns: sources.map(() => new Float32Array(blockRows)),
      quality: sources.map(() => new Uint8Array(blockRows))
    };
  }

  function list(reason: RejectReason, line: number, text: string, source = -1): void {
    if (rejected.length >= maxRejected) return;
    // A slice keeps the whole piece of the file it was cut from alive; joining its characters makes a string of its own.
    const copy = text.slice(0, 200).split('').join('');
    rejected.push({ line, text: copy, reason, column: plan.channels[source]?.name ?? '', isKept: source >= 0 });
  }

  function leaveOut(reason: RejectReason, line: number, text: string): void {
    rejectedCount++;
    list(reason, line, text);
  }

  /** Reads the cells of a row into place `size` of the block. Returns the sources of the unreadable ones, or null if none. */
  function readCells(fields: string[]): number[] | null {
    let unreadable: number[] | null = null;
    for (let channel = 0; channel < sources.length; channel++) {
      const cell = fields[sources[channel]!]!;
      const value = readNumber(cell);
      let quality: number = Quality.good;
      if (Number.isNaN(value)) {
        quality = isMissing(cell) ? Quality.missing : Quality.unreadable;
        if (quality === Quality.unreadable) (unreadable ??= []).push(sources[channel]!);
      }
      block.columns[channel]![size] = value;
      block.quality[channel]![size] = quality;
    }
    return unreadable;
  }

  function keep(t: number): void {
    if (rows === 0) t0Ms = t;
    else if (rows <= maxSteps) steps[rows - 1] = t - t1Ms;
    t1Ms = t;
    block.t[size++] = t;
    rows++;
    if (size < blockRows) return;
    filled.push(block);
    block = emptyBlock();
    size = 0;
  }

  function row(fields: string[], line: number, text: string | null): void {
    if (planFault || (fields.length === 1 && fields[0]!.trim() === '')) return;
    if (header === null) {
      header = fields;
      return;
    }
    const raw = (): string => text ?? fields.join(plan.delimiter);
    if (fields.length !== width) return leaveOut('field-count', line, raw());
    const t = readTime(fields[plan.timeColumn]!);
    if (Number.isNaN(t)) return leaveOut('bad-time', line, raw());
    if (t === t1Ms) return leaveOut('duplicate-time', line, raw());
    if (t < t1Ms) {
      behind++;
      firstBehind ??= { line, text: raw(), latestMs: t1Ms };
      return leaveOut('time-runs-back', line, raw());
    }
    const unreadable = readCells(fields);
    if (unreadable !== null) {
      if (readingSources.every((source) => unreadable.includes(source))) return leaveOut('bad-number', line, raw());
      rejectedCount++;
      for (const source of unreadable) list('bad-number', line, raw(), source);
    }
    keep(t);
  }

  return {
    row,
    broken(reason, line, text) {
      if (header === null) header = [text];
      else leaveOut(reason, line, text);
    },
    acceptsLineBreak: (fields) =>
      header === null ||
      (fields.length === width && [plan.timeColumn, ...sources].every((index) => !fields[index]!.includes('\n'))),
    get rows() {
      return rows;
    },
    get rejectedCount() {
      return rejectedCount;
    },
    takeBlocks() {
      const taken = filled;
      filled = [];
      return taken;
    },
    finish() {
      if (planFault) return planFault;
      if (header !== null && header.length !== width) {
        return fail('bad-plan', 'header', `${header.length} columns`, `${width} columns`);
      }
      const first = rejected[0];
      if (rows === 0) return fail('no-row', first ? `line ${first.line}` : 'file', first?.text ?? '', 'a readable row');
      // A file sorted newest first, or one wild stamp, would otherwise be imported as next to nothing.
      if (firstBehind && behind > rows) {
        const { line, text, latestMs } = firstBehind;
        return fail('time-runs-back', `line ${line}`, text, `a time after ${new Date(latestMs).toISOString()}`);
      }
      if (size > 0) filled.push(trimBlock(block, size));
      const blocks = filled;
      filled = [];
      const stepMs = median(steps.slice(0, Math.min(rows - 1, maxSteps)));
      return ok({ blocks, rows, rejected, rejectedCount, t0Ms, t1Ms, stepMs });
    }
  };
}

function trimBlock(block: ReadingBlock, size: number): ReadingBlock {
  return {
    ...block,
    t: block.t.slice(0, size),
    columns: block.columns.map((column) => column.slice(0, size)),
    quality: block.quality.map((quality) => quality.slice(0, size))
  };
}

/** Sorts `values` in place. NaN for none. */
function median(values: Float64Array): number {
  const middle = values.length >> 1;
  values.sort();
  const upper = values[middle] ?? NaN;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] ?? NaN)) / 2;
}
