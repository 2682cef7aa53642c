/**
 * What the instruments make of the pump: ten channels with noise that remembers (AR(1), φ 0.7 a second) and the steps of the
 * display. Rounding also makes a recording the same on engines whose `Math.exp` differs in the last bit.
 */
import type { Channel } from '../domain/channel';
import type { Random } from '../domain/random';
import type { PumpState } from './pump';

/** One instrument: the true value it looks at, the standard deviation of its noise, and its display steps per unit. */
export interface Sensor extends Pick<Channel, 'name' | 'unit'> {
  stepsPerUnit: number;
  value(state: PumpState): number;
  noise(state: PumpState): number;
}

/** Correlation of the noise from one second to the next. */
const memoryPerSecond = 0.7;

/** The ten channels of the sample pump, in the order of its columns. Noise as in the domain reference, 13.3. */
export const sensors: readonly Sensor[] = [
  { name: 'Motor_RPM', unit: '1/min', stepsPerUnit: 1, value: (s) => s.speedRpm, noise: (s) => (s.isRunning ? 2 : 0) },
  { name: 'Bearing_Temperature_C', unit: '°C', stepsPerUnit: 10, value: (s) => s.bearingC, noise: () => 0.1 },
  {
    name: 'Oil_Pressure_bar',
    unit: 'bar',
    stepsPerUnit: 100,
    value: (s) => s.oilPressureBar,
    noise: (s) => (s.isRunning ? 0.02 : 0)
  },
  {
    name: 'Vibration_mm_s',
    unit: 'mm/s',
    stepsPerUnit: 100,
    value: (s) => s.vibrationMmS,
    noise: (s) => 0.04 * s.vibrationMmS
  },
  {
    name: 'Flow_Rate_L_min',
    unit: 'L/min',
    stepsPerUnit: 1,
    value: (s) => s.flowLMin,
    noise: (s) => 0.007 * s.flowLMin
  },
  {
    name: 'Suction_Pressure_bar',
    unit: 'bar',
    stepsPerUnit: 200,
    value: (s) => s.suctionPressureBar,
    noise: () => 0.01
  },
  {
    name: 'Discharge_Pressure_bar',
    unit: 'bar',
    stepsPerUnit: 100,
    value: (s) => s.dischargePressureBar,
    noise: () => 0.02
  },
  { name: 'Motor_Current_A', unit: 'A', stepsPerUnit: 100, value: (s) => s.currentA, noise: (s) => 0.005 * s.currentA },
  { name: 'Casing_Temperature_C', unit: '°C', stepsPerUnit: 10, value: (s) => s.casingC, noise: () => 0.1 },
  { name: 'Ambient_Temperature_C', unit: '°C', stepsPerUnit: 10, value: (s) => s.ambientC, noise: () => 0.1 }
];

/** Creates the instruments. `measure` returns one reading per sensor, `seconds` after the one before. */
export function createSensors(random: Random): { measure(state: PumpState, seconds: number): number[] } {
  const noise = sensors.map(() => random.normal());

  function measure(state: PumpState, seconds: number): number[] {
    const memory = memoryPerSecond ** seconds;
    return sensors.map((sensor, i) => {
      noise[i] = memory * noise[i]! + Math.sqrt(1 - memory ** 2) * random.normal();
      const seen = sensor.value(state) + sensor.noise(state) * noise[i]!;
      return Math.round(seen * sensor.stepsPerUnit) / sensor.stepsPerUnit;
    });
  }

  return { measure };
}
