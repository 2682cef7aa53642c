/** The shaft-driven oil pump of the bearings. Domain reference, 13.3. */

/** Oil pressure, bar: 2 bar at rated speed and 55 °C, more while the oil is cold. `lost` is the share that never arrives. */
export function oilPressureBar(r: number, oilC: number, lost: number): number {
  return 2 * r ** 0.7 * Math.exp(0.4 * (logViscosity(oilC) - logViscosity(55))) * (1 - lost);
}

/** Vogel's law for an ISO VG 46 oil (46 mm²/s at 40 °C, 6.8 mm²/s at 100 °C), up to a constant. */
function logViscosity(celsius: number): number {
  return 838.7 / (celsius + 95);
}
