import { describe, expect, it } from 'vitest';
import { healthStates } from '$lib/domain/channel-health';
import { qualityChecks } from '$lib/domain/quality-report';
import { Quality } from '$lib/domain/reading-block';
import { createQualityReporter } from '$lib/prepare/quality/report';
import { qualityClause } from '$lib/ui/quality-clause';
import { adviceSentence, checkSentence, checkWord, healthWord } from '$lib/ui/quality-words';
import { stateSentence } from '$lib/ui/words';
import { channels, makePump } from '../prepare/quality/pump-rows';

describe('quality words', () => {
  it('say in one sentence why a pump is unknown and what would settle it', () => {
    const state = {
      condition: 'unknown',
      reason: 'missing-value',
      sinceMs: 0,
      finding: null,
      endedFindings: 0
    } as const;
    expect(stateSentence({ ...state, cause: { channel: 'Flow_Rate_L_min', quality: Quality.stuck } })).toBe(
      'Flow rate stands still while the pump runs; a full window of good values settles it.'
    );
    expect(stateSentence({ ...state, cause: { channel: 'Ölstand', quality: Quality.missing } })).toBe(
      'Ölstand gave no value; a full window of good values settles it.'
    );
    expect(stateSentence(state)).toContain('gave no value');
  });

  it('have a clause of its own for each code, and one for codes to come', () => {
    const clauses = Object.values(Quality).map(qualityClause);
    expect(new Set(clauses).size).toBe(clauses.length);
    expect(qualityClause(99)).toContain('not known');
  });

  it('name each state and each check once', () => {
    for (const words of [healthStates.map(healthWord), qualityChecks.map(checkWord)]) {
      expect(new Set(words).size).toBe(words.length);
      expect(words.every((word) => /^[A-Z]/.test(word))).toBe(true);
    }
  });

  it('make a whole sentence of the figures of every issue that a report finds', () => {
    const block = makePump(2000, { isOff: (row) => row > 1800 })
      .set('Vibration_mm_s', 300, 900, 1.83)
      .set('Bearing_Temperature_C', 100, 102, 95)
      .set('Suction_Pressure_bar', 200, 210, 7)
      .set('Oil_Pressure_bar', 20, 21, -40)
      .set('Flow_Rate_L_min', 0, 2000, NaN)
      .set('Casing_Temperature_C', 0, 2000, 30)
      .set('Ambient_Temperature_C', 0, 1500, NaN)
      .set('Motor_Current_A', 0, 2000, (row) => row % 3)
      .set('Discharge_Pressure_bar', 0, 2000, (row) => 80 + row);
    block.quality[0]!.fill(Quality.sourceBad, 400, 410);
    block.t.forEach((tMs, row) => (block.t[row] = tMs + (row % 2) * 700 + (row > 700 ? 90_000 : 0)));
    const reporter = createQualityReporter({ channels, stepMs: 1000 });
    reporter.push(block);
    const issues = reporter.finish({ duplicates: 1, runsBack: 2 }).entries.filter(({ outcome }) => outcome === 'issue');
    expect(new Set(issues.map(({ check }) => check)).size).toBeGreaterThan(12);
    for (const issue of issues) {
      expect(checkSentence(issue, 'bar'), issue.check).toMatch(/^[A-Z0-9<>].*\.$/);
      expect(checkSentence(issue, 'bar'), issue.check).not.toMatch(/–|NaN|undefined/);
      expect(adviceSentence(issue.advice), issue.check).toMatch(/^[A-Z].*\.$/);
    }
  });
});
