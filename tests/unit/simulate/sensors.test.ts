import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { createPump, type PumpState } from '$lib/simulate/pump';
import { ratedInputs } from '$lib/simulate/pump-inputs';
import { createInstruments, observe, sensors, type Instruments } from '$lib/simulate/sensors';

const state = (() => {
  const pump = createPump(20);
  for (let s = 0; s < 7200; s++) pump.advance(ratedInputs, 1);
  return pump.advance(ratedInputs, 1);
})();

const truth = new Float64Array(sensors.length);
observe(state, truth, new Float64Array(sensors.length));

function readingOf(instruments: Instruments, of: PumpState, seconds: number): Float64Array {
  const values = new Float64Array(sensors.length);
  instruments.measure(of, seconds, values);
  return values;
}

/** Readings of one unmoving state, a column per sensor, as distances from the truth. */
function errorsOf(seconds: number, count: number): number[][] {
  const instruments = createInstruments(createRandom(11));
  const rows = Array.from({ length: count }, () => readingOf(instruments, state, seconds));
  return sensors.map((_, c) => rows.map((row) => row[c]! - truth[c]!));
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(values: number[], lag: number): number {
  const mean = meanOf(values);
  const product = (a: number, b: number) => (a - mean) * (b - mean);
  return meanOf(values.slice(lag).map((x, i) => product(x, values[i]!))) / meanOf(values.map((x) => product(x, x)));
}

describe('sensors', () => {
  it('are the ten channels of the domain reference', () => {
    expect(sensors.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'Motor_RPM 1/min',
      'Bearing_Temperature_C °C',
      'Oil_Pressure_bar bar',
      'Vibration_mm_s mm/s',
      'Flow_Rate_L_min L/min',
      'Suction_Pressure_bar bar',
      'Discharge_Pressure_bar bar',
      'Motor_Current_A A',
      'Casing_Temperature_C °C',
      'Ambient_Temperature_C °C'
    ]);
  });

  it('have the stated noise, to which rounding adds a twelfth of a squared step', () => {
    const stated = [
      2,
      0.1,
      0.02,
      0.04 * state.vibrationMmS,
      0.007 * state.flowLMin,
      0.01,
      0.02,
      0.005 * state.currentA,
      0.1,
      0.1
    ];
    const errors = errorsOf(1, 20_000);
    sensors.forEach((sensor, c) => {
      const found = Math.sqrt(meanOf(errors[c]!.map((x) => x * x)));
      const expected = Math.hypot(stated[c]!, 1 / sensor.stepsPerUnit / Math.sqrt(12));
      // 20,000 rows of φ 0.7 are worth 6,800: one standard error is 0.9 %.
      expect(Math.abs(found / expected - 1), sensor.name).toBeLessThan(0.04);
    });
  });

  it('remember 0.7 from one second to the next, and nothing over ten', () => {
    const flow = sensors.findIndex(({ name }) => name === 'Flow_Rate_L_min');
    expect(correlation(errorsOf(1, 20_000)[flow]!, 1)).toBeCloseTo(0.7, 1);
    expect(correlation(errorsOf(1, 20_000)[flow]!, 2)).toBeCloseTo(0.49, 1);
    expect(Math.abs(correlation(errorsOf(10, 20_000)[flow]!, 1) - 0.7 ** 10)).toBeLessThan(0.03);
  });

  it('show whole steps', () => {
    const row = readingOf(createInstruments(createRandom(5)), state, 1);
    row.forEach((value, c) => {
      const steps = value * sensors[c]!.stepsPerUnit;
      expect(steps).toBeCloseTo(Math.round(steps), 9);
    });
  });

  it('read zero on a pump at rest', () => {
    const rest = createPump(20).advance({ ...ratedInputs, synchronousRpm: 0 }, 1);
    const reading = readingOf(createInstruments(createRandom(5)), rest, 1);
    const shown = Object.fromEntries(sensors.map(({ name }, c) => [name, reading[c]]));
    expect(shown).toMatchObject({ Motor_RPM: 0, Oil_Pressure_bar: 0, Flow_Rate_L_min: 0, Motor_Current_A: 0 });
  });
});
