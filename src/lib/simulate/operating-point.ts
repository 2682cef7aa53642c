/** What a flow through the impeller costs and gives: pressures, power, current, heat. Equations of the domain reference, 13.2. */
import {
  curveHeadM,
  findImpellerFlow,
  headFactor,
  netFlowLMin,
  npshRatio,
  ratedConditions,
  suctionPressurePa,
  type Conditions
} from './hydraulics';
import { dryCurrentA, motorCurrentA } from './motor';
import { ratedPump, type PumpRating } from './pump-rating';
import { gravityMS2, heatCapacityJKgK, m3SPerLMin, pascalPerBar, pascalPerM, vapourPressurePa } from './water';

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

/**
 * The point of a flow that need not be the steady one: while the water speeds up, head and power already follow the pump's curve.
 * It is written into `into`, so that a simulation of months makes no garbage.
 */
export function operatingPointAt(
  impellerFlowLMin: number,
  conditions: Conditions,
  pump = ratedPump,
  into = createPoint()
): OperatingPoint {
  const { dryness } = conditions;
  const r = conditions.speedRpm / pump.speedRpm;
  const vapourPa = vapourPressurePa(conditions.fluidC);
  const factor = headFactor(impellerFlowLMin, conditions, pump, vapourPa);
  const headM = curveHeadM(impellerFlowLMin, conditions, pump) * factor;
  const relativeFlow = r > 0 ? impellerFlowLMin / (pump.flowLMin * r) : 0;
  const ratedCubeW = ratedShaftW(pump) * r * r * r;
  // A radial impeller takes 55 % of its rated power at shut-off.
  const wetW = ratedCubeW * (0.55 + 0.45 * relativeFlow) * (0.35 + 0.65 * factor);
  const dryW = dryShare * ratedCubeW;
  const shaftW = wetW + dryness * (dryW - wetW) + conditions.frictionW;
  const hydraulicW = pascalPerM * impellerFlowLMin * m3SPerLMin * headM;
  const efficiency = shaftW > 0 ? Math.max(0.005, hydraulicW / shaftW) : 0;
  const suctionPa = suctionPressurePa(impellerFlowLMin, conditions, pump);
  const wetA = motorCurrentA(shaftW, pump);
  into.impellerFlowLMin = impellerFlowLMin;
  into.flowLMin = netFlowLMin(impellerFlowLMin, conditions, pump);
  into.suctionPressureBar = suctionPa / pascalPerBar;
  into.dischargePressureBar = (suctionPa + pascalPerM * headM) / pascalPerBar;
  into.headM = headM;
  into.shaftW = shaftW;
  into.currentA = dryness > 0 ? wetA + dryness * (dryCurrentA(shaftW, pump) - wetA) : wetA;
  into.npshRatio = npshRatio(impellerFlowLMin, conditions, pump, vapourPa);
  into.efficiency = efficiency;
  into.heatingK = (gravityMS2 * headM * (1 / Math.max(efficiency, 0.02) - 1)) / heatCapacityJKgK;
  into.relativeFlow = relativeFlow;
  return into;
}

/** An operating point of zeros, to be written into. */
export function createPoint(): OperatingPoint {
  return {
    impellerFlowLMin: 0,
    flowLMin: 0,
    suctionPressureBar: 0,
    dischargePressureBar: 0,
    headM: 0,
    shaftW: 0,
    currentA: 0,
    npshRatio: 0,
    efficiency: 0,
    heatingK: 0,
    relativeFlow: 0
  };
}

/** Share of the rated shaft power that a pump without water takes. */
const dryShare = 0.12;

/** A pump that has lost its water, at rated speed. */
export function solveDryRun(pump = ratedPump): { shaftW: number; currentA: number } {
  return solveOperatingPoint({ ...ratedConditions, speedRpm: pump.speedRpm, dryness: 1 }, pump);
}

/** How fast the trapped water and its casing warm when nothing flows, K/s: half the rated efficiency at the shut-off head. */
export function deadHeadHeatingKS(pump = ratedPump): number {
  const lostW = (pascalPerM * pump.flowLMin * m3SPerLMin * pump.shutOffHeadM) / (2 * pump.efficiency);
  return lostW / (pump.casingWaterL * heatCapacityJKgK + pump.casingIronKg * ironHeatCapacityJKgK);
}

const ironHeatCapacityJKgK = 460;

function ratedShaftW(pump: PumpRating): number {
  return (pascalPerM * pump.flowLMin * m3SPerLMin * pump.headM) / pump.efficiency;
}
