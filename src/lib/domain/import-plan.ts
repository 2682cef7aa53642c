import type { RejectedRow } from './asset';
import type { Channel } from './channel';

/** Delimiters a text file may use. */
export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** How the time column is written. `iso` covers both ISO 8601 and `YYYY-MM-DD hh:mm:ss`; without a zone it is UTC. */
export const timeFormats = ['iso', 'epoch-s', 'epoch-ms'] as const;
export type TimeFormat = (typeof timeFormats)[number];

/** How a file is to be read. Proposed by the preview, changed by the person, obeyed by the import. */
export interface ImportPlan {
  delimiter: Delimiter;
  /** Index of the time column. */
  timeColumn: number;
  timeFormat: TimeFormat;
  /** One per column of the file, the time column included (its role is `ignored`). */
  channels: Channel[];
}

/** What a person asks of a preview: their own plan, or a delimiter under which a plan is to be proposed. */
export type PlanWish = ImportPlan | Pick<ImportPlan, 'delimiter'>;

/** What was understood of a file from its beginning. */
export interface ImportPreview {
  fileName: string;
  bytes: number;
  plan: ImportPlan;
  /** Column names as in the header. */
  columns: PreviewColumn[];
  /** The first rows as text, at most 12, each as long as `columns`. */
  rows: string[][];
  /** Median step of the rows looked at, ms; NaN with fewer than two. */
  stepMs: number;
  t0Ms: number;
  /** Rows looked at, and what could not be read in them, cell by cell. */
  rowsRead: number;
  rejected: RejectedRow[];
}

/** One column as the preview saw it, missing cells left out. */
export interface PreviewColumn {
  name: string;
  /** Share of its cells that are numbers. */
  numericShare: number;
  /** The time format most of its cells agree on, or null. */
  timeFormat: TimeFormat | null;
}

/** How far an import has come. */
export interface ImportProgress {
  bytesRead: number;
  bytesTotal: number;
  rows: number;
  rejected: number;
}
