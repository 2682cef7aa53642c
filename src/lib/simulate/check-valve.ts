/** What a leaking check valve does to a pump at rest: the water column of the discharge line runs back through it and turns it. */
import type { PumpRating } from './pump-rating';
import { pascalPerBar, pascalPerM } from './water';

/** Time in which a fully leaking valve lets the column fall to 1/e of its height. */
const drainLagS = 600;

/** The column's share of its height after `seconds` at rest. */
export function drainColumn(column: number, leak: number, seconds: number): number {
  return column * Math.exp((-leak * seconds) / drainLagS);
}

/** Flow back through the pump, L/min: at most a third of the rated flow. */
export function backFlowLMin(column: number, leak: number, pump: PumpRating): number {
  return 0.33 * pump.flowLMin * leak * Math.sqrt(column);
}

/** Speed at which the water turns the idle shaft backwards, 1/min. */
export function backSpinRpm(column: number, leak: number, pump: PumpRating): number {
  return 0.3 * pump.speedRpm * leak * Math.sqrt(column);
}

/** What the pump's discharge still feels of the column, bar. */
export function columnPressureBar(column: number, leak: number, staticHeadM: number): number {
  return (0.5 * leak * column * staticHeadM * pascalPerM) / pascalPerBar;
}
