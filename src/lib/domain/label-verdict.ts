/**
 * How the findings compare with somebody's labels, on the rows outside the training range. A figure is null where it is
 * undefined. `flagAllF1` is what calling every row an anomaly would score: the floor no result may be shown without.
 */
export interface LabelVerdict {
  column: string;
  rows: number;
  labelledRows: number;
  /** Rows without a score, left out. */
  unknownRows: number;
  f1: number | null;
  farPct: number | null;
  marPct: number | null;
  flagAllF1: number | null;
}
