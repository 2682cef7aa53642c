/** The plate of a pump and its motor: the constants its physics is computed from, and the one example pump simulated here. */

/** The name plate of pump and motor. `suctionLoss` is that of the clean suction line, m/(L/min)². */
export interface PumpRating {
  speedRpm: number;
  flowLMin: number;
  headM: number;
  shutOffHeadM: number;
  efficiency: number;
  npshRequiredM: number;
  /** Static head of the system in which the rated point is reached at `resistanceFactor` 1. */
  staticHeadM: number;
  suctionLoss: number;
  motorW: number;
  voltageV: number;
  fullLoadA: number;
  motorEfficiency: number;
  /** Magnetising current as a share of `fullLoadA`. */
  magnetisingRatio: number;
  /** Current of the standing rotor on the full line voltage, as a multiple of `fullLoadA`. */
  lockedRotorRatio: number;
  /** Water and iron inside the casing: what heats up when no water passes. */
  casingWaterL: number;
  casingIronKg: number;
}

/** The example pump of the domain reference, 13.1: 60 m³/h at 50 m, 15 kW. */
export const ratedPump: PumpRating = {
  speedRpm: 2950,
  flowLMin: 1000,
  headM: 50,
  shutOffHeadM: 60,
  efficiency: 0.72,
  npshRequiredM: 3.5,
  staticHeadM: 15,
  suctionLoss: 2e-6,
  motorW: 15_000,
  voltageV: 400,
  fullLoadA: 27,
  motorEfficiency: 0.91,
  magnetisingRatio: 0.38,
  lockedRotorRatio: 6.5,
  casingWaterL: 8,
  casingIronKg: 15
};
