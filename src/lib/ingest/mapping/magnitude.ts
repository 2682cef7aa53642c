/** Whether a column's values can be in the unit it is said to be in, and in which units they could be. Judges, never chooses. */
import type { PumpChannel } from '../../domain/pump-channel';
import { toCanonical, units, type Unit } from '../../domain/unit';

/** Units that are offered when a magnitude is in doubt; the others are rare enough to be named wherever they are used. */
const offered: Record<Unit['quantity'], string[]> = {
  rotation: ['1/min', 'Hz', 'rad/s'],
  temperature: ['°C', '°F', 'K'],
  pressure: ['bar', 'psi', 'kPa', 'mbar', 'MPa', 'Pa'],
  'vibration-velocity': ['mm/s', 'in/s RMS', 'in/s pk', 'm/s'],
  flow: ['L/min', 'm³/h', 'gpm', 'L/s'],
  current: ['A', 'mA']
};

/** Lowest, highest and middle one of a column's values as written; NaN where it has none. */
export interface Magnitude {
  low: number;
  high: number;
  median: number;
}

/** A value of the pump at work: the middle one, or the highest where it stands still most of the time; NaN where there is none. */
export function typicalValue({ high, median }: Magnitude): number {
  return median !== 0 ? median : high !== 0 ? high : NaN;
}

/** True where `value`, in `unit`, is what the channel may read; of a value that is not known nothing is doubted. */
export function isPlausible({ plausible: [low, high] }: PumpChannel, unit: Unit, value: number): boolean {
  const canonical = toCanonical(unit, value);
  return Number.isNaN(value) || (canonical >= low && canonical <= high);
}

/** The usual units of the channel's quantity in which `value` is plausible, the likeliest first. */
export function plausibleUnits(channel: PumpChannel, value: number): Unit[] {
  return offered[channel.quantity]
    .flatMap((symbol) => units.filter((unit) => unit.symbol === symbol && unit.quantity === channel.quantity))
    .filter((unit) => isPlausible(channel, unit, value));
}
