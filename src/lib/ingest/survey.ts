/**
 * A whole file read by its plan without storing it: what it holds, counted, and what only the whole of it can tell. Exists so that
 * a person sees before the import what will become of every row, and is asked before a doubtful value is stored.
 */
import type { ImportPlan, Survey } from '../domain/import-plan';
import { isBad, type ReadingBlock } from '../domain/reading-block';
import { ok, type Result } from '../domain/result';
import { readContent, type Content } from './content';
import { createRowReader, type AssetSummary } from './row-reader';

/** Numbers that loggers write for "no value": far from any reading, and easy to type. */
const sentinels = [-9999, -99999, -999, -999.25, -32768, 9999, 99999] as const;
/** A sentinel this many times as large as every other value of its column is taken for one; nearer ones are asked about. */
const farFactor = 4;
const listedRejected = 1000;

/** What a survey found. */
export interface SurveyFindings {
  survey: Survey;
  doubts: SentinelDoubt[];
  assets: AssetSummary[];
}

/** Numbers in a channel that may stand for no value. */
export interface SentinelDoubt {
  /** Index of the plan's channel. */
  channel: number;
  values: number[];
  count: number;
  /** Far from everything else in the column: taken for no value unless a person says otherwise. */
  isFar: boolean;
}

/** What the surveyed values of one channel are. */
interface ValueRange {
  missing: number;
  low: number;
  high: number;
  /** How often each of `sentinels` occurs. */
  counts: number[];
}

/** An empty survey, for a file that cannot be read yet. */
export function noSurvey(): Survey {
  return {
    accepted: 0,
    rejected: 0,
    duplicates: 0,
    assets: [],
    missing: [],
    stepMs: NaN,
    t0Ms: NaN,
    t1Ms: NaN,
    rejections: []
  };
}

/** Reads all contents, which must be of one plan and in time order. */
export async function surveyContents(
  contents: Content[],
  plan: ImportPlan,
  onProgress: (bytesRead: number) => void = () => undefined
): Promise<Result<SurveyFindings>> {
  const reader = createRowReader(plan, { maxRejected: listedRejected, takesFalling: true });
  const imported = plan.channels.flatMap(({ role }, index) => (role === 'ignored' ? [] : [index]));
  const ranges = imported.map((): ValueRange => ({
    missing: 0,
    low: Infinity,
    high: -Infinity,
    counts: sentinels.map(() => 0)
  }));
  const stored = imported.map((index) => marksOf(plan, index));
  let before = 0;
  for (const content of contents) {
    await readContent(content, plan, reader, (bytesRead) => {
      for (const block of reader.takeBlocks()) addBlock(ranges, stored, block);
      onProgress(before + bytesRead);
    });
    before += content.file.bytes;
  }
  const read = reader.finish();
  if (!read.ok) return read;
  for (const block of read.value.blocks) addBlock(ranges, stored, block);
  const { assets, counts, rejected } = read.value;
  const missing = plan.channels.map(() => 0);
  imported.forEach((index, place) => (missing[index] = ranges[place]!.missing));
  return ok({
    survey: {
      ...counts,
      assets: assets.map(({ name, rows, t0Ms, t1Ms }) => ({ name, rows, t0Ms, t1Ms })),
      missing,
      stepMs: assets[0]!.stepMs,
      t0Ms: assets.reduce((least, { t0Ms }) => Math.min(least, t0Ms), Infinity),
      t1Ms: assets.reduce((most, { t1Ms }) => Math.max(most, t1Ms), -Infinity),
      rejections: rejected
    },
    doubts: imported.flatMap((index, place) => findDoubt(plan, index, ranges[place]!, stored[place]!.values)),
    assets
  });
}

/** A number of the file as it comes out of a block. */
function toStored({ channels }: ImportPlan, index: number, value: number): number {
  const { factor, offset } = channels[index]!;
  return Math.fround(value * factor + offset);
}

/** The sentinels of a channel as they come out of a block, and the stretch around zero that holds none of them. */
interface Marks {
  values: number[];
  above: number;
  below: number;
}

function marksOf(plan: ImportPlan, index: number): Marks {
  const values = sentinels.map((value) => toStored(plan, index, value));
  const zero = toStored(plan, index, 0);
  return {
    values,
    above: Math.max(...values.filter((value) => value < zero)),
    below: Math.min(...values.filter((value) => value > zero))
  };
}

function addBlock(ranges: ValueRange[], stored: Marks[], { t, columns, quality }: ReadingBlock): void {
  for (let channel = 0; channel < ranges.length; channel++) {
    const range = ranges[channel]!;
    const [values, codes] = [columns[channel]!, quality[channel]!];
    const { values: marks, above, below } = stored[channel]!;
    let { missing, low, high } = range;
    for (let row = 0; row < t.length; row++) {
      const value = values[row]!;
      if (codes[row] !== 0 && isBad(codes[row]!)) missing++;
      // Nearly every value lies between the marks.
      else if (!(value > above && value < below) && marks.includes(value)) range.counts[marks.indexOf(value)]!++;
      else {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    Object.assign(range, { missing, low, high });
  }
}

function findDoubt(plan: ImportPlan, channel: number, range: ValueRange, stored: number[]): SentinelDoubt[] {
  const { sentinels: known, factor, offset } = plan.channels[channel]!;
  const ends = [(range.low - offset) / factor, (range.high - offset) / factor] as const;
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const isAlone = range.low > range.high;
  // Among values on both of its sides it is a value.
  const values = sentinels.filter((value, place) => {
    const isThere = range.counts[place]! > 0 && !known.includes(value) && !Number.isNaN(stored[place]);
    return isThere && (isAlone || value < low || value > high);
  });
  if (values.length === 0) return [];
  const count = values.reduce((sum, value) => sum + range.counts[sentinels.findIndex((each) => each === value)]!, 0);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const isFar = (value: number): boolean =>
    isAlone || Math.abs(value) >= farFactor * largest || (value < 0 && low >= 0);
  return [{ channel, values, count, isFar: values.every(isFar) }];
}
