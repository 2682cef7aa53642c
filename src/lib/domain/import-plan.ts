/**
 * How a file of readings is to be read, and what is understood of it. Proposed by the preview, changed and answered by a person,
 * obeyed by the import: whatever decides the stored values stands in the plan.
 */
import type { RejectedRow } from './asset';
import type { Channel } from './channel';
import { findPumpChannel } from './pump-channel';
import type { Fault } from './result';

export const fileFormats = ['csv', 'cmapss', 'excel', 'parquet'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Encodings of text; a file that is no text says `utf-8`. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

/** Delimiters a text file may use. Blanks divide C-MAPSS only, any number of them as one. */
export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number] | ' ';

export type Decimal = '.' | ',';
/** What stands between groups of three digits; empty where nothing does. A blank stands for a no-break space as well. */
export const groupings = ['', ',', '.', ' ', "'"] as const;
export type Grouping = (typeof groupings)[number];

/**
 * How times are written. `iso`: ISO 8601 or `YYYY-MM-DD hh:mm:ss`. `…-first`: numbers divided by any of `. / -` in this order (or
 * with an English month name), a clock of 24 or 12 hours behind them, two-digit years 69…99 and 00…68. `excel-…`: days since the
 * workbook's epoch. `rows`: whole numbers that count steps.
 */
export const timeFormats = [
  'iso',
  'day-first',
  'month-first',
  'year-first',
  'epoch-s',
  'epoch-ms',
  'epoch-us',
  'epoch-ns',
  'excel-1900',
  'excel-1904',
  'rows'
] as const;
export type TimeFormat = (typeof timeFormats)[number];

/** Whether the rows of a file come oldest or newest first. */
export const rowOrders = ['rising', 'falling'] as const;
export type RowOrder = (typeof rowOrders)[number];

/** Where the time of a row stands and what it means. */
export interface TimePlan {
  /** Index of the time column, or of the date's column where `clockColumn` is the one of the time of day. */
  column: number;
  clockColumn: number | null;
  format: TimeFormat;
  /** Zone of stamps that name none: `UTC`, an IANA name, or an offset as `+05:30`. Stamps with an offset of their own keep it. */
  zone: string;
  /** An hour that a clock shows twice in autumn: told apart by the order of the rows, or always the first or second one. */
  doubledHour: 'by-order' | 'first' | 'second';
  /** With `rows`: ms from one number to the next. Number 0 is 1970-01-01. */
  rowMs: number;
  /** A file whose times fall is read as if its rows stood the other way round. */
  order: RowOrder;
}

/** One series of the file. What is stored is `value * factor + offset`, under `mappedTo` where that is set. */
export interface PlannedChannel extends Channel {
  /** Index of the column its values stand in. `name` and `unit` are those of the file, the name made distinct. */
  column: number;
  /** In the long layout the tag whose rows these are; null in the wide one. */
  tag: string | null;
  /** The pump channel (`PumpChannelId`) this is, or null. */
  mappedTo: string | null;
  factor: number;
  offset: number;
  /** Numbers that stand for "no value" in the file, such as -9999, beside the words that always do. */
  sentinels: number[];
}

/** How a file is to be read. */
export interface ImportPlan {
  format: FileFormat;
  encoding: Encoding;
  delimiter: Delimiter;
  decimal: Decimal;
  grouping: Grouping;
  /** Sheet of a workbook; null where the format has none. */
  sheet: string | null;
  /** Lines of the header and of the units, 1 is the file's first; null where there is none. Readings begin at `dataLine`. */
  headerLine: number | null;
  unitsLine: number | null;
  dataLine: number;
  /** Columns of the file. */
  width: number;
  time: TimePlan;
  layout: 'wide' | 'long';
  /** Long layout only: the columns of the tag and of the value. */
  tagColumn: number | null;
  valueColumn: number | null;
  /** The column that names the asset, or null where the file is about one. */
  assetColumn: number | null;
  /** Wide: one for each column, in file order, those not imported in the role `ignored`. Long: one for each tag. */
  channels: PlannedChannel[];
  /** What was ambiguous. A file with a question that has no answer is not imported. */
  questions: Question[];
}

/** Something a file leaves open. `answer` null: a person must choose. Otherwise it is assumed, or answered, and can be changed. */
export interface Question {
  /** Names what is asked: a `QuestionTopic`, for some of them with a colon and the column's name behind it. */
  about: string;
  /** Place, column or cells it is about, as they stand in the file. */
  where: string;
  /** What may be answered; for `time-zone` any IANA name or offset besides. `example` shows what it would mean for `where`. */
  options: QuestionOption[];
  answer: string | null;
}

export interface QuestionOption {
  id: string;
  example: string;
}

/**
 * Lines that can be answered by their number, 1 is the file's first: those of the names and of the units (or `none`), and the first one
 * of readings.
 */
export const lineTopics = ['header-line', 'units-line', 'data-line'] as const;

/** What questions are about. Encoding, delimiter and lines are never asked; they can be answered all the same. */
export const questionTopics = [
  'encoding',
  'delimiter',
  ...lineTopics,
  'decimal',
  'sheet',
  'time-format',
  'time-zone',
  'doubled-hour',
  'layout',
  'sentinel',
  'unit',
  'row-step'
] as const;
export type QuestionTopic = (typeof questionTopics)[number];

/** Answers by what they are about. */
export type Answers = Record<string, string>;

/** What a person asks of a preview: a plan of their own, obeyed as it stands, or answers under which one is proposed afresh. */
export type PlanWish = { plan: ImportPlan } | { answers: Answers };

/** What was understood of one file, or of several of the same layout that follow each other in time. */
export interface ImportPreview {
  /** Names of the files, in time order; a file inside an archive as `archive.zip/inner.csv`. */
  fileNames: string[];
  /** Bytes of their content, unpacked. */
  bytes: number;
  plan: ImportPlan;
  /** The columns as the file has them. */
  columns: PreviewColumn[];
  /** The lines above the readings that hold something, at most the last 12 of them, as they stand there. */
  above: { line: number; cells: string[] }[];
  /** The first rows as text, at most 12, each as long as `columns`, and the line each begins on. */
  rows: string[][];
  lines: number[];
  /** Their times as understood, ms UTC; NaN where one is not readable. */
  times: number[];
  /** The whole file, read by the plan; everything zero or empty while a question is open. */
  survey: Survey;
}

/** Files previewed together: one preview per recording, and why the other files cannot be read. */
export interface PreviewedFiles {
  groups: ImportPreview[];
  unread: Fault[];
}

/** What to import: files by their names in the preview, in time order, as a pump of this name (or pumps, where the file names several). */
export interface ImportJob {
  fileNames: string[];
  plan: ImportPlan;
  name: string;
}

/** One column as the preview saw it, missing cells left out. */
export interface PreviewColumn {
  name: string;
  /** The unit the file gives it, in its name or units row. */
  unit: string;
  /** Share of its cells that are numbers. */
  numericShare: number;
  /** The time format most of its cells agree on, or null. */
  timeFormat: TimeFormat | null;
  /** The pump channel its name may mean, without being sure of it; null where none comes near. */
  suggested: string | null;
}

/** What a file holds, read whole by a plan. */
export interface Survey extends RowCounts {
  /** Assets in the order they appear, each with its rows; one of name '' where the file names none. */
  assets: { name: string; rows: number; t0Ms: number; t1Ms: number }[];
  /** As long as the plan's channels: values missing or unreadable, over all assets. */
  missing: number[];
  /** Median step of the first asset's rows, ms; NaN with fewer than two. */
  stepMs: number;
  t0Ms: number;
  t1Ms: number;
  /** The first of the rows that could not be read, wholly or in part. */
  rejections: RejectedRow[];
}

/** How a file's rows fared: stored, left out, given up for another row of the same time. They add up to the rows of the file. */
export interface RowCounts {
  accepted: number;
  rejected: number;
  duplicates: number;
}

/** How far an import has come. */
export interface ImportProgress {
  bytesRead: number;
  /** Zero where it is not known. */
  bytesTotal: number;
  rows: number;
  rejected: number;
}

/** The channel as it is stored: under the pump channel's name and unit where it is mapped to one. */
export function storedChannel({ name, unit, role, mappedTo }: PlannedChannel): Channel {
  const pumpChannel = mappedTo === null ? undefined : findPumpChannel(mappedTo);
  return pumpChannel ? { name: pumpChannel.id, unit: pumpChannel.unit, role } : { name, unit, role };
}

/** The first question without an answer, or undefined. */
export function findOpenQuestion({ questions }: Pick<ImportPlan, 'questions'>): Question | undefined {
  return questions.find(({ answer }) => answer === null);
}
