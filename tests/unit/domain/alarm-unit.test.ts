import { describe, expect, it } from 'vitest';
import type { AlarmCondition } from '$lib/domain/alarm';
import { findAlarmUnit } from '$lib/domain/alarm-unit';

const band = { value: 0, of: 'unit' } as const;
const limit = (channel: string, unit?: string): AlarmCondition => ({
  kind: 'limit',
  channel,
  ...(unit !== undefined && { unit }),
  level: 'H',
  limit: 1,
  setBand: band,
  clearBand: band,
  range: null
});
const rate: AlarmCondition = {
  kind: 'rate',
  channel: 'Flow_Rate_L_min',
  perMinute: 1,
  direction: 'either',
  overMs: 1,
  clearShare: 1
};
const machine = { category: 'I', powerKw: 15 } as const;

describe('findAlarmUnit', () => {
  it.each<[string, AlarmCondition, string]>([
    ['a known channel', limit('Bearing_Temperature_C'), '°C'],
    ['a known channel, whatever the rule says', limit('Bearing_Temperature_C', 'K'), '°C'],
    ['another channel, as the rule says', limit('Seal pressure', 'kPa'), 'kPa'],
    ['another channel of which nothing is said', limit('Seal pressure'), ''],
    ['a slope', rate, 'L/min/min'],
    ['a slope of which nothing is said', { ...rate, channel: 'Seal' }, ''],
    ['a vibration', { kind: 'change', channel: 'V', machine, baseline: null, share: 1 }, 'mm/s'],
    ['a score', { kind: 'score', enter: 1, leave: 1, windows: 1 }, ''],
    ['several in one unit', { kind: 'all', of: [limit('Casing_Temperature_C'), limit('Bearing_Temperature_C')] }, '°C'],
    ['several in different ones', { kind: 'any', of: [limit('Casing_Temperature_C'), rate] }, ''],
    ['none at all', { kind: 'any', of: [] }, '']
  ])('%s', (_, condition, unit) => {
    expect(findAlarmUnit(condition)).toBe(unit);
  });
});
