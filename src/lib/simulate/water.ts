/** Water as the hydraulics need it. Density does not follow temperature. */

const densityKgM3 = 998;
export const gravityMS2 = 9.81;
export const heatCapacityJKgK = 4186;
export const atmospherePa = 101_325;
export const pascalPerBar = 1e5;
export const m3SPerLMin = 1 / 60_000;
/** Pressure of a metre of water. */
export const pascalPerM = densityKgM3 * gravityMS2;

/** Vapour pressure, absolute, by Tetens' formula. */
export function vapourPressurePa(celsius: number): number {
  return 610.78 * Math.exp((17.27 * celsius) / (celsius + 237.3));
}
