import { describe, expect, it } from 'vitest';
import type { RejectReason } from '$lib/domain/asset';
import { backends, precisions } from '$lib/domain/engine';
import type { BackendTrial, TrainingProgress } from '$lib/domain/engine';
import type { Contribution, Finding } from '$lib/domain/finding';
import { delimiters, timeFormats } from '$lib/domain/import-plan';
import type { PumpState, StateReason } from '$lib/domain/pump-state';
import type { FaultCode } from '$lib/domain/result';
import * as words from '$lib/ui/words';

const t0Ms = Date.UTC(2026, 2, 14, 10, 42);

/** Keys of a record that must name every member of a union: a member left out does not compile. */
function all<Code extends string>(codes: Record<Code, true>): Code[] {
  return Object.keys(codes) as Code[];
}

const faultCodes = all<FaultCode>({
  'no-time-column': true,
  'no-numeric-channel': true,
  'no-row': true,
  'time-runs-back': true,
  'not-text': true,
  'damaged-file': true,
  'refused-archive': true,
  'bad-plan': true,
  'bad-rule': true,
  'bad-act': true,
  'bad-recipe': true,
  'bad-model': true,
  'golden-mismatch': true,
  'too-little-healthy-data': true,
  'training-diverged': true,
  'not-found': true,
  quota: true,
  'storage-closed': true,
  storage: true,
  'no-backend': true,
  'worker-died': true,
  cancelled: true,
  unreachable: true,
  'signed-out': true,
  refused: true,
  unexpected: true
});
const reasons = all<StateReason>({
  'no-model': true,
  'finding-open': true,
  'below-threshold': true,
  gap: true,
  'missing-value': true,
  'warming-up': true,
  'no-score': true
});
const rejectReasons = all<RejectReason>({
  'field-count': true,
  'bad-time': true,
  'skipped-hour': true,
  'bad-number': true,
  'duplicate-time': true,
  'time-runs-back': true,
  'bad-quotes': true,
  'bad-name': true
});
const outcomes = all<BackendTrial['outcome']>({
  passed: true,
  absent: true,
  'software-adapter': true,
  'wrong-forward': true,
  'wrong-gradient': true,
  failed: true
});
const phases = all<TrainingProgress['phase']>({ starting: true, training: true, scoring: true, storing: true });

function bearing(change: Partial<Contribution> = {}): Contribution {
  return { channel: 'Bearing_Temperature_C', unit: '°C', share: 0.61, seen: 81.2, expected: 74, ...change };
}

function finding(contributions: Contribution[]): Finding {
  return {
    id: 'f',
    assetId: 'a',
    modelId: 'm',
    startMs: t0Ms,
    openedMs: t0Ms,
    endMs: null,
    peakMs: t0Ms,
    peakScore: 0.272,
    threshold: 0.08,
    windows: 331,
    windowsAbove: 318,
    severity: 'high',
    evidence: 'strong',
    contributions
  };
}

function state(reason: StateReason, change: Partial<PumpState> = {}): PumpState {
  return { condition: 'unknown', reason, sinceMs: t0Ms, finding: null, endedFindings: 0, ...change };
}

describe('every code has its own words', () => {
  it.each([
    ['condition', (['normal', 'anomaly', 'unknown'] as const).map(words.conditionWord)],
    ['severity', (['low', 'medium', 'high'] as const).map(words.severityWord)],
    ['priority', (['low', 'medium', 'high'] as const).map(words.severityPriority).map(String)],
    ['evidence', (['weak', 'clear', 'strong'] as const).map(words.evidenceWord)],
    ['backend', backends.map(words.backendWord)],
    ['backend choice', (['auto', ...backends] as const).map(words.backendChoiceWord)],
    ['precision', precisions.map(words.precisionWord)],
    ['trial', outcomes.map(words.trialWord)],
    ['phase', phases.map(words.phaseWord)],
    ['role', (['reading', 'label', 'ignored'] as const).map(words.roleWord)],
    ['delimiter', delimiters.map(words.delimiterWord)],
    ['time format', timeFormats.map(words.timeFormatWord)],
    ['reject reason', rejectReasons.map(words.rejectReasonWord)],
    ['state', reasons.map((reason) => words.stateSentence(state(reason)))],
    ['fault', faultCodes.map((code) => words.faultWords({ code, where: '', found: '', expected: '' }).what)]
  ])('%s', (_, texts) => {
    expect(texts.every((text) => text.trim() === text && text !== '')).toBe(true);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it.each(faultCodes)('the fault %s says what happened, what was kept and what to do, calmly', (code) => {
    const { what, kept, todo } = words.faultWords({ code, where: 'x', found: 'y', expected: 'z' });
    for (const text of [what, kept, todo]) {
      expect(text).toMatch(/^[A-Z].*\.$/);
      expect(text).not.toMatch(/!|oops|sorry/i);
    }
  });
});

describe('faultWords', () => {
  it.each(faultCodes.filter((code) => code.includes('-')))('does not show the code %s', (code) => {
    expect(Object.values(words.faultWords({ code, where: '', found: '', expected: '' })).join(' ')).not.toContain(code);
  });
});

describe('stateSentence', () => {
  const anomaly = (contributions: Contribution[]) =>
    words.stateSentence(state('finding-open', { condition: 'anomaly', finding: finding(contributions) }));

  it('names the largest contribution with its deviation', () => {
    expect(anomaly([bearing()])).toBe('Bearing temperature 7.2\u00a0°C above what the model expects, on average.');
    expect(anomaly([bearing({ seen: 66.8 })])).toBe(
      'Bearing temperature 7.2\u00a0°C below what the model expects, on average.'
    );
    expect(anomaly([bearing({ channel: 'Pressure', unit: '', seen: 0.41, expected: 0.38 })])).toBe(
      'Pressure 0.030 above what the model expects, on average.'
    );
  });

  it('stays true where the means are equal or missing', () => {
    expect(anomaly([bearing({ seen: 74 })])).toBe('Bearing temperature moves otherwise than the model expects.');
    expect(anomaly([bearing({ seen: NaN })])).toBe('Bearing temperature moves otherwise than the model expects.');
    expect(anomaly([])).toBe('The readings differ from what the model expects.');
  });

  it('counts the findings that ended', () => {
    const normal = (endedFindings: number) =>
      words.stateSentence(state('below-threshold', { condition: 'normal', endedFindings }));
    expect(normal(0)).toBe('Every sensor reads as the model expects.');
    expect(normal(1)).toContain('1 earlier finding has ended');
    expect(normal(3)).toContain('3 earlier findings have ended');
  });

  it.each(reasons)('is one sentence without a condition word for %s', (reason) => {
    const sentence = words.stateSentence(state(reason, { finding: finding([bearing()]), endedFindings: 2 }));
    expect(sentence).toMatch(/^[A-Z][^!]*\.$/);
    expect(sentence).not.toMatch(/normal|anomaly|unknown/i);
  });
});

describe('evidenceFigures', () => {
  it('gives the peak against the limit and the share of windows above it', () => {
    expect(words.evidenceFigures(finding([]))).toBe('peak 3.4 × the limit, above it in 96\u00a0% of 331 windows');
  });
});

describe('channelWords', () => {
  it.each([
    ['Bearing_Temperature_C', 'Bearing temperature'],
    ['motor_rpm', 'Motor speed'],
    ['Vibration_mm_s', 'Vibration'],
    ['Flow_Rate_L_min', 'Flow rate'],
    ['Volume Flow RateRMS', 'Volume Flow RateRMS'],
    ['inlet_valve_2', 'inlet valve 2'],
    ['Vibration_X_mm_s', 'Vibration X'],
    ['Output_Frequency_Hz', 'Output Frequency'],
    ['constructor', 'constructor']
  ])('says %s as %s', (name, text) => {
    expect(words.channelWords(name)).toBe(text);
  });
});
