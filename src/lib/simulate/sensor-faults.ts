/** What instruments and the way to them do wrong: values lost, frozen, drifting, jumping or coarse, and packets that come late. */
import type { Random } from '../domain/random';

/** `late-packets` concerns whole readings, the others the values of a channel. */
export const sensorFaultKinds = [
  'sensor-dropout',
  'sensor-stuck',
  'sensor-drift',
  'sensor-spike',
  'sensor-coarse',
  'late-packets'
] as const;
export type SensorFaultKind = (typeof sensorFaultKinds)[number];

/** What each channel spans, in the order of `sensors`: severity 1 drifts by half of it, jumps by all, coarsens to a tenth. */
const spans = [3000, 60, 4, 6, 1200, 1.5, 7, 30, 60, 40];

/** At severity 1, of the readings: one in five lost, one in fifty a spike, one in ten late by up to half a minute. */
const dropoutShare = 0.2;
const spikeShare = 0.02;
const lateShare = 0.1;
const latestS = 30;

/** Spoils channel `c` of a reading in place; NaN where it is lost. `frozen` holds what a stuck sensor shows, NaN until it sticks. */
export function spoilValue(
  kind: SensorFaultKind,
  c: number,
  level: number,
  values: Float64Array,
  frozen: Float64Array,
  random: Random
): void {
  const span = spans[c]!;
  const step = 0.1 * level * span;
  switch (kind) {
    case 'sensor-dropout':
      if (random.uniform() < dropoutShare * level) values[c] = NaN;
      break;
    case 'sensor-stuck':
      if (Number.isNaN(frozen[c])) frozen[c] = values[c]!;
      values[c] = frozen[c]!;
      break;
    case 'sensor-drift':
      values[c]! += 0.5 * level * span;
      break;
    case 'sensor-spike':
      if (random.uniform() < spikeShare * level) values[c]! += random.uniform() < 0.5 ? -span : span;
      break;
    case 'sensor-coarse':
      values[c] = Math.round(values[c]! / step) * step;
      break;
    case 'late-packets':
      break;
  }
}

/** By how many seconds a reading comes late; mostly 0. */
export function drawDelayS(level: number, random: Random): number {
  return random.uniform() < lateShare * level ? latestS * random.uniform() : 0;
}
