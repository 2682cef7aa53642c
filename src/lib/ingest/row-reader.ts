/**
 * Rows of cells to blocks of readings, as the plan says, whatever format they come from. Everything that cannot be read is listed
 * and counted, nothing is guessed. Knows nothing of files, pieces of text or quotes. Long, because what a row
 * may come to shares one state: places, counts, rejections.
 */
import type { RejectedRow, RejectReason } from '../domain/asset';
import { storedChannel, type ImportPlan, type RowCounts } from '../domain/import-plan';
import { Quality, type ReadingBlock } from '../domain/reading-block';
import { fail, ok, type Result } from '../domain/result';
import { createAssetBlocks, type AssetBlocks } from './asset-blocks';
import { createCells, type Cells } from './cells';
import { createPivot, type Pivot } from './pivot';
import { findPlanFault } from './plan';
import type { RowSink } from './row-sink';
import { createPlacer, createStampReader, zoneOf, type DoubledHour, type Placer } from './stamp';

/** How many rows a block holds, how many rejected rows are listed (all of them are counted), and the id of an asset's readings. */
export interface ReadOptions {
  blockRows?: number;
  maxRejected?: number;
  /** Id under which the blocks of an asset come; '' is the name where the file names none. Left out: the name itself. */
  idOf?: (asset: string) => string;
  /**
   * What fills blocks newest first (`TimePlan.order`) holds all of them back until they can be handed over oldest first. True: they come
   * as they fill, so that memory stays bounded; `finish` then gives the oldest last.
   */
  takesFalling?: boolean;
}

/** An asset of a file, read to its end. */
export interface AssetSummary {
  name: string;
  rows: number;
  /** Rows with the time of another, and those behind the time before them: none of them is among `rows`. */
  duplicates: number;
  behind: number;
  t0Ms: number;
  t1Ms: number;
  /** Median of the first 10,000 steps, ms; NaN with fewer than two rows. */
  stepMs: number;
  /** Hours that the clock showed twice. */
  doubled: readonly DoubledHour[];
  /** Where the times look as if the clock had been put forward or back by an hour, ms; NaN for nowhere. */
  clockChangeMs: number;
}

/** What a file was found to hold once it is read to its end. `blocks` are those not handed out before. */
export interface ReadSummary {
  blocks: ReadingBlock[];
  counts: RowCounts;
  assets: AssetSummary[];
  /** The first rows that could not be read, wholly or in some column; a row with two unreadable cells is listed twice. */
  rejected: RejectedRow[];
  /** All such rows, each once. */
  rejectedCount: number;
}

/** A sink that turns rows into blocks. */
export interface RowReader extends RowSink {
  readonly counts: Readonly<RowCounts>;
  readonly rejectedCount: number;
  /** For a reader of bytes, which fills the cells of a wide row itself and then keeps it. */
  readonly cells: Cells;
  /** Keeps the row in `cells`; the reason where it has to be left out. */
  keep(stampMs: number, hasZone: boolean, asset: string): RejectReason | null;
  leaveOut(reason: RejectReason, line: number, text: string, column?: number, value?: string): void;
  /** The blocks filled since the last call; those of several assets in the order they filled. */
  takeBlocks(): ReadingBlock[];
  finish(): Result<ReadSummary>;
}

interface OpenAsset {
  blocks: AssetBlocks;
  placer: Placer;
  pivot: Pivot | null;
  duplicates: number;
  /** Of the long layout; of the wide one `blocks` counts them. */
  behind: number;
}

/** Assets beyond this many are taken for a column that names no assets. */
const maxAssets = 20_000;

/**
 * A reader for the rows of one or more files of a plan. A row is left out where its field count, its time, its name or the order
 * of its time is wrong, or where no reading of it is readable; a single unreadable cell becomes NaN of quality `unreadable`.
 * `finish` gives `bad-plan` for a plan that is none, `time-runs-back` where more rows of an asset lie behind the time before them
 * than were kept, and `no-row` where nothing was readable.
 */
export function createRowReader(plan: ImportPlan, options: ReadOptions = {}): RowReader {
  const { blockRows = 4096, maxRejected = 1000, idOf = (asset: string) => asset, takesFalling = false } = options;
  const planFault = findPlanFault(plan);
  const { width, assetColumn, tagColumn, valueColumn } = plan;
  const isLong = plan.layout === 'long';
  const { column: timeColumn, clockColumn, order } = plan.time;
  const isFalling = order === 'falling';
  /** Times that fall rise with the other sign. */
  const direction = isFalling ? -1 : 1;
  const isHeld = isFalling && !takesFalling;
  const imported = plan.channels.filter(({ role }) => role !== 'ignored');
  const names = imported.map((channel) => storedChannel(channel).name);
  const readings = imported.flatMap(({ role }, index) => (role === 'reading' ? [index] : []));
  const cells = createCells(plan);
  const stamps = createStampReader(plan.time.format, plan, plan.time.rowMs);
  const zone = zoneOf(plan.time);
  const rejected: RejectedRow[] = [];
  const counts: RowCounts = { accepted: 0, rejected: 0, duplicates: 0 };
  const assets = new Map<string, OpenAsset>();
  const indexOfTag = new Map(plan.channels.map(({ tag }) => [tag ?? '', -1]));
  imported.forEach(({ tag }, index) => indexOfTag.set(tag ?? '', index));
  let latest: OpenAsset | null = null;
  let filled: ReadingBlock[] = [];
  let rejectedCount = 0;
  let firstBehind: { line: number; text: string; latestMs: number } | null = null;

  function openAsset(name: string): OpenAsset | null {
    if (latest?.blocks.asset === name) return latest;
    const known = assets.get(name);
    if (known) return (latest = known);
    if (assets.size === maxAssets) return null;
    const blocks = createAssetBlocks(name, idOf(name), names, { blockRows, order }, (block) => filled.push(block));
    const placer = createPlacer(zone, plan.time);
    const pivot = isLong
      ? createPivot(imported.length, Quality.missing, (t, v, q) => blocks.add(direction * t, v, q))
      : null;
    latest = { blocks, placer, pivot, duplicates: 0, behind: 0 };
    assets.set(name, latest);
    return latest;
  }

  function list(
    reason: RejectReason,
    line: number,
    text: string,
    column: string,
    value: string,
    isKept: boolean
  ): void {
    if (rejected.length >= maxRejected) return;
    const row: RejectedRow = { line, text: copy(text), reason, column, isKept };
    rejected.push(value === '' && column === '' ? row : { ...row, value: copy(value) });
  }

  function leaveOut(reason: RejectReason, line: number, text: string, column = -1, value = ''): void {
    rejectedCount++;
    counts.rejected++;
    const name = plan.channels.find((channel) => channel.column === column && channel.tag === null)?.name ?? '';
    list(reason, line, text, name, value, false);
  }

  function keep(stampMs: number, hasZone: boolean, name: string): RejectReason | null {
    const asset = openAsset(name);
    if (!asset) return 'bad-name';
    const { blocks, placer } = asset;
    const tMs = hasZone ? stampMs : placer.place(stampMs, blocks.lastMs);
    if (Number.isNaN(tMs)) return 'skipped-hour';
    const kept = blocks.add(tMs, cells.values, cells.quality);
    if (kept === 'behind') return 'time-runs-back';
    if (kept === 'double') {
      asset.duplicates++;
      counts.duplicates++;
    } else counts.accepted++;
    return null;
  }

  function wideRow(fields: string[], stampMs: number, name: string, line: number, raw: () => string): void {
    const { hasZone } = stamps;
    let unreadable: number[] | null = null;
    for (let index = 0; index < imported.length; index++) {
      if (!cells.setText(index, fields[cells.columns[index]!]!)) (unreadable ??= []).push(index);
    }
    if (unreadable && readings.every((index) => unreadable.includes(index))) return leaveOut('bad-number', line, raw());
    const reason = keep(stampMs, hasZone, name);
    if (reason) return leaveKeptOut(reason, line, raw(), name);
    if (!unreadable) return;
    rejectedCount++;
    for (const index of unreadable) {
      list('bad-number', line, raw(), imported[index]!.name, fields[cells.columns[index]!]!, true);
    }
  }

  function leaveKeptOut(reason: RejectReason, line: number, text: string, name: string): void {
    const latestMs = assets.get(name)?.blocks.lastMs ?? NaN;
    if (reason === 'time-runs-back') firstBehind ??= { line, text: copy(text), latestMs };
    leaveOut(reason, line, text, reason === 'bad-name' ? assetColumn! : timeColumn);
  }

  function longRow(fields: string[], stampMs: number, name: string, line: number, raw: () => string): void {
    const { hasZone } = stamps;
    const tag = fields[tagColumn!]!.trim();
    const index = indexOfTag.get(tag);
    if (index === undefined) return leaveOut('bad-name', line, raw(), tagColumn!, tag);
    if (index < 0) return void counts.accepted++;
    const asset = openAsset(name);
    if (!asset?.pivot) return leaveOut('bad-name', line, raw(), assetColumn!, name);
    const before = direction * asset.pivot.latestMs(index);
    const tMs = hasZone ? stampMs : asset.placer.place(stampMs, before);
    if (Number.isNaN(tMs)) return leaveOut('skipped-hour', line, raw(), timeColumn);
    if (!cells.setText(index, fields[valueColumn!]!))
      return leaveOut('bad-number', line, raw(), valueColumn!, fields[valueColumn!]!);
    if (direction * (tMs - before) < 0) {
      asset.behind++;
      firstBehind ??= { line, text: copy(raw()), latestMs: before };
      return leaveOut('time-runs-back', line, raw(), timeColumn);
    }
    const isGivenUp = isFalling && tMs === before;
    const isNew = !isGivenUp && asset.pivot.add(index, direction * tMs, cells.values[index]!, cells.quality[index]!);
    if (isNew) counts.accepted++;
    else {
      asset.duplicates++;
      counts.duplicates++;
    }
  }

  function row(fields: string[], line: number, text: string | null): void {
    if (planFault || line < plan.dataLine || (fields.length <= 1 && (fields[0] ?? '').trim() === '')) return;
    const raw = (): string => text ?? fields.join(plan.delimiter);
    const isBlank = (): boolean => fields.every((each) => each.trim() === '');
    if (fields.length !== width) {
      // A sheet's rows may end with their last filled cell; in text a missing field may be any of them.
      if (plan.format !== 'excel' || fields.length > width) {
        return isBlank() ? undefined : leaveOut('field-count', line, raw());
      }
      while (fields.length < width) fields.push('');
    }
    const cell =
      clockColumn === null ? fields[timeColumn]! : `${fields[timeColumn]!.trim()} ${fields[clockColumn]!.trim()}`;
    const stampMs = stamps.read(cell);
    if (Number.isNaN(stampMs)) {
      // A spreadsheet's empty rows, written out, are no rows.
      return isBlank() ? undefined : leaveOut('bad-time', line, raw(), timeColumn, cell);
    }
    const name = assetColumn === null ? '' : fields[assetColumn]!.trim();
    if (assetColumn !== null && name === '') return leaveOut('bad-name', line, raw(), assetColumn, name);
    if (isLong) longRow(fields, stampMs, name, line, raw);
    else wideRow(fields, stampMs, name, line, raw);
  }

  const needed = [timeColumn, clockColumn, assetColumn, tagColumn, ...cells.columns].filter(
    (column) => column !== null
  );
  return {
    row,
    cells,
    keep,
    leaveOut(reason, line, text, column, value) {
      if (reason !== 'time-runs-back') return leaveOut(reason, line, text, column, value);
      leaveKeptOut(reason, line, text, latest?.blocks.asset ?? '');
    },
    broken(reason, line, text) {
      if (!planFault && line >= plan.dataLine) leaveOut(reason, line, text);
    },
    acceptsLineBreak: (fields) => fields.length === width && needed.every((index) => !fields[index]!.includes('\n')),
    counts,
    get rejectedCount() {
      return rejectedCount;
    },
    takeBlocks() {
      if (isHeld) return [];
      const taken = filled;
      filled = [];
      return taken;
    },
    finish() {
      if (planFault) return planFault;
      for (const { pivot, blocks } of assets.values()) {
        pivot?.finish();
        blocks.finish();
      }
      const read = [...assets.values()].filter(({ blocks }) => blocks.rows > 0);
      const first = rejected[0];
      // One wild stamp would otherwise make next to nothing of a file.
      const accepted = counts.accepted + counts.duplicates;
      const behind = [...assets.values()].some(({ blocks }) => blocks.behind > blocks.rows);
      if (firstBehind && (behind || (isLong && counts.rejected > accepted))) {
        const { line, text, latestMs } = firstBehind;
        const expected = `a time ${isFalling ? 'before' : 'after'} ${new Date(latestMs).toISOString()}`;
        return fail('time-runs-back', `line ${line}`, text, expected);
      }
      if (read.length === 0)
        return fail('no-row', first ? `line ${first.line}` : 'file', first?.text ?? '', 'a readable row');
      const blocks = isHeld ? filled.reverse() : filled;
      filled = [];
      const summaries = read.map(
        ({
          blocks: { asset, rows, behind, firstMs, lastMs, stepMs, clockChangeMs },
          placer: { doubled },
          ...counted
        }) => ({
          name: asset,
          rows,
          duplicates: counted.duplicates,
          behind: behind + counted.behind,
          t0Ms: isFalling ? lastMs : firstMs,
          t1Ms: isFalling ? firstMs : lastMs,
          stepMs: stepMs(),
          doubled,
          clockChangeMs
        })
      );
      return ok({ blocks, counts, assets: summaries, rejected, rejectedCount });
    }
  };
}

/** The first 200 characters. A slice keeps the whole piece of the file it was cut from alive; joining them makes a string of its own. */
function copy(text: string): string {
  return text.slice(0, 200).split('').join('');
}
