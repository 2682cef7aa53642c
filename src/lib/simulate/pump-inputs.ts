/** What is done to a pump over a step of time: how it is run, what it runs in, and what is wrong with it. */
import { ratedCircuit, type Circuit } from './hydraulics';

/** Constant over a step. `frictionW` is a loss beyond the bearing's own. Whatever is not there in a healthy pump is 0. */
export interface PumpInputs extends Circuit {
  /** Synchronous speed commanded; 0 is off. */
  synchronousRpm: number;
  /** Switched onto the line at once, and not run up by a drive: takes the current of a standing rotor. */
  isDirectStart: boolean;
  ambientC: number;
  /** How far the bearing is gone: its part of the vibration is 1 + this times the healthy one. */
  bearingWear: number;
  /** Rise of bearing and casing temperature beyond what their equations say, at rated speed. */
  bearingHeatK: number;
  casingHeatK: number;
  /** Share of the oil pressure that never arrives. */
  oilLoss: number;
  /** Unbalance beyond the healthy one, as a multiple of it. */
  unbalance: number;
  misalignmentMmS: number;
  loosenessMmS: number;
  /** Steady vibration of rubbing parts or of a motor on two phases. */
  roughnessMmS: number;
  /** Share of its speed that something in the casing takes from the rotor. */
  blocked: number;
  /** 1 with a phase gone, less with unequal voltages. */
  phaseLoss: number;
  checkValveLeak: number;
  /** What the water's unrest is at this moment, standard normal; felt only where something makes it restless. */
  turbulence: number;
}

/** The healthy pump at its rated point, on a drive of 3000 1/min in a room of 20 °C. */
export const ratedInputs: Readonly<PumpInputs> = {
  ...ratedCircuit,
  synchronousRpm: 3000,
  isDirectStart: false,
  ambientC: 20,
  bearingWear: 0,
  bearingHeatK: 0,
  casingHeatK: 0,
  oilLoss: 0,
  unbalance: 0,
  misalignmentMmS: 0,
  loosenessMmS: 0,
  roughnessMmS: 0,
  blocked: 0,
  phaseLoss: 0,
  checkValveLeak: 0,
  turbulence: 0
};
