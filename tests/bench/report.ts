/** What a run found, as data: `--json` writes exactly this. */
import type { Figure } from './product/figure';
import type { Task } from './subject';

/** One line of the table. */
export interface Measurement {
  name: string;
  detail: string;
  task: Task;
  runs: number;
  /** The first run, which compiles. */
  firstMs: number;
  medianMs: number;
  p95Ms: number;
  /** Null for a roof. */
  windowsPerSecond: number | null;
  /** Null for everything but a roof. */
  multiplyAddsPerSecond: number | null;
  /** Distance from the double-precision reference: largest absolute difference of outputs, or largest relative one of losses. */
  error: number | null;
}

/** Ours against a peer, or against a roof. */
export interface Comparison {
  measure: string;
  ours: string;
  /** A peer's time divided by ours; or the share of a roof, 0 … 1. */
  value: number;
  unit: 'ratio' | 'share';
  /** Null where nothing is promised. */
  goal: number | null;
}

/** A subject that was not measured, and why. */
export interface Absence {
  name: string;
  reason: string;
  /** True where it ran and was wrong: the run has failed. */
  isWrong: boolean;
}

/** The whole run. */
export interface Report {
  command: string;
  date: string;
  /** `load`: processes that wanted to compute in the minute before, the bench not among them. */
  machine: { processor: string; cores: number; load: number; memoryGiB: number; system: string; node: string };
  browser: string | null;
  adapter: string | null;
  hasSoftwareGpu: boolean;
  seconds: number;
  measurements: Measurement[];
  comparisons: Comparison[];
  /** Of the app in a browser. */
  figures: Figure[];
  absences: Absence[];
  /** What a reader must know to read the table. */
  notes: string[];
}
