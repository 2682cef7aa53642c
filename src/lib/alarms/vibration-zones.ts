/**
 * Vibration severity of rotodynamic pumps above 1 kW by ISO 10816-7:2009, mm/s RMS. The figures were recalled from the standard and are
 * starting values: whoever relies on them holds them against a copy of it. Only numbers and what follows from them; no alarm, no channel.
 */
import type { VibrationClass } from '../domain/alarm';

/** A new machine; long-term operation; limited time, plan a repair; danger of damage. */
export type VibrationZone = 'A' | 'B' | 'C' | 'D';

/** Boundaries of the zones and the highest settings of ALARM and TRIP (1.25 × B/C and C/D, rounded as the standard does), mm/s RMS. */
export interface ZoneLimits {
  ab: number;
  bc: number;
  cd: number;
  alarm: number;
  trip: number;
}

/** The standard draws its line between small and large pumps at this rated power, kW. */
const largeAboveKw = 200;

const limits = {
  I: {
    small: { ab: 2.5, bc: 4, cd: 6.5, alarm: 5, trip: 8.1 },
    large: { ab: 3.5, bc: 5, cd: 7.5, alarm: 6.3, trip: 9.4 }
  },
  II: {
    small: { ab: 3.2, bc: 5.1, cd: 8.5, alarm: 6.4, trip: 10.6 },
    large: { ab: 4.2, bc: 6.1, cd: 9.5, alarm: 7.6, trip: 11.9 }
  }
} as const;

/** The limits of a pump's class. */
export function findZoneLimits({ category, powerKw }: VibrationClass): ZoneLimits {
  return limits[category][powerKw > largeAboveKw ? 'large' : 'small'];
}

/** The zone of a velocity; a boundary belongs to the better one. Null for NaN and for negative velocities. */
export function findZone(machine: VibrationClass, velocity: number): VibrationZone | null {
  if (!(velocity >= 0)) return null;
  const { ab, bc, cd } = findZoneLimits(machine);
  if (velocity <= ab) return 'A';
  if (velocity <= bc) return 'B';
  return velocity <= cd ? 'C' : 'D';
}

/** Share of the B/C limit by which a change counts as significant, even inside zone B (criterion II). */
export const significantShare = 0.25;

/** Where an ALARM is best set, mm/s RMS: a quarter of B/C above the baseline, at most the standard's highest. */
export function findAlarmSetting(machine: VibrationClass, baseline: number): number {
  const { bc, alarm } = findZoneLimits(machine);
  return Math.min(baseline + significantShare * bc, alarm);
}
