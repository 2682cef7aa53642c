/**
 * The sample pump: twelve hours of one simulated pump, for a first look without a file of one's own. It is switched on cold with
 * its first row, follows the load of a working day, loses a few values and five minutes, and from 7.5 h on its bearing wears.
 * Everything the pump does after `healthyToMs`, but for the wear, it has done before.
 */
import type { Channel } from '../domain/channel';
import { Quality, type ReadingBlock } from '../domain/reading-block';
import { sensorLayout, sensors } from './sensors';
import { createTwin } from './twin';

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
/** The day is at its warmest in the middle, so that the afternoon has no warmth the morning lacks. */
const t0Ms = Date.UTC(2026, 2, 16, 9);
const stepMs = 10_000;
const hours = 12;
const rows = (hours * hourMs) / stepMs;

const healthyHours = 5.5;
const wearHour = 7.5;

/** Rows that never arrived, and single values that did not. */
const gapHours = [6.5, 6.5 + 5 / 60] as const;
const missing: readonly (readonly [hour: number, channel: string])[] = [
  [5.75, 'Flow_Rate_L_min'],
  [6.1, 'Vibration_mm_s'],
  [6.1, 'Bearing_Temperature_C'],
  [6.9, 'Suction_Pressure_bar'],
  [7.2, 'Vibration_mm_s']
];

/** Simulates the sample pump. One seed is one recording; times and load are the same for all. */
export function simulateSamplePump({ seed, assetId }: { seed: number; assetId: string }): SamplePump {
  const twin = createTwin({ seed, startMs: t0Ms });
  twin.inject({
    kind: 'bearing-wear',
    severity: 1,
    startS: wearHour * 3600,
    course: 'exponential',
    durationS: (hours - wearHour) * 3600,
    untilS: null,
    channel: null
  });

  const t: number[] = [];
  const columns: number[][] = sensors.map(() => []);
  const values = new Float64Array(sensors.length);
  for (let row = 0; row < rows; row++) {
    twin.measure(stepMs / 1000, values);
    const hour = (row * stepMs) / hourMs;
    if (hour < gapHours[0] || hour >= gapHours[1]) {
      t.push(t0Ms + row * stepMs);
      values.forEach((value, c) => columns[c]!.push(value));
    }
    twin.advance(stepMs / 1000);
  }

  const block = { assetId, channels: [...sensorLayout.names], t: Float64Array.from(t) };
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
