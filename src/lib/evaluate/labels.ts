/**
 * Findings held against a recording's own label columns: what a page shows where a file brings somebody's verdict along.
 * Labels are read here, after training, and nowhere else.
 */
import type { Finding } from '../domain/finding';
import type { LabelVerdict } from '../domain/label-verdict';
import type { ReadingBlock } from '../domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '../domain/score';
import { countConfusion, f1, farPct, marPct, poolConfusions, type Confusion } from './confusion';
import { Flag } from './method-score';

/** The recording, its scores and findings, the label columns, and the range that was trained on. */
export interface LabelRequest {
  blocks: ReadingBlock[];
  scores: ScoreBlock[];
  findings: Finding[];
  labels: string[];
  training: { t0Ms: number; t1Ms: number };
}

/**
 * Compares each label column, any value but 0 being an anomaly. Left out: rows trained on, rows whose label is missing, and
 * whole columns that mark moments instead of stretches, such as change points, of which rates over rows say nothing.
 * A row is an alarm from the moment its finding was known to the finding's end, and unknown where it has no score.
 */
export function compareLabels({ blocks, scores, findings, labels, training }: LabelRequest): LabelVerdict[] {
  const statusAt = new Map<number, number>();
  for (const { t, status } of scores) t.forEach((tMs, row) => statusAt.set(tMs, status[row]!));
  const flagAt = (tMs: number): number => {
    if (statusAt.get(tMs) !== ScoreStatus.scored) return Flag.unknown;
    const isInside = findings.some(({ openedMs, endMs }) => tMs >= openedMs && tMs < (endMs ?? Infinity));
    return isInside ? Flag.alarm : Flag.normal;
  };
  const stretches = labels.filter((column) => blocks.some((block) => hasStretch(block, column)));
  return stretches.map((column) =>
    describe(column, poolConfusions(blocks.map((block) => countBlock(block, column, training, flagAt))))
  );
}

/** True where two successive rows are labelled. */
function hasStretch({ channels, columns }: ReadingBlock, column: string): boolean {
  const label = columns[channels.indexOf(column)];
  return label?.some((value, row) => value > 0 && label[row + 1]! > 0) ?? false;
}

function countBlock(
  { t, channels, columns }: ReadingBlock,
  column: string,
  training: LabelRequest['training'],
  flagAt: (tMs: number) => number
): Confusion {
  const label = columns[channels.indexOf(column)];
  const truth: number[] = [];
  const flags: number[] = [];
  t.forEach((tMs, row) => {
    const value = label?.[row] ?? NaN;
    if (Number.isNaN(value) || (tMs >= training.t0Ms && tMs <= training.t1Ms)) return;
    truth.push(value === 0 ? 0 : 1);
    flags.push(flagAt(tMs));
  });
  return countConfusion(Uint8Array.from(truth), Uint8Array.from(flags));
}

function describe(column: string, counts: Confusion): LabelVerdict {
  const anomalous = counts.tp + counts.fn;
  const normal = counts.tn + counts.fp;
  return {
    column,
    rows: anomalous + normal + counts.unknown,
    labelledRows: anomalous,
    unknownRows: counts.unknown,
    f1: f1(counts),
    farPct: farPct(counts),
    marPct: marPct(counts),
    flagAllF1: f1({ tp: anomalous, fp: normal, tn: 0, fn: 0, unknown: 0 })
  };
}
