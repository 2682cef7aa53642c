import { describe, expect, it } from 'vitest';
import { Quality } from '$lib/domain/reading-block';
import { createBlockJudge } from '$lib/prepare/quality/judge';
import { defaultRules, type Rating } from '$lib/prepare/quality/rules';
import { channels, countCodes, makePump, type PumpRows } from './pump-rows';

const rating: Rating = { ratedRpm: 2950, fullLoadA: 27, volts: 400, powerFactor: 0.86 };
const judge = (block: PumpRows, given: Rating | null = rating) =>
  createBlockJudge(defaultRules(channels, given))(block);
/** A doubt on these channels in so many rows, and nothing else. */
const doubts = (rows: number, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [`${name} ${Quality.contradicts}`, rows]));

describe('cross-checks', () => {
  it('find nothing in a pump that is well', () => {
    expect(countCodes(judge(makePump(600)))).toEqual({});
  });

  it('doubt both pressures where the discharge is below the suction while the pump runs', () => {
    const judged = judge(makePump(300).set('Suction_Pressure_bar', 200, 250, 6.4), null);
    expect(countCodes(judged)).toEqual(doubts(50, 'Suction_Pressure_bar', 'Discharge_Pressure_bar'));
  });

  it('say nothing of the pressures of a pump that is off', () => {
    const block = makePump(300, { isOff: () => true }).set('Suction_Pressure_bar', 0, 300, 0.9);
    expect(countCodes(judge(block))).toEqual({});
  });

  it('doubt a flow below zero, not the offset of its zero', () => {
    expect(countCodes(judge(makePump(200).set('Flow_Rate_L_min', 20, 30, -80), null))).toEqual(
      doubts(10, 'Flow_Rate_L_min')
    );
    const night = makePump(200, { isOff: () => true }).set('Flow_Rate_L_min', 0, 200, -1.5);
    expect(countCodes(judge(night))).toEqual({});
  });

  it('doubt speed and current where the motor turns without drawing any for longer than a shaft coasts', () => {
    const names = ['Motor_RPM', 'Motor_Current_A'];
    const faint = (ampere: number) => (row: number) => ampere + 0.01 * (row % 7);
    expect(countCodes(judge(makePump(400).set('Motor_Current_A', 200, 300, faint(2))))).toMatchObject(
      doubts(40, 'Motor_RPM')
    );
    expect(countCodes(judge(makePump(400).set('Motor_Current_A', 200, 300, faint(0)), null))).toEqual(
      doubts(40, ...names)
    );
    const coasting = makePump(400).set('Motor_Current_A', 200, 400, 0);
    coasting.set('Motor_RPM', 200, 400, (row) => Math.max(0, 2950 - 60 * (row - 200)));
    expect(countCodes(judge(coasting, null))).toEqual({});
  });

  it('doubt a bearing colder than the air around it', () => {
    const rules = defaultRules(channels);
    const slow = { ...rules, channels: rules.channels.map((rule) => ({ ...rule, rate: null })) };
    const block = makePump(300, { isOff: () => true }).set('Bearing_Temperature_C', 100, 110, 12);
    expect(countCodes(createBlockJudge(slow)(block))).toEqual(
      doubts(10, 'Bearing_Temperature_C', 'Ambient_Temperature_C')
    );
  });

  it('doubt a hydraulic power that no pump makes of its electric power', () => {
    const four = ['Flow_Rate_L_min', 'Discharge_Pressure_bar', 'Suction_Pressure_bar', 'Motor_Current_A'];
    expect(countCodes(judge(makePump(300).set('Flow_Rate_L_min', 200, 220, 1900)))).toEqual(doubts(20, ...four));
    expect(countCodes(judge(makePump(300).set('Flow_Rate_L_min', 200, 220, 90)))).toEqual(doubts(20, ...four));
    expect(countCodes(judge(makePump(300).set('Flow_Rate_L_min', 200, 220, 1900), null))).toEqual({});
  });

  it('say nothing where a value is missing or bad', () => {
    const block = makePump(300).set('Suction_Pressure_bar', 200, 250, 6.4).set('Discharge_Pressure_bar', 200, 250, NaN);
    expect(countCodes(judge(block))).toEqual({ [`Discharge_Pressure_bar ${Quality.missing}`]: 50 });
  });

  it('are not made of channels in another unit', () => {
    const inPsi = channels.map((channel) =>
      channel.name === 'Suction_Pressure_bar' ? { ...channel, unit: 'psi' } : channel
    );
    const block = makePump(300).set('Suction_Pressure_bar', 0, 300, 9);
    expect(countCodes(createBlockJudge(defaultRules(inPsi))(block))).toEqual({});
  });
});
