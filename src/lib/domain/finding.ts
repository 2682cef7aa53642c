/** A run of scores above the threshold, opened by k of n and closed with hysteresis. `endMs` is null while it is open. */
export interface Finding {
  id: string;
  assetId: string;
  modelId: string;
  /** First row above the threshold of the run that opened it. */
  startMs: number;
  /** Row at which it was known. */
  openedMs: number;
  endMs: number | null;
  peakMs: number;
  peakScore: number;
  threshold: number;
  /** Windows scored inside the finding, and those of them above the threshold. */
  windows: number;
  windowsAbove: number;
  severity: Severity;
  evidence: Evidence;
  /** Largest share first. Shares sum to 1. */
  contributions: Contribution[];
}

/** How far the peak stands above the threshold. */
export type Severity = 'low' | 'medium' | 'high';

/** How sure it is: from how far and how steadily the score stood above the threshold. */
export type Evidence = 'weak' | 'clear' | 'strong';

/** One channel's part in a finding: its share of the error and what was seen against what was expected, means over the finding's windows above the threshold. */
export interface Contribution {
  channel: string;
  unit: string;
  share: number;
  seen: number;
  expected: number;
}
