/** A made-up pump by its canonical channels, with noise and a load that changes; each test breaks what it is about. */
import { pumpChannels } from '$lib/domain/pump-channel';
import { createRandom } from '$lib/domain/random';
import type { ReadingBlock } from '$lib/domain/reading-block';

export const channels = pumpChannels.map(({ id, unit }) => ({ name: id as string, unit }));

export interface PumpRows extends ReadingBlock {
  /** Sets the values of a channel from `from` to before `to`. */
  set(channel: string, from: number, to: number, value: number | ((row: number) => number)): PumpRows;
}

const isNever: (row: number) => boolean = () => false;

/** `rows` rows `stepMs` apart. Off where `isOff(row)`: then every signal stands still, as at night. */
export function makePump(rows: number, { stepMs = 1000, isOff = isNever, seed = 3 } = {}): PumpRows {
  const random = createRandom(seed);
  const at = (name: string) => channels.findIndex((channel) => channel.name === name);
  const block: PumpRows = {
    assetId: 'pump',
    channels: channels.map(({ name }) => name),
    t: Float64Array.from({ length: rows }, (_, row) => Date.UTC(2026, 0, 5) + row * stepMs),
    columns: channels.map(() => new Float32Array(rows)),
    quality: channels.map(() => new Uint8Array(rows)),
    set(channel, from, to, value) {
      for (let row = from; row < to; row++)
        block.columns[at(channel)]![row] = typeof value === 'number' ? value : value(row);
      return block;
    }
  };
  for (let row = 0; row < rows; row++) {
    const load = 1 + 0.1 * Math.sin(row / 150);
    const noisy = (value: number, share = 0.005) => value * (1 + share * random.normal());
    const running = {
      Motor_RPM: noisy(2950, 0.0005),
      Bearing_Temperature_C: noisy(55, 0.002),
      Oil_Pressure_bar: noisy(2.2),
      Vibration_mm_s: noisy(1.8, 0.04),
      Flow_Rate_L_min: noisy(1000 * load),
      Suction_Pressure_bar: noisy(0.6, 0.01),
      Discharge_Pressure_bar: noisy(5.5 / load),
      Motor_Current_A: noisy(21 * load),
      Casing_Temperature_C: noisy(30, 0.003),
      Ambient_Temperature_C: noisy(20, 0.005)
    };
    const off = { ...running, Motor_RPM: 0, Oil_Pressure_bar: 0, Vibration_mm_s: 0, Flow_Rate_L_min: 0 };
    const night = { ...off, Suction_Pressure_bar: 0.8, Discharge_Pressure_bar: 0.8, Motor_Current_A: 0 };
    const still = { ...night, Bearing_Temperature_C: 50, Casing_Temperature_C: 30, Ambient_Temperature_C: 20 };
    channels.forEach(({ name }, c) => {
      block.columns[c]![row] = (isOff(row) ? still : running)[name as keyof typeof running];
    });
  }
  return block;
}

/** The codes of a channel. */
export function codesOf(block: ReadingBlock, channel: string): number[] {
  return [...block.quality[block.channels.indexOf(channel)]!];
}

/** Index of the first row with the code, or -1. */
export function firstRow(block: ReadingBlock, channel: string, code: number): number {
  return codesOf(block, channel).indexOf(code);
}

/** Every code other than good with its count, by channel. */
export function countCodes(block: ReadingBlock): Record<string, number> {
  const counts: Record<string, number> = {};
  block.quality.forEach((codes, c) => {
    for (const code of codes) {
      if (code === 0) continue;
      const key = `${block.channels[c]} ${code}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  });
  return counts;
}
