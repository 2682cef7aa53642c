import type { Channel } from './channel';

/** A pump with its recording, as listed in `records`. The readings themselves are in `history`. */
export interface Asset {
  id: string;
  name: string;
  /** Earlier names: a source that goes on under one of them still means this asset. */
  knownAs?: string[];
  createdMs: number;
  /** Name of the file, or `sample` for the shipped sample pump. */
  source: string;
  /** True for a pump that a twin brought. */
  isSimulated?: boolean;
  /** Imported channels, labels included, in the order of the stored columns. */
  channels: Channel[];
  rows: number;
  t0Ms: number;
  t1Ms: number;
  /** Median distance between samples, ms. */
  stepMs: number;
  /** Rows of the file that could not be read, wholly or in part. What is wrong in the first of them is kept as `RejectedRow`s. */
  rejectedRows: number;
  /** Rows of the file that their time kept out of the recording; absent where nobody counted them. */
  leftOut?: LeftOutRows;
  /** The model whose scores and findings are shown, or null while none is trained. */
  activeModelId: string | null;
}

/** Rows with the time of another one, of which one counts, and rows that lie behind the time before them. */
export interface LeftOutRows {
  duplicates: number;
  runsBack: number;
}

/** A row of the source that could not be read, wholly or in one column: its line (1 is the file's first), its text and the reason. */
export interface RejectedRow {
  line: number;
  /** The row as it stands in the file, cut to 200 characters; of a format that is no text, its cells. */
  text: string;
  reason: RejectReason;
  /** Column the reason speaks of, empty where it is the row as a whole. */
  column: string;
  /** The cell the reason speaks of, cut likewise; absent where it is the row as a whole. */
  value?: string;
  /** True where the row was kept with this one value missing; false where the whole row was left out. */
  isKept: boolean;
}

export type RejectReason =
  | 'field-count'
  | 'bad-time'
  /** A local time that the clock skipped when it was set forward. */
  | 'skipped-hour'
  | 'bad-number'
  /** Recorded by earlier versions; of rows with one time the last counts now, and the others are only counted. */
  | 'duplicate-time'
  | 'time-runs-back'
  | 'bad-quotes'
  /** A tag or an asset that the plan does not know, or none. */
  | 'bad-name';

/** True for a pump that is the reference pump of the twin, so that limits of that pump hold for it. */
export function isReferencePump({ source, isSimulated }: Pick<Asset, 'source' | 'isSimulated'>): boolean {
  return source === 'sample' || isSimulated === true;
}
