/**
 * The catalogue of what can be wrong with a pump, or merely different, as changes of its inputs. Model inputs and the size of
 * severity 1 follow the domain reference, 13.4, and where that is silent the signatures of 11.1.
 */
import { courseFolds } from './fault-course';
import type { PumpInputs } from './pump-inputs';
import { atmospherePa, pascalPerBar, vapourPressurePa } from './water';

/** Adds a fault to the inputs. `level` is 0 … 1, `ageS` the time since it began. Several may be added one after the other. */
type Effect = (inputs: PumpInputs, level: number, ageS: number) => void;

/** Bearing wear of severity 1: such that an exponential course to it is 13.3's 0.2·e^(t/τ). */
const fullBearingWear = Math.expm1(courseFolds);

/** In this time the heat of too much grease decays to 1/e. */
const greaseLagS = 2 * 3600;

/** Pressure at the source beyond the vapour's at which the rated pump begins to cavitate, and at severity 1 (13.4), bar. */
const cavitationStartBar = 0.5;
const cavitationEndBar = 0.208;
/** By this severity the margin is used up. */
const cavitationMarginLevel = 0.2;

const effects = {
  cavitation: (inputs, level) => {
    // Relative to the vapour's pressure, so that cold water cavitates as the table's at 80 °C does.
    const vapourBar = (vapourPressurePa(inputs.fluidC) - atmospherePa) / pascalPerBar;
    const startBar = vapourBar + cavitationStartBar;
    const margin = Math.min(1, level / cavitationMarginLevel);
    const depth = Math.max(0, level - cavitationMarginLevel) / (1 - cavitationMarginLevel);
    inputs.sourcePressureBar += margin * Math.min(0, startBar - inputs.sourcePressureBar);
    inputs.sourcePressureBar -= depth * (cavitationStartBar - cavitationEndBar);
  },
  strainer: (inputs, level) => {
    inputs.extraSuctionLoss += 1.2e-5 * level;
  },
  'low-tank': (inputs, level) => {
    inputs.sourcePressureBar -= 0.6 * level;
  },
  throttled: (inputs, level) => {
    inputs.resistanceFactor *= 10 ** level;
  },
  'dead-head': (inputs, level) => {
    inputs.resistanceFactor *= 1e5 ** level;
  },
  'dry-run': (inputs, level) => {
    inputs.dryness = Math.max(inputs.dryness, level);
  },
  leak: (inputs, level) => {
    inputs.resistanceFactor *= 0.5 ** level;
  },
  burst: (inputs, level) => {
    inputs.resistanceFactor *= 0.2 ** level;
    inputs.staticHeadM -= (inputs.staticHeadM - 5) * level;
  },
  'impeller-wear': (inputs, level) => {
    inputs.impellerFactor *= 1 - 0.2 * level;
    inputs.unbalance += 0.5 * level;
  },
  'wear-ring': (inputs, level) => {
    inputs.leakLMin += 200 * level;
  },
  gas: (inputs, level) => {
    inputs.gasFraction = Math.min(0.4, inputs.gasFraction + 0.15 * level);
  },
  'bearing-wear': (inputs, level) => {
    inputs.bearingWear += fullBearingWear * level;
  },
  'lube-loss': (inputs, level, ageS) => {
    inputs.oilLoss = Math.max(inputs.oilLoss, 0.75 * level);
    // A bearing without oil does not vibrate at once.
    inputs.bearingWear += 6 * level * -Math.expm1(-ageS / 3600);
  },
  'over-greased': (inputs, level, ageS) => {
    inputs.bearingHeatK += 25 * level * Math.exp(-ageS / greaseLagS);
  },
  unbalance: (inputs, level) => {
    inputs.unbalance += 3 * level;
    inputs.bearingHeatK += 2 * level;
  },
  misalignment: (inputs, level) => {
    inputs.misalignmentMmS += 2.5 * level;
    inputs.bearingHeatK += 10 * level;
    inputs.frictionW += 300 * level;
  },
  looseness: (inputs, level) => {
    inputs.loosenessMmS += 3 * level;
  },
  'seal-leak': (inputs, level) => {
    inputs.leakLMin += 40 * level;
    inputs.bearingHeatK += 8 * level;
    inputs.casingHeatK += 3 * level;
    inputs.oilLoss = Math.max(inputs.oilLoss, 0.2 * level);
  },
  rub: (inputs, level) => {
    inputs.frictionW += 1500 * level;
    inputs.roughnessMmS += 4 * level;
    inputs.bearingHeatK += 12 * level;
    inputs.casingHeatK += 6 * level;
  },
  'rotor-blocked': (inputs, level) => {
    inputs.blocked = Math.max(inputs.blocked, level);
    inputs.roughnessMmS += 6 * level;
    inputs.casingHeatK += 20 * level;
  },
  'phase-loss': (inputs, level) => {
    inputs.phaseLoss = Math.max(inputs.phaseLoss, level);
    inputs.roughnessMmS += 2 * level;
    inputs.bearingHeatK += 8 * level;
  },
  overload: (inputs, level) => {
    inputs.frictionW += 6500 * level;
    inputs.bearingHeatK += 4 * level;
    inputs.casingHeatK += 4 * level;
  },
  'wrong-rotation': (inputs, level) => {
    inputs.impellerFactor *= 1 - 0.5 * level;
    inputs.frictionW += 4000 * level;
    inputs.unbalance += 2 * level;
  },
  'check-valve': (inputs, level) => {
    inputs.checkValveLeak = Math.max(inputs.checkValveLeak, level);
  },
  'speed-change': (inputs, level) => {
    inputs.synchronousRpm *= 1 - 0.2 * level;
  },
  'hot-ambient': (inputs, level) => {
    inputs.ambientC += 15 * level;
  },
  'hot-product': (inputs, level) => {
    inputs.fluidC += 40 * level;
  },
  'tank-level': (inputs, level) => {
    inputs.sourcePressureBar -= 0.3 * level;
  },
  'switched-off': (inputs, level) => {
    if (level > 0) inputs.synchronousRpm = 0;
  }
} satisfies Record<string, Effect>;

export type PumpFaultKind = keyof typeof effects;

/** By kind. The last five are no faults: a pump does that in normal service. */
export const pumpEffects: Readonly<Record<PumpFaultKind, Effect>> = effects;

/** True for what concerns the pump or its surroundings, and not an instrument. */
export function isPumpFault(kind: string): kind is PumpFaultKind {
  return Object.hasOwn(pumpEffects, kind);
}
