import { describe, expect, it } from 'vitest';
import { Quality } from '$lib/domain/reading-block';
import { sensors } from '$lib/simulate/sensors';
import { simulateSamplePump } from '$lib/simulate/sample';

const sample = simulateSamplePump({ seed: 1, assetId: 'sample' });
const { block, stepMs, healthyToMs, wearFromMs } = sample;
const hourMs = 3_600_000;

function column(name: string): Float32Array {
  return block.columns[block.channels.indexOf(name)]!;
}

/** Mean of a channel over a range of hours; missing values left out. */
function meanOf(name: string, fromHour: number, toHour: number): number {
  const values = column(name).filter((value, i) => {
    const hour = (block.t[i]! - block.t[0]!) / hourMs;
    return hour >= fromHour && hour < toHour && !Number.isNaN(value);
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** FNV-1a over the readings counted in display steps, which differ between engines by less than the rounding. */
function checksum(columns: Float32Array[]): number {
  let hash = 0x811c9dc5;
  columns.forEach((values, c) =>
    values.forEach((value) => {
      const steps = Number.isNaN(value) ? -1 : Math.round(value * sensors[c]!.stepsPerUnit);
      hash = Math.imul(hash ^ steps, 0x01000193) >>> 0;
    })
  );
  return hash;
}

describe('sample pump', () => {
  it('is twelve hours of ten channels', () => {
    expect(block.assetId).toBe('sample');
    expect(block.channels).toEqual(sample.channels.map(({ name }) => name));
    expect(block.channels).toHaveLength(10);
    expect(block.t.length).toBe(12 * 360 - 30);
    expect(block.t.at(-1)! - block.t[0]!).toBe(12 * hourMs - stepMs);
    for (const part of [...block.columns, ...block.quality]) expect(part.length).toBe(block.t.length);
    expect([healthyToMs - block.t[0]!, wearFromMs - block.t[0]!]).toEqual([5.5 * hourMs, 7.5 * hourMs]);
  });

  it('rises in time by its step, but for one gap of five minutes between healthy and wear', () => {
    const jumps = [...block.t].flatMap((t, i) => (i > 0 && t - block.t[i - 1]! !== stepMs ? [i] : []));
    expect(jumps).toHaveLength(1);
    expect(block.t[jumps[0]!]! - block.t[jumps[0]! - 1]!).toBe(31 * stepMs);
    expect(block.t[jumps[0]! - 1]!).toBeGreaterThan(healthyToMs);
    expect(block.t[jumps[0]!]!).toBeLessThan(wearFromMs);
  });

  it('says "missing" exactly where a value is missing, and only between healthy and wear', () => {
    const isTold = block.columns.every((values, c) =>
      values.every((value, i) => block.quality[c]![i] === (Number.isNaN(value) ? Quality.missing : Quality.good))
    );
    expect(isTold).toBe(true);
    const missing = block.columns.flatMap((values) => [...values.keys()].filter((i) => Number.isNaN(values[i])));
    expect(missing).toHaveLength(5);
    for (const i of missing) {
      expect(block.t[i]!).toBeGreaterThan(healthyToMs);
      expect(block.t[i]!).toBeLessThan(wearFromMs);
    }
  });

  it('is the same for the same seed, another for another, and has not changed', () => {
    const again = simulateSamplePump({ seed: 1, assetId: 'sample' });
    const isSame = again.block.columns.every((values, c) => values.every((x, i) => Object.is(x, block.columns[c]![i])));
    expect(isSame).toBe(true);
    const other = simulateSamplePump({ seed: 2, assetId: 'sample' });
    expect(other.block.t).toEqual(block.t);
    expect(checksum(other.block.columns)).not.toBe(checksum(block.columns));
    expect(checksum(block.columns)).toBe(3598079669);
  });

  it('starts cold from standstill', () => {
    expect([column('Motor_RPM')[0], column('Flow_Rate_L_min')[0], column('Motor_Current_A')[0]]).toEqual([0, 0, 0]);
    expect(column('Motor_RPM')[3]).toBeGreaterThan(2900);
    expect(column('Bearing_Temperature_C')[3]).toBeLessThan(22);
    expect(column('Oil_Pressure_bar')[3]).toBeGreaterThan(3);
  });

  it('meets no load, no speed and no weather after the healthy hours that it had not met in them', () => {
    const tolerance: Record<string, number> = {
      Motor_RPM: 10,
      Flow_Rate_L_min: 30,
      Suction_Pressure_bar: 0.04,
      Discharge_Pressure_bar: 0.1,
      Ambient_Temperature_C: 0.2
    };
    for (const [name, margin] of Object.entries(tolerance)) {
      const known = (from: number, to: number) =>
        column(name).filter((value, i) => i > 5 && block.t[i]! >= from && block.t[i]! < to && !Number.isNaN(value));
      const before = known(0, healthyToMs);
      const after = known(healthyToMs, Infinity);
      expect(Math.min(...after), name).toBeGreaterThan(Math.min(...before) - margin);
      expect(Math.max(...after), name).toBeLessThan(Math.max(...before) + margin);
      // And both have really moved: load, speed and weather are not constant.
      expect(Math.max(...before) - Math.min(...before), name).toBeGreaterThan(3 * margin);
    }
  });

  it('wears: gently at first, clearly within two and a half hours, and runs to the end', () => {
    // The same 27 minutes of the load cycle in the third, fifth, sixth and seventh round.
    const round = (k: number, name: string) => meanOf(name, k * 1.8 + 0.35, k * 1.8 + 0.8);
    const vibration = [2, 4, 5].map((k) => round(k, 'Vibration_mm_s'));
    expect(Math.abs(vibration[1]! / vibration[0]! - 1)).toBeLessThan(0.05);
    expect(vibration[2]! / vibration[0]!).toBeGreaterThan(1.15);
    expect(round(5, 'Bearing_Temperature_C') - round(2, 'Bearing_Temperature_C')).toBeGreaterThan(2);
    for (const name of ['Flow_Rate_L_min', 'Suction_Pressure_bar', 'Discharge_Pressure_bar', 'Motor_RPM'])
      expect(Math.abs(round(5, name) / round(2, name) - 1), name).toBeLessThan(0.02);
    expect(meanOf('Vibration_mm_s', 11.8, 12)).toBeGreaterThan(4);
    expect(meanOf('Vibration_mm_s', 11.8, 12)).toBeLessThan(6.5);
    expect(meanOf('Bearing_Temperature_C', 11.8, 12)).toBeGreaterThan(75);
    expect(meanOf('Bearing_Temperature_C', 11.8, 12)).toBeLessThan(90);
    expect(column('Motor_RPM').at(-1)).toBeGreaterThan(2700);
  });
});
