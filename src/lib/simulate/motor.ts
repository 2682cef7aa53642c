/** The induction motor: line current under load, while it runs up, with lost water, and the relay that protects it. */
import { ratedPump, type PumpRating } from './pump-rating';

/** Line current from active and magnetising current, A; the motor is less efficient below half load. Domain reference, 13.2. */
export function motorCurrentA(shaftW: number, pump = ratedPump): number {
  const load = shaftW / pump.motorW;
  const efficiency = pump.motorEfficiency * (1 - (0.06 * Math.max(0, 0.5 - load)) / 0.5);
  const activeA = lineCurrentA(shaftW / efficiency, pump);
  const magnetisingA = pump.magnetisingRatio * pump.fullLoadA;
  return Math.sqrt(activeA * activeA + magnetisingA * magnetisingA * (1 + 0.15 * load * load));
}

/** Current with the water lost, A: the motor is a tenth less efficient. Domain reference, 13.4, "dry run". */
export function dryCurrentA(shaftW: number, pump = ratedPump): number {
  const activeA = lineCurrentA(shaftW / (0.9 * pump.motorEfficiency), pump);
  return Math.hypot(activeA, pump.magnetisingRatio * pump.fullLoadA);
}

/** Slip, beyond that of the load, at which the current has fallen to 70 % of the standing rotor's. */
const pullOutSlip = 0.15;

/**
 * Current of a rotor that is not yet up to speed, on the full line voltage, A: flat until near the running speed, as the
 * motor's circle diagram has it. `slip` is the share of the running speed that is missing.
 */
export function runUpCurrentA(slip: number, pump = ratedPump): number {
  if (slip <= 0) return 0;
  const share = Math.sqrt((1 + pullOutSlip ** 2) / (1 + (pullOutSlip / slip) ** 2));
  return pump.lockedRotorRatio * pump.fullLoadA * share;
}

/** A thermal overload relay of trip class 10: ten seconds at 7.2 × the full-load current, from cold. */
export const relayLagS = 387;
/** Share of the full-load current that it bears for ever. */
const relayHold = 1.15;

/** What the heat of the relay's bimetal tends to under a current; it trips at 1. */
export function relayHeatAt(currentA: number, pump = ratedPump): number {
  const share = currentA / (relayHold * pump.fullLoadA);
  return share * share;
}

function lineCurrentA(electricW: number, pump: PumpRating): number {
  return electricW / (Math.sqrt(3) * pump.voltageV);
}
