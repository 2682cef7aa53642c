import { describe, expect, it } from 'vitest';
import { alarmPriorities } from '$lib/domain/alarm';
import { checkRule } from '$lib/alarms/check-rule';
import { findMoreUrgent, fitEscalation } from '$lib/ui/rule-escalation';
import { sampleRule } from '../../support/operation-samples';

describe('fitEscalation', () => {
  it('keeps one to something more urgent as it is', () => {
    const escalation = { afterMs: 60_000, priority: 'critical' as const, backAfterMs: 0 };
    expect(fitEscalation(escalation, 'high')).toBe(escalation);
    expect(fitEscalation(null, 'low')).toBeNull();
  });

  it('gives what the check of rules takes, whatever the two priorities', () => {
    for (const priority of alarmPriorities) {
      for (const to of alarmPriorities) {
        const escalation = fitEscalation({ afterMs: 60_000, priority: to, backAfterMs: 0 }, priority);
        expect(checkRule({ ...sampleRule('Pressure H'), priority, escalation })).toEqual([]);
        expect(escalation === null).toBe(findMoreUrgent(priority).length === 0);
      }
    }
  });
});
