/**
 * Where the pump curve and the system curve meet. Equations of the domain reference, 13.2. Signs and ratios are right for a
 * radial pump of this size; flow above about 1.4 × best efficiency is extrapolation. It knows nothing of power, time and noise.
 */
import { ratedPump, type PumpRating } from './pump-rating';
import { atmospherePa, pascalPerBar, pascalPerM, vapourPressurePa } from './water';

/** What the pump runs in, and what is wrong with it. */
export interface Circuit {
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
  /** Share of the water that is lost: 1 runs dry, and both gauges fall to the atmosphere's zero. */
  dryness: number;
}

/** The circuit, and how fast the pump turns in it. */
export interface Conditions extends Circuit {
  speedRpm: number;
}

/** The circuit of the rated point: cold water, nothing wrong. */
export const ratedCircuit: Circuit = {
  fluidC: 25,
  sourcePressureBar: 0.8,
  extraSuctionLoss: 0,
  resistanceFactor: 1,
  staticHeadM: ratedPump.staticHeadM,
  impellerFactor: 1,
  leakLMin: 0,
  gasFraction: 0,
  frictionW: 0,
  dryness: 0
};

/** The rated pump at its rated point. */
export const ratedConditions: Conditions = { ...ratedCircuit, speedRpm: ratedPump.speedRpm };

/** From this NPSH ratio on the head does not feel cavitation. */
const cavitationFreeRatio = 1.6;

/**
 * Impeller flow at which pump head equals system head, L/min; the leak alone where the pump cannot lift at all, and at most 2.2 ×
 * the rated flow. Without cavitation both curves are parabolas and meet in closed form; cavitation can only lower that flow.
 */
export function findImpellerFlow(conditions: Conditions, pump = ratedPump): number {
  const vapourPa = vapourPressurePa(conditions.fluidC);
  if (excessHeadM(0, conditions, pump, vapourPa) <= 0) return internalLeakLMin(conditions, pump);
  const flow = Math.min(cavitationFreeFlow(conditions, pump), 2.2 * pump.flowLMin);
  if (npshRatio(flow, conditions, pump, vapourPa) >= cavitationFreeRatio) return flow;
  return findSignChange((q) => excessHeadM(q, conditions, pump, vapourPa), 0, flow);
}

/** Head of the pump's curve at a flow through the impeller, m, before wear, gas and cavitation. */
export function curveHeadM(flow: number, { speedRpm }: Conditions, pump: PumpRating): number {
  const r = speedRpm / pump.speedRpm;
  const q = flow / pump.flowLMin;
  return pump.shutOffHeadM * r * r - (pump.shutOffHeadM - pump.headM) * q * q;
}

/** Share of the curve's head that wear, gas, lost water and cavitation leave. */
export function headFactor(flow: number, conditions: Conditions, pump: PumpRating, vapourPa: number): number {
  return soundFactor(conditions) * Math.max(cavitationFactor(npshRatio(flow, conditions, pump, vapourPa)), 0.05);
}

/** NPSH available / required; infinite at standstill. */
export function npshRatio(flow: number, conditions: Conditions, pump: PumpRating, vapourPa: number): number {
  const r = conditions.speedRpm / pump.speedRpm;
  if (r <= 0) return Infinity;
  const q = flow / pump.flowLMin;
  const available = (atmospherePa + suctionPressurePa(flow, conditions, pump) - vapourPa) / pascalPerM;
  return available / (pump.npshRequiredM * (0.55 * r * r + 0.45 * q * q));
}

/** Gauge pressure in front of the impeller. */
export function suctionPressurePa(flow: number, conditions: Conditions, pump: PumpRating): number {
  const lossM = (pump.suctionLoss + conditions.extraSuctionLoss) * flow * flow;
  return (conditions.sourcePressureBar * pascalPerBar - pascalPerM * lossM) * (1 - conditions.dryness);
}

/** What leaves the pump: impeller flow less what runs back inside it. */
export function netFlowLMin(flow: number, conditions: Conditions, pump: PumpRating): number {
  return Math.max(flow - internalLeakLMin(conditions, pump), 0);
}

function internalLeakLMin({ leakLMin, speedRpm }: Conditions, pump: PumpRating): number {
  return (leakLMin * speedRpm) / pump.speedRpm;
}

function excessHeadM(flow: number, conditions: Conditions, pump: PumpRating, vapourPa: number): number {
  const net = netFlowLMin(flow, conditions, pump);
  const systemM =
    conditions.staticHeadM +
    resistanceOf(conditions, pump) * net * net +
    (pump.suctionLoss + conditions.extraSuctionLoss) * flow * flow;
  return curveHeadM(flow, conditions, pump) * headFactor(flow, conditions, pump, vapourPa) - systemM;
}

/** Loss of the discharge line, m/(L/min)². */
function resistanceOf({ resistanceFactor }: Conditions, pump: PumpRating): number {
  const rated = (pump.headM - pump.staticHeadM) / (pump.flowLMin * pump.flowLMin) - pump.suctionLoss;
  return rated * resistanceFactor;
}

/** Head that is left of the curve's, cavitation aside. */
function soundFactor({ impellerFactor, gasFraction, dryness }: Conditions): number {
  return impellerFactor * (1 - 2 * gasFraction) * (1 - dryness);
}

function cavitationFactor(s: number): number {
  if (s < 1) return 1 - 0.03 * Math.exp(6 * (1 - s));
  return s < cavitationFreeRatio ? 1 - 0.03 * Math.exp(-4 * (s - 1)) : 1;
}

/** The root of the quadratic that pump and system make; of a simpler one where less flows than runs back inside the pump. */
function cavitationFreeFlow(conditions: Conditions, pump: PumpRating): number {
  const r = conditions.speedRpm / pump.speedRpm;
  const factor = soundFactor(conditions);
  const liftM = factor * pump.shutOffHeadM * r * r - conditions.staticHeadM;
  const fall =
    (factor * (pump.shutOffHeadM - pump.headM)) / (pump.flowLMin * pump.flowLMin) +
    pump.suctionLoss +
    conditions.extraSuctionLoss;
  const leak = internalLeakLMin(conditions, pump);
  if (liftM <= fall * leak * leak) return Math.sqrt(liftM / fall);
  const resistance = resistanceOf(conditions, pump);
  const half = resistance * leak;
  const sum = fall + resistance;
  return (half + Math.sqrt(half * half - sum * (half * leak - liftM))) / sum;
}

/**
 * Where a falling function changes sign: false position after the Illinois rule, and every third step a halving, because head
 * jumps by 0.3 % at `cavitationFreeRatio`. Returns the middle of a bracket of 1e-10 L/min, or a flow that is 1e-12 m off.
 */
function findSignChange(excess: (flow: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  let above = excess(low);
  let below = excess(high);
  if (below >= 0) return high;
  let lastSide = 0;
  for (let step = 1; step <= 120 && high - low > 1e-10; step++) {
    const middle = step % 3 === 0 ? (low + high) / 2 : (low * below - high * above) / (below - above);
    const value = excess(middle);
    if (Math.abs(value) < 1e-12) return middle;
    if (value > 0) {
      low = middle;
      above = value;
      if (lastSide > 0) below /= 2;
      lastSide = 1;
    } else {
      high = middle;
      below = value;
      if (lastSide < 0) above /= 2;
      lastSide = -1;
    }
  }
  return (low + high) / 2;
}
