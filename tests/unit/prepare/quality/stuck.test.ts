import { describe, expect, it } from 'vitest';
import { Quality } from '$lib/domain/reading-block';
import { createBlockJudge } from '$lib/prepare/quality/judge';
import { defaultRules } from '$lib/prepare/quality/rules';
import { channels, codesOf, countCodes, firstRow, makePump, type PumpRows } from './pump-rows';

const judge = (block: PumpRows) => createBlockJudge(defaultRules(channels))(block);

describe('stuck sensors', () => {
  it('are found while the pump runs, once they have stood longer than they ever did', () => {
    const judged = judge(makePump(1500).set('Vibration_mm_s', 600, 900, 1.83));
    const first = firstRow(judged, 'Vibration_mm_s', Quality.stuck);
    expect(first).toBeGreaterThanOrEqual(660);
    expect(first).toBeLessThan(665);
    expect(
      codesOf(judged, 'Vibration_mm_s')
        .slice(first, 900)
        .every((code) => code === Quality.stuck)
    ).toBe(true);
    expect(countCodes(judged)).toEqual({ [`Vibration_mm_s ${Quality.stuck}`]: 900 - first });
  });

  it('are never found while the pump is off, however long the night', () => {
    const judged = judge(makePump(12_000, { stepMs: 10_000, isOff: (row) => row % 6000 > 2000 }));
    expect(countCodes(judged)).toEqual({});
  });

  it('are not carried into a stop, nor out of it', () => {
    const judged = judge(
      makePump(3000, { isOff: (row) => row >= 1000 && row < 2000 }).set('Flow_Rate_L_min', 700, 3000, 1000)
    );
    const stuckRows = codesOf(judged, 'Flow_Rate_L_min').flatMap((code, row) => (code === Quality.stuck ? [row] : []));
    expect(stuckRows[0]).toBeLessThan(1000);
    expect(stuckRows.filter((row) => row >= 1000 && row < 2060)).toEqual([]);
    expect(stuckRows.at(-1)).toBe(2999);
  });

  it('are found in a flow that never moved, by a pressure that did', () => {
    const judged = judge(
      makePump(1000)
        .set('Flow_Rate_L_min', 0, 1000, 800)
        .set('Discharge_Pressure_bar', 500, 1000, (row) => 3.5 + 0.001 * (row % 7))
    );
    expect(firstRow(judged, 'Flow_Rate_L_min', Quality.stuck)).toBe(500);
  });

  it('are not found where a coarse display stands as long as it often does', () => {
    const coarse = (row: number) => (Math.floor(row / 200) % 2 === 0 ? 1.8 : 1.9);
    expect(countCodes(judge(makePump(8000).set('Vibration_mm_s', 0, 8000, coarse)))).toEqual({});
  });

  it('are not found in a channel nobody knows that hardly ever moves, such as a setpoint', () => {
    const rules = defaultRules([...channels, { name: 'Setpoint', unit: '' }]);
    const block = makePump(9000);
    const judged = createBlockJudge(rules)({
      ...block,
      channels: [...block.channels, 'Setpoint'],
      columns: [...block.columns, Float32Array.from({ length: 9000 }, (_, row) => (row < 4000 ? 50 : 60))],
      quality: [...block.quality, new Uint8Array(9000)]
    });
    expect(countCodes(judged)).toEqual({});
  });

  it('are found in a channel nobody knows, by its own past', () => {
    const block = makePump(9000);
    const rules = defaultRules([...channels, { name: 'Torque', unit: 'Nm' }]);
    const torque = Float32Array.from({ length: 9000 }, (_, row) => (row < 2000 ? 40 + Math.sin(row) : 41));
    const judged = createBlockJudge(rules)({
      ...block,
      channels: [...block.channels, 'Torque'],
      columns: [...block.columns, torque],
      quality: [...block.quality, new Uint8Array(9000)]
    });
    expect(firstRow(judged, 'Torque', Quality.stuck)).toBe(2000 + 3600);
  });

  it('are not found where the source as a whole repeats itself', () => {
    const block = makePump(1200);
    for (const { name } of channels) block.set(name, 600, 1200, block.columns[block.channels.indexOf(name)]![599]!);
    expect(countCodes(judge(block))).toEqual({});
  });

  it('are not found in a flow of nothing: a pump that runs dry must not hide behind its sensor', () => {
    const dry = makePump(2000).set('Flow_Rate_L_min', 800, 2000, 0).set('Discharge_Pressure_bar', 800, 2000, 0);
    const codes = [...codesOf(judge(dry), 'Flow_Rate_L_min'), ...codesOf(judge(dry), 'Discharge_Pressure_bar')];
    expect(codes).not.toContain(Quality.stuck);
  });

  it('are not found by the length of a gap', () => {
    const block = makePump(900).set('Vibration_mm_s', 600, 660, 1.83);
    block.t.forEach((tMs, row) => (block.t[row] = tMs + (row >= 630 ? 7_200_000 : 0)));
    expect(countCodes(judge(block))).toEqual({});
  });
});
