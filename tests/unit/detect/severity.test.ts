import { describe, expect, it } from 'vitest';
import { gradeEvidence, gradeSeverity } from '$lib/detect/severity';

describe('gradeSeverity', () => {
  it.each([
    [1.01, 'low'],
    [1.499, 'low'],
    [1.5, 'medium'],
    [2.999, 'medium'],
    [3, 'high'],
    [Infinity, 'high']
  ])('grades a peak of %f × the threshold as %s', (ratio, severity) => {
    expect(gradeSeverity(ratio)).toBe(severity);
  });
});

describe('gradeEvidence', () => {
  it.each([
    [1.2, 1, 'weak'],
    [5, 0.49, 'weak'],
    [1.25, 0.5, 'clear'],
    [5, 0.79, 'clear'],
    [1.99, 1, 'clear'],
    [2, 0.8, 'strong']
  ])('grades a peak of %f × the threshold with %f of the windows above as %s', (ratio, share, evidence) => {
    expect(gradeEvidence(ratio, share)).toBe(evidence);
  });
});
