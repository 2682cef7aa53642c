/**
 * How far and how surely a finding stands above the threshold. The limits are our choice, the same for every pump: a reconstruction
 * error has no unit, so only its ratio to the threshold means the same everywhere.
 */
import type { Evidence, Severity } from '../domain/finding';

/** Peak / threshold from which a finding is of medium, and of high, severity. */
const severityRatio = { medium: 1.5, high: 3 } as const;

/** Evidence needs both: a peak this many times the threshold, and this share of the finding's windows above it. */
const evidenceRule = { clear: { ratio: 1.25, share: 0.5 }, strong: { ratio: 2, share: 0.8 } } as const;

/** Grades a peak given as multiple of the threshold. */
export function gradeSeverity(peakRatio: number): Severity {
  if (peakRatio >= severityRatio.high) return 'high';
  return peakRatio >= severityRatio.medium ? 'medium' : 'low';
}

/** Grades the evidence from the peak, as multiple of the threshold, and the share of windows above it, 0 … 1. */
export function gradeEvidence(peakRatio: number, shareAbove: number): Evidence {
  const { clear, strong } = evidenceRule;
  if (peakRatio >= strong.ratio && shareAbove >= strong.share) return 'strong';
  return peakRatio >= clear.ratio && shareAbove >= clear.share ? 'clear' : 'weak';
}
