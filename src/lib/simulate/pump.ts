/**
 * The pump in time: water, shaft, bearing, casing and overload relay follow their steady states with a lag. Dynamics of the
 * domain reference, 13.3. True values only: what an instrument makes of them is in `sensors`.
 */
import { backFlowLMin, backSpinRpm, columnPressureBar, drainColumn } from './check-valve';
import { findImpellerFlow, ratedConditions } from './hydraulics';
import { oilPressureBar } from './lubrication';
import { relayHeatAt, relayLagS, runUpCurrentA } from './motor';
import { createPoint, deadHeadHeatingKS, operatingPointAt } from './operating-point';
import type { PumpInputs } from './pump-inputs';
import { ratedPump, type PumpRating } from './pump-rating';
import { restingVibrationMmS, vibrationMmS } from './vibration';

/** The true state after a step. */
export interface PumpState {
  /** Switched on and not tripped. */
  isRunning: boolean;
  /** Its overload relay let go; it stays off until it is switched off, or `reset`. */
  isTripped: boolean;
  /** Below zero where returning water turns the idle shaft. */
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
  /**
   * Holds the inputs for `seconds` and returns the state at their end: the same object each time. Exact for any step while the
   * inputs are constant.
   */
  advance(inputs: Readonly<PumpInputs>, seconds: number): PumpState;
  /** Puts a tripped relay back. */
  reset(): void;
}

const shaftLagS = 2;
const coastLagS = 5;
const waterLagS = 2;
const bearingLagS = 15 * 60;
const casingLagS = 10 * 60;
const slipAtFullLoad = 0.017;
/** Slip that a motor on two phases has beyond that of its load. */
const phaseLossSlip = 0.025;
/** Each unit of bearing wear adds this share to the bearing's own heat, and this to the shaft's load. */
const wearHeat = 0.05;
const wearFrictionW = 10;
/** A pump without water warms at its seal. */
const dryRiseK = 60;
/** Below this share of the best-efficiency flow the water in the casing is no longer carried away. */
const stagnantFlow = 0.05;

/** Creates a pump at standstill with everything at ambient temperature. */
export function createPump(ambientC: number, pump: PumpRating = ratedPump): Pump {
  const point = createPoint();
  const conditions = { ...ratedConditions };
  const stagnantRiseK = deadHeadHeatingKS(pump) * casingLagS;
  // Numbers kept in fields are overwritten in place; as variables of this closure each change would be a new object on the heap.
  const hidden = { shaftRpm: 0, impellerFlowLMin: 0, shaftW: 0, relayHeat: 0, column: 1, standing: 0 };
  const keep = { seconds: NaN, shaft: 0, coast: 0, water: 0, bearing: 0, casing: 0, relay: 0 };
  const state: PumpState = {
    isRunning: false,
    isTripped: false,
    speedRpm: 0,
    bearingC: ambientC,
    oilPressureBar: 0,
    vibrationMmS: restingVibrationMmS,
    flowLMin: 0,
    suctionPressureBar: 0,
    dischargePressureBar: 0,
    currentA: 0,
    casingC: ambientC,
    ambientC,
    npshRatio: Infinity
  };

  function advance(inputs: Readonly<PumpInputs>, seconds: number): PumpState {
    if (seconds !== keep.seconds) setMemory(seconds);
    const isOn = inputs.synchronousRpm > 0;
    if (!isOn) state.isTripped = false;
    const isRunning = isOn && !state.isTripped;
    const slip = slipAtFullLoad * (hidden.shaftW / pump.motorW) + phaseLossSlip * inputs.phaseLoss;
    const freeRpm = isRunning ? inputs.synchronousRpm * (1 - slip) : 0;
    hidden.shaftRpm = approach(hidden.shaftRpm, freeRpm * (1 - inputs.blocked), isRunning ? keep.shaft : keep.coast);
    const r = hidden.shaftRpm / pump.speedRpm;

    const conditions = conditionsOf(inputs, isRunning);
    hidden.impellerFlowLMin = approach(hidden.impellerFlowLMin, findImpellerFlow(conditions, pump), keep.water);
    operatingPointAt(hidden.impellerFlowLMin, conditions, pump, point);
    hidden.shaftW = isRunning ? point.shaftW : 0;

    const standing = isRunning ? (1 - inputs.dryness) * Math.max(0, 1 - point.relativeFlow / stagnantFlow) * r * r : 0;
    // The first moment of a start, before the water moves, does not count.
    const stagnation = Math.min(standing, hidden.standing);
    hidden.standing = standing;
    const cavitation = cavitationShare(point.npshRatio);
    const strain = 1 + wearHeat * inputs.bearingWear + 2 * inputs.oilLoss * inputs.oilLoss;
    const extraK = inputs.bearingHeatK + 5 * stagnation + 4 * cavitation + 10 * inputs.dryness;
    state.bearingC = approach(state.bearingC, inputs.ambientC + 30 * r ** 1.2 * strain + extraK * r, keep.bearing);
    const casingK = stagnation * stagnantRiseK + (inputs.casingHeatK + dryRiseK * inputs.dryness) * r;
    state.casingC = approach(state.casingC, inputs.fluidC + point.heatingK + casingK, keep.casing);

    state.isRunning = isRunning;
    state.ambientC = inputs.ambientC;
    state.npshRatio = point.npshRatio;
    state.oilPressureBar = oilPressureBar(r, state.bearingC, inputs.oilLoss);
    state.vibrationMmS = isRunning ? vibrationMmS(r, point, inputs, state.casingC) : restingVibrationMmS;
    state.currentA = isRunning ? currentA(inputs, freeRpm) : 0;
    state.speedRpm = hidden.shaftRpm;
    state.flowLMin = point.flowLMin;
    state.suctionPressureBar = point.suctionPressureBar;
    state.dischargePressureBar = point.dischargePressureBar;
    settleColumn(inputs, isRunning, seconds);
    hidden.relayHeat = approach(hidden.relayHeat, relayHeatAt(state.currentA, pump), keep.relay);
    if (isRunning && hidden.relayHeat >= 1) state.isTripped = true;
    return state;
  }

  function conditionsOf(inputs: Readonly<PumpInputs>, isRunning: boolean) {
    // Cavitation and gas make the head itself unsteady; flow, pressure and current follow it.
    const unrest = 0.24 * cavitationShare(state.npshRatio) + inputs.gasFraction;
    conditions.speedRpm = hidden.shaftRpm;
    conditions.fluidC = inputs.fluidC;
    conditions.sourcePressureBar = inputs.sourcePressureBar;
    conditions.extraSuctionLoss = inputs.extraSuctionLoss;
    conditions.resistanceFactor = inputs.resistanceFactor;
    conditions.staticHeadM = inputs.staticHeadM;
    conditions.impellerFactor = inputs.impellerFactor * Math.max(0.2, 1 + unrest * inputs.turbulence);
    conditions.leakLMin = inputs.leakLMin;
    conditions.gasFraction = inputs.gasFraction;
    conditions.frictionW = isRunning ? wearFrictionW * inputs.bearingWear + inputs.frictionW : 0;
    conditions.dryness = inputs.dryness;
    return conditions;
  }

  /** What the line carries: the load's current, or that of a rotor that lacks speed. */
  function currentA(inputs: Readonly<PumpInputs>, freeRpm: number): number {
    const loadA = point.currentA * (1 + 0.7 * inputs.phaseLoss);
    if (!inputs.isDirectStart && inputs.blocked === 0) return loadA;
    return Math.max(loadA, runUpCurrentA(1 - hidden.shaftRpm / freeRpm, pump));
  }

  /** Behind a check valve that leaks, the discharge line's water returns through the idle pump. */
  function settleColumn(inputs: Readonly<PumpInputs>, isRunning: boolean, seconds: number): void {
    const leak = inputs.checkValveLeak;
    if (isRunning) hidden.column = 1;
    if (isRunning || leak === 0) return;
    hidden.column = drainColumn(hidden.column, leak, seconds);
    const backLMin = backFlowLMin(hidden.column, leak, pump);
    const suctionBar = inputs.sourcePressureBar + 1e-7 * backLMin * backLMin;
    state.flowLMin -= backLMin;
    state.speedRpm -= backSpinRpm(hidden.column, leak, pump);
    state.suctionPressureBar = Math.max(state.suctionPressureBar, suctionBar);
    state.dischargePressureBar += columnPressureBar(hidden.column, leak, inputs.staticHeadM);
  }

  function setMemory(seconds: number): void {
    keep.seconds = seconds;
    keep.shaft = Math.exp(-seconds / shaftLagS);
    keep.coast = Math.exp(-seconds / coastLagS);
    keep.water = Math.exp(-seconds / waterLagS);
    keep.bearing = Math.exp(-seconds / bearingLagS);
    keep.casing = Math.exp(-seconds / casingLagS);
    keep.relay = Math.exp(-seconds / relayLagS);
  }

  return {
    advance,
    reset: () => {
      state.isTripped = false;
      hidden.relayHeat = 0;
    }
  };
}

/** First-order lag: what is left of the distance to the target is the share `kept`. */
function approach(value: number, target: number, kept: number): number {
  return target + (value - target) * kept;
}

/** How much of a cavitation there is: nothing from an NPSH ratio of 1.1 on, everything from 0.6 down. */
function cavitationShare(npshRatio: number): number {
  return Math.min(1, Math.max(0, (1.1 - npshRatio) / 0.5));
}
