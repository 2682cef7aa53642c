/**
 * What the instruments make of the pump: ten channels with noise that remembers (AR(1), φ 0.7 a second) and the steps of the
 * display. Rounding also makes a recording the same on engines whose `Math.exp` differs in the last bit.
 */
import type { Channel } from '../domain/channel';
import type { Random } from '../domain/random';
import type { ChannelLayout } from '../domain/reading';
import type { PumpState } from './pump';

/** One instrument: what it is called, and its display steps per unit. */
export interface Sensor extends Pick<Channel, 'name' | 'unit'> {
  stepsPerUnit: number;
}

/** Correlation of the noise from one second to the next. */
const memoryPerSecond = 0.7;

/** The ten channels of the simulated pump, in the order of its columns. */
export const sensors: readonly Sensor[] = [
  { name: 'Motor_RPM', unit: '1/min', stepsPerUnit: 1 },
  { name: 'Bearing_Temperature_C', unit: '°C', stepsPerUnit: 10 },
  { name: 'Oil_Pressure_bar', unit: 'bar', stepsPerUnit: 100 },
  { name: 'Vibration_mm_s', unit: 'mm/s', stepsPerUnit: 100 },
  { name: 'Flow_Rate_L_min', unit: 'L/min', stepsPerUnit: 1 },
  { name: 'Suction_Pressure_bar', unit: 'bar', stepsPerUnit: 200 },
  { name: 'Discharge_Pressure_bar', unit: 'bar', stepsPerUnit: 100 },
  { name: 'Motor_Current_A', unit: 'A', stepsPerUnit: 100 },
  { name: 'Casing_Temperature_C', unit: '°C', stepsPerUnit: 10 },
  { name: 'Ambient_Temperature_C', unit: '°C', stepsPerUnit: 10 }
];

/**
 * Writes the true value that each sensor looks at, and the standard deviation of its noise (domain reference, 13.3), in the
 * order of `sensors`.
 */
export function observe(state: Readonly<PumpState>, truth: Float64Array, deviation: Float64Array): void {
  truth[0] = state.speedRpm;
  deviation[0] = state.isRunning ? 2 : 0;
  truth[1] = state.bearingC;
  deviation[1] = 0.1;
  truth[2] = state.oilPressureBar;
  deviation[2] = state.isRunning ? 0.02 : 0;
  truth[3] = state.vibrationMmS;
  deviation[3] = 0.04 * state.vibrationMmS;
  truth[4] = state.flowLMin;
  deviation[4] = 0.007 * Math.abs(state.flowLMin);
  truth[5] = state.suctionPressureBar;
  deviation[5] = 0.01;
  truth[6] = state.dischargePressureBar;
  deviation[6] = 0.02;
  truth[7] = state.currentA;
  deviation[7] = 0.005 * state.currentA;
  truth[8] = state.casingC;
  deviation[8] = 0.1;
  truth[9] = state.ambientC;
  deviation[9] = 0.1;
}

/** The layout of every reading that comes from these sensors: one object, to be compared by identity. */
export const sensorLayout: ChannelLayout = {
  names: sensors.map(({ name }) => name),
  units: sensors.map(({ unit }) => unit)
};

/** The instruments of one pump. */
export interface Instruments {
  /** Writes one reading per sensor into `into`, taken `seconds` after the one before. */
  measure(state: Readonly<PumpState>, seconds: number, into: Float64Array): void;
}

const stepsPerUnit = Float64Array.from(sensors, (sensor) => sensor.stepsPerUnit);

/** Rounds readings in place to what the displays can show; NaN stays. */
export function showSteps(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.round(values[i]! * stepsPerUnit[i]!) / stepsPerUnit[i]!;
}

/** Creates the instruments. */
export function createInstruments(random: Random): Instruments {
  const noise = Float64Array.from(sensors, () => random.normal());
  const deviation = new Float64Array(sensors.length);
  const keep = { seconds: NaN, memory: 0, fresh: 0 };

  function measure(state: Readonly<PumpState>, seconds: number, into: Float64Array): void {
    if (seconds !== keep.seconds) {
      keep.seconds = seconds;
      keep.memory = memoryPerSecond ** seconds;
      keep.fresh = Math.sqrt(1 - keep.memory ** 2);
    }
    const { memory, fresh } = keep;
    observe(state, into, deviation);
    for (let i = 0; i < noise.length; i++) {
      noise[i] = memory * noise[i]! + fresh * random.normal();
      into[i]! += deviation[i]! * noise[i]!;
    }
    showSteps(into);
  }

  return { measure };
}
