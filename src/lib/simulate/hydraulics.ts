/**
 * Steady state of one centrifugal pump in a simple piping system: where pump curve and system curve meet, and what that costs
 * in power and current. Equations of the project's domain reference, 13.2. Signs and ratios are right for a radial pump of
 * this size; flow above about 1.4 × best efficiency is extrapolation. It knows nothing of time and noise.
 */
import { ratedPump, type PumpRating } from './pump-rating';

const densityKgM3 = 998;
const gravityMS2 = 9.81;
const heatCapacityJKgK = 4186;
const atmospherePa = 101_325;
const pascalPerBar = 1e5;
const m3SPerLMin = 1 / 60_000;

/** What the pump runs in, and what is wrong with it. */
export interface Conditions {
  speedRpm: number;
  fluidC: number;
  /** Gauge pressure at the source, its static head included. */
  sourcePressureBar: number;
  /** Suction loss beyond the clean line, m/(L/min)². */
  extraSuctionLoss: number;
  /** Multiplies the discharge resistance: above 1 throttled, below 1 opened or leaking. */
  resistanceFactor: number;
  staticHeadM: number;
  /** Share of the head that a worn impeller still gives. */
  impellerFactor: number;
  /** Recirculation inside the pump at rated speed. */
  leakLMin: number;
  gasFraction: number;
  /** Mechanical loss beyond the healthy one. */
  frictionW: number;
}

/** The rated pump at its rated point, cold water, nothing wrong. */
export const ratedConditions: Conditions = {
  speedRpm: ratedPump.speedRpm,
  fluidC: 25,
  sourcePressureBar: 0.8,
  extraSuctionLoss: 0,
  resistanceFactor: 1,
  staticHeadM: ratedPump.staticHeadM,
  impellerFactor: 1,
  leakLMin: 0,
  gasFraction: 0,
  frictionW: 0
};

/** Everything that follows from a flow through the impeller. Pressures are gauge. */
export interface OperatingPoint {
  impellerFlowLMin: number;
  /** What leaves the pump: impeller flow less the leak. */
  flowLMin: number;
  suctionPressureBar: number;
  dischargePressureBar: number;
  headM: number;
  shaftW: number;
  currentA: number;
  /** NPSH available / required; infinite at standstill. */
  npshRatio: number;
  efficiency: number;
  /** Temperature rise of the fluid, K. */
  heatingK: number;
  /** Impeller flow / best-efficiency flow at this speed; 0 at standstill. */
  relativeFlow: number;
}

/** The steady operating point. */
export function solveOperatingPoint(conditions: Conditions, pump = ratedPump): OperatingPoint {
  return operatingPointAt(findImpellerFlow(conditions, pump), conditions, pump);
}

/** Impeller flow at which pump head equals system head, L/min, by bisection; the leak alone where the pump cannot lift at all. */
export function findImpellerFlow(conditions: Conditions, pump = ratedPump): number {
  const resistance = (pump.headM - pump.staticHeadM) / pump.flowLMin ** 2 - pump.suctionLoss;
  const vapourPa = vapourPressurePa(conditions.fluidC);
  const excessHeadM = (flow: number) => {
    const system =
      conditions.staticHeadM +
      resistance * conditions.resistanceFactor * netFlow(flow, conditions, pump) ** 2 +
      (pump.suctionLoss + conditions.extraSuctionLoss) * flow ** 2;
    return curveHeadM(flow, conditions, pump) * headFactor(flow, conditions, pump, vapourPa) - system;
  };
  if (excessHeadM(0) <= 0) return (conditions.leakLMin * conditions.speedRpm) / pump.speedRpm;
  let low = 0;
  let high = 2.2 * pump.flowLMin;
  for (let halving = 0; halving < 80; halving++) {
    const middle = (low + high) / 2;
    if (excessHeadM(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The point of a flow that need not be the steady one: while the water speeds up, head and power already follow the pump's curve. */
export function operatingPointAt(impellerFlowLMin: number, conditions: Conditions, pump = ratedPump): OperatingPoint {
  const r = conditions.speedRpm / pump.speedRpm;
  const vapourPa = vapourPressurePa(conditions.fluidC);
  const factor = headFactor(impellerFlowLMin, conditions, pump, vapourPa);
  const headM = curveHeadM(impellerFlowLMin, conditions, pump) * factor;
  const relativeFlow = r > 0 ? impellerFlowLMin / (pump.flowLMin * r) : 0;
  const ratedW = (densityKgM3 * gravityMS2 * pump.flowLMin * m3SPerLMin * pump.headM) / pump.efficiency;
  // A radial impeller takes 55 % of its rated power at shut-off.
  const shaftW = ratedW * r ** 3 * (0.55 + 0.45 * relativeFlow) * (0.35 + 0.65 * factor) + conditions.frictionW;
  const hydraulicW = densityKgM3 * gravityMS2 * impellerFlowLMin * m3SPerLMin * headM;
  const efficiency = shaftW > 0 ? Math.max(0.005, hydraulicW / shaftW) : 0;
  const suctionPa = suctionPressurePa(impellerFlowLMin, conditions, pump);
  return {
    impellerFlowLMin,
    flowLMin: netFlow(impellerFlowLMin, conditions, pump),
    suctionPressureBar: suctionPa / pascalPerBar,
    dischargePressureBar: (suctionPa + densityKgM3 * gravityMS2 * headM) / pascalPerBar,
    headM,
    shaftW,
    currentA: motorCurrentA(shaftW, pump),
    npshRatio: npshRatio(impellerFlowLMin, conditions, pump, vapourPa),
    efficiency,
    heatingK: (gravityMS2 * headM * (1 / Math.max(efficiency, 0.02) - 1)) / heatCapacityJKgK,
    relativeFlow
  };
}

/** A pump that has lost its water, at rated speed: 12 % of the rated shaft power at a worse motor efficiency. */
export function solveDryRun(pump = ratedPump): { shaftW: number; currentA: number } {
  const rated = solveOperatingPoint(
    { ...ratedConditions, speedRpm: pump.speedRpm, staticHeadM: pump.staticHeadM },
    pump
  );
  const shaftW = 0.12 * rated.shaftW;
  const activeA = lineCurrentA(shaftW / (0.9 * pump.motorEfficiency), pump);
  return { shaftW, currentA: Math.hypot(activeA, pump.magnetisingRatio * pump.fullLoadA) };
}

function curveHeadM(flow: number, { speedRpm }: Conditions, pump: PumpRating): number {
  return (
    pump.shutOffHeadM * (speedRpm / pump.speedRpm) ** 2 - (pump.shutOffHeadM - pump.headM) * (flow / pump.flowLMin) ** 2
  );
}

/** Share of the curve's head that wear, gas and cavitation leave. */
function headFactor(flow: number, conditions: Conditions, pump: PumpRating, vapourPa: number): number {
  const s = npshRatio(flow, conditions, pump, vapourPa);
  const cavitation = s < 1 ? 1 - 0.03 * Math.exp(6 * (1 - s)) : s < 1.6 ? 1 - 0.03 * Math.exp(-4 * (s - 1)) : 1;
  return conditions.impellerFactor * (1 - 2 * conditions.gasFraction) * Math.max(cavitation, 0.05);
}

function npshRatio(flow: number, conditions: Conditions, pump: PumpRating, vapourPa: number): number {
  const r = conditions.speedRpm / pump.speedRpm;
  if (r <= 0) return Infinity;
  const available = (atmospherePa + suctionPressurePa(flow, conditions, pump) - vapourPa) / (densityKgM3 * gravityMS2);
  return available / (pump.npshRequiredM * (0.55 * r ** 2 + 0.45 * (flow / pump.flowLMin) ** 2));
}

function suctionPressurePa(flow: number, conditions: Conditions, pump: PumpRating): number {
  const lossM = (pump.suctionLoss + conditions.extraSuctionLoss) * flow ** 2;
  return conditions.sourcePressureBar * pascalPerBar - densityKgM3 * gravityMS2 * lossM;
}

function netFlow(flow: number, { leakLMin, speedRpm }: Conditions, pump: PumpRating): number {
  return Math.max(flow - (leakLMin * speedRpm) / pump.speedRpm, 0);
}

/** Tetens' formula. */
function vapourPressurePa(celsius: number): number {
  return 610.78 * Math.exp((17.27 * celsius) / (celsius + 237.3));
}

/** Line current from active and magnetising current; the motor is less efficient below half load. */
function motorCurrentA(shaftW: number, pump: PumpRating): number {
  const load = shaftW / pump.motorW;
  const efficiency = pump.motorEfficiency * (1 - (0.06 * Math.max(0, 0.5 - load)) / 0.5);
  const magnetisingA = pump.magnetisingRatio * pump.fullLoadA * Math.sqrt(1 + 0.15 * load ** 2);
  return Math.hypot(lineCurrentA(shaftW / efficiency, pump), magnetisingA);
}

function lineCurrentA(electricW: number, pump: PumpRating): number {
  return electricW / (Math.sqrt(3) * pump.voltageV);
}
