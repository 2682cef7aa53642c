/**
 * The pump in time: water, shaft, bearing and casing follow their steady states with a lag, and vibration and oil pressure
 * follow from them. Dynamics of the domain reference, 13.3. True values only: what an instrument makes of them is in `sensors`.
 */
import {
  findImpellerFlow,
  operatingPointAt,
  ratedConditions,
  type Conditions,
  type OperatingPoint
} from './hydraulics';
import { ratedPump, type PumpRating } from './pump-rating';

/** What is done to the pump, constant over a step. */
export interface PumpInputs extends Omit<Conditions, 'speedRpm' | 'frictionW'> {
  /** Synchronous speed the drive commands; 0 is off. */
  synchronousRpm: number;
  ambientC: number;
  /** How far the bearing is gone: 0 is healthy, and its part of the vibration is 1 + this times the healthy one. */
  bearingWear: number;
}

/** The healthy pump at its rated point, on a drive of 3000 1/min in a room of 20 °C. */
export const ratedInputs: PumpInputs = { ...ratedConditions, synchronousRpm: 3000, ambientC: 20, bearingWear: 0 };

/** The true state after a step. */
export interface PumpState {
  isRunning: boolean;
  speedRpm: number;
  bearingC: number;
  oilPressureBar: number;
  vibrationMmS: number;
  flowLMin: number;
  suctionPressureBar: number;
  dischargePressureBar: number;
  currentA: number;
  casingC: number;
  ambientC: number;
  npshRatio: number;
}

/** A pump that remembers. */
export interface Pump {
  /** Holds the inputs for `seconds` and returns the state at their end. Exact for any step while the inputs are constant. */
  advance(inputs: PumpInputs, seconds: number): PumpState;
}

const shaftLagS = 2;
const waterLagS = 2;
const bearingLagS = 15 * 60;
const casingLagS = 10 * 60;
const slipAtFullLoad = 0.017;
/** Each unit of bearing wear adds this share to the bearing's own heat, and this to the shaft's load. */
const wearHeat = 0.05;
const wearFrictionW = 10;

/** Creates a pump at standstill with everything at ambient temperature. */
export function createPump(ambientC: number, pump: PumpRating = ratedPump): Pump {
  let speedRpm = 0;
  let impellerFlowLMin = 0;
  let shaftW = 0;
  let bearingC = ambientC;
  let casingC = ambientC;

  function advance(inputs: PumpInputs, seconds: number): PumpState {
    const isRunning = inputs.synchronousRpm > 0;
    const slip = slipAtFullLoad * (shaftW / pump.motorW);
    speedRpm = approach(speedRpm, inputs.synchronousRpm * (1 - slip), seconds, shaftLagS);
    const frictionW = isRunning ? wearFrictionW * inputs.bearingWear : 0;
    const conditions = { ...inputs, speedRpm, frictionW };
    impellerFlowLMin = approach(impellerFlowLMin, findImpellerFlow(conditions, pump), seconds, waterLagS);
    const point = operatingPointAt(impellerFlowLMin, conditions, pump);
    shaftW = isRunning ? point.shaftW : 0;
    const r = speedRpm / pump.speedRpm;
    const bearingRiseK = 30 * r ** 1.2 * (1 + wearHeat * inputs.bearingWear);
    bearingC = approach(bearingC, inputs.ambientC + bearingRiseK, seconds, bearingLagS);
    casingC = approach(casingC, inputs.fluidC + point.heatingK, seconds, casingLagS);
    return {
      isRunning,
      speedRpm,
      bearingC,
      oilPressureBar: oilPressureBar(r, bearingC),
      vibrationMmS: isRunning ? vibrationMmS(r, point, inputs.bearingWear) : restingVibrationMmS,
      flowLMin: point.flowLMin,
      suctionPressureBar: point.suctionPressureBar,
      dischargePressureBar: point.dischargePressureBar,
      currentA: isRunning ? point.currentA : 0,
      casingC,
      ambientC: inputs.ambientC,
      npshRatio: point.npshRatio
    };
  }

  return { advance };
}

/** First-order lag, exact over the step for a constant target. */
function approach(value: number, target: number, seconds: number, lagS: number): number {
  return target + (value - target) * Math.exp(-seconds / lagS);
}

/** What reaches the casing from the floor, running or not. */
const restingVibrationMmS = 0.1;

/** RMS of unbalance, misalignment, hydraulic excitation away from best efficiency, cavitation and bearing. */
function vibrationMmS(r: number, { relativeFlow, npshRatio }: OperatingPoint, bearingWear: number): number {
  const hydraulic = 0.8 * (1 + 6 * Math.max(0, 0.7 - relativeFlow) ** 2 + 4 * Math.max(0, relativeFlow - 1.2) ** 2);
  const cavitation = 3.5 * Math.max(0, 1.2 - npshRatio);
  const bearing = 0.2 * (1 + bearingWear);
  return Math.hypot(0.9 * r ** 2, 0.5 * r, hydraulic, cavitation, bearing, restingVibrationMmS);
}

/** Shaft-driven oil pump: 2 bar at rated speed and 55 °C, more while the oil is cold. */
function oilPressureBar(r: number, oilC: number): number {
  return 2 * r ** 0.7 * (relativeViscosity(oilC) / relativeViscosity(55)) ** 0.4;
}

/** Vogel's law for an ISO VG 46 oil (46 mm²/s at 40 °C, 6.8 mm²/s at 100 °C), up to a constant. */
function relativeViscosity(celsius: number): number {
  return Math.exp(838.7 / (celsius + 95));
}
