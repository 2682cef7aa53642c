/**
 * The sample pump: twelve hours of one simulated pump, for a first look without a file of one's own. It is switched on cold with its first row, follows
 * the load of a working day, loses a few values and five minutes, and from 7.5 h on its bearing wears. Everything the pump
 * does after `healthyToMs`, but for the wear, it has done before.
 */
import type { Channel } from '../domain/channel';
import { createRandom } from '../domain/random';
import { Quality, type ReadingBlock } from '../domain/reading-block';
import { createPump, ratedInputs, type PumpInputs } from './pump';
import { createSensors, sensors } from './sensors';

/** The recording with what is known of it because it was made: where it is surely healthy, and where wear begins. */
export interface SamplePump {
  block: ReadingBlock;
  channels: Channel[];
  stepMs: number;
  healthyToMs: number;
  wearFromMs: number;
}

/** The seed of the sample pump that a person opens, and that its shipped model was trained on. */
export const sampleSeed = 11;

const hourMs = 3_600_000;
const t0Ms = Date.UTC(2026, 2, 16, 9);
const stepMs = 10_000;
const rows = (12 * hourMs) / stepMs;
const innerStepS = 1;

const healthyHours = 5.5;
const wearHour = 7.5;
/** Time in which the bearing's part of the vibration grows e-fold. */
const wearGrowthHours = 1.35;

/** Rows that never arrived, and single values that did not. */
const gapHours = [6.5, 6.5 + 5 / 60] as const;
const missing: readonly (readonly [hour: number, channel: string])[] = [
  [5.75, 'Flow_Rate_L_min'],
  [6.1, 'Vibration_mm_s'],
  [6.1, 'Bearing_Temperature_C'],
  [6.9, 'Suction_Pressure_bar'],
  [7.2, 'Vibration_mm_s']
];

/** The load repeats every 108 minutes, three times in the healthy hours: discharge resistance and speed against minutes, joined by lines. */
const cycleMinutes = 108;
const load: readonly (readonly [minute: number, resistance: number, speed: number])[] = [
  [0, 1, 1],
  [18, 1, 1],
  [18.5, 1.8, 1],
  [34, 1.8, 1],
  [50, 1.15, 1],
  [50.5, 1.15, 0.95],
  [66, 1.15, 0.95],
  [67, 0.85, 1],
  [82, 0.85, 1],
  [96, 1.3, 1],
  [107, 1.3, 1],
  [108, 1, 1]
];
/** Demand never stands still: the resistance wanders by this share, with this memory. */
const wanderShare = 0.02;
const wanderLagS = 240;

/** Simulates the sample pump. One seed is one recording; times and load are the same for all. */
export function simulateSamplePump({ seed, assetId }: { seed: number; assetId: string }): SamplePump {
  const random = createRandom(seed);
  const instruments = createSensors(random);
  const pump = createPump(ambientC(0));
  const stepS = stepMs / 1000;
  const memory = Math.exp(-stepS / wanderLagS);
  let wander = 0;
  let state = pump.advance({ ...inputsAt(0, wander), synchronousRpm: 0 }, 0);

  const t: number[] = [];
  const columns: number[][] = sensors.map(() => []);
  for (let row = 0; row < rows; row++) {
    const hour = (row * stepMs) / hourMs;
    const readings = instruments.measure(state, stepS);
    if (hour < gapHours[0] || hour >= gapHours[1]) {
      t.push(t0Ms + row * stepMs);
      readings.forEach((reading, c) => columns[c]!.push(reading));
    }
    wander = memory * wander + Math.sqrt(1 - memory ** 2) * random.normal();
    for (let s = 0; s < stepS; s += innerStepS) state = pump.advance(inputsAt(hour + s / 3600, wander), innerStepS);
  }

  const block = { assetId, channels: sensors.map(({ name }) => name), t: Float64Array.from(t) };
  const quality = columns.map((column) => new Uint8Array(column.length));
  for (const [hour, name] of missing) {
    const row = t.indexOf(t0Ms + Math.round((hour * hourMs) / stepMs) * stepMs);
    const c = block.channels.indexOf(name);
    columns[c]![row] = NaN;
    quality[c]![row] = Quality.missing;
  }
  return {
    block: { ...block, columns: columns.map((column) => Float32Array.from(column)), quality },
    channels: sensors.map(({ name, unit }) => ({ name, unit, role: 'reading' })),
    stepMs,
    healthyToMs: t0Ms + healthyHours * hourMs,
    wearFromMs: t0Ms + wearHour * hourMs
  };
}

function inputsAt(hour: number, wander: number): PumpInputs {
  const [resistance, speed] = loadAt((hour * 60) % cycleMinutes);
  const ambient = ambientC(hour);
  return {
    ...ratedInputs,
    synchronousRpm: ratedInputs.synchronousRpm * speed,
    resistanceFactor: resistance * (1 + wanderShare * wander),
    ambientC: ambient,
    // The source stands in the same weather, but holds more water.
    fluidC: 25 + 0.4 * (ambient - 20),
    bearingWear: hour < wearHour ? 0 : Math.exp((hour - wearHour) / wearGrowthHours) - 1
  };
}

function loadAt(minute: number): [resistance: number, speed: number] {
  const next = load.findIndex(([to]) => to > minute);
  const [from, resistance, speed] = load[next - 1]!;
  const [to, nextResistance, nextSpeed] = load[next]!;
  const share = (minute - from) / (to - from);
  return [resistance + share * (nextResistance - resistance), speed + share * (nextSpeed - speed)];
}

/** Day curve of 8 K with its top in the middle of the recording, so that the afternoon has no warmth the morning lacks. */
function ambientC(hour: number): number {
  return 20 + 4 * Math.cos((2 * Math.PI * (hour - 6)) / 24);
}
