/** Overall vibration at the bearing housing, RMS, as the sum of its causes' energies. Domain reference, 13.3 and 11.1. */
import type { OperatingPoint } from './operating-point';
import type { PumpInputs } from './pump-inputs';

/** What reaches the casing from the floor, running or not. */
export const restingVibrationMmS = 0.1;

/**
 * RMS in mm/s of unbalance, misalignment, hydraulic excitation away from best efficiency, cavitation, bearing and what faults
 * add. `r` is the speed over the rated one, `casingC` lets misalignment grow with heat.
 */
export function vibrationMmS(r: number, point: OperatingPoint, inputs: PumpInputs, casingC: number): number {
  const { relativeFlow } = point;
  // Bubbles, a dry impeller and a loose foot shake in bursts.
  const burst = Math.max(0, 1 + 0.5 * inputs.turbulence);
  const below = Math.max(0, 0.7 - relativeFlow);
  const beyond = Math.max(0, relativeFlow - 1.2);
  const unbalance = 0.9 * r * r * (1 + inputs.unbalance);
  const misalignment = r * (0.5 + inputs.misalignmentMmS * (1 + 0.01 * (casingC - 25)));
  const hydraulic = 0.8 * (1 + 6 * below * below + 4 * beyond * beyond);
  const cavitation = 3.5 * Math.max(0, 1.2 - point.npshRatio) * burst;
  const bearing = 0.2 * (1 + inputs.bearingWear);
  const loose = inputs.loosenessMmS * r * r * burst;
  const bubbles = (14 * inputs.gasFraction + 1.5 * inputs.dryness) * burst;
  const rough = inputs.roughnessMmS * Math.min(1, r);
  return Math.sqrt(
    square(unbalance) +
      square(misalignment) +
      square(hydraulic) +
      square(cavitation) +
      square(bearing) +
      square(restingVibrationMmS) +
      square(loose) +
      square(bubbles) +
      square(rough)
  );
}

function square(x: number): number {
  return x * x;
}
