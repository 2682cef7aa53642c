/** How a pump is run when nothing is wrong with it: load, speed, weather, starts and stops over time. Pure functions of time. */
import type { PumpInputs } from './pump-inputs';

/** Discharge resistance and speed, as shares of the rated ones, at a minute of the cycle; joined by lines. */
export type LoadPoint = readonly [minute: number, resistance: number, speed: number];

/** One way to run a pump. */
export interface Operation {
  /** Begins at minute 0, ends where it repeats. */
  cycle: readonly LoadPoint[];
  /** Where in the cycle the start lies, so that the pumps of a fleet differ. */
  cycleStartMinute: number;
  /** Demand never stands still: the resistance wanders by this share, with this memory. */
  wanderShare: number;
  wanderLagS: number;
  /** Day curve of the air: its mean, half its swing, and the hour (UTC) at which it is warmest. */
  ambientMeanC: number;
  ambientSwingC: number;
  warmestHour: number;
  /** Runs and rests by turns; null never stops. */
  duty: { runHours: number; restHours: number } | null;
  isDirectStart: boolean;
}

/** A working day's load, on a drive: throttled, slowed, opened, three times in five and a half hours; day and night 8 K apart. */
export const everydayOperation: Operation = {
  cycle: [
    [0, 1, 1],
    [18, 1, 1],
    [18.5, 1.8, 1],
    [34, 1.8, 1],
    [50, 1.15, 1],
    [50.5, 1.15, 0.95],
    [66, 1.15, 0.95],
    [67, 0.85, 1],
    [82, 0.85, 1],
    [96, 1.3, 1],
    [107, 1.3, 1],
    [108, 1, 1]
  ],
  cycleStartMinute: 0,
  wanderShare: 0.02,
  wanderLagS: 240,
  ambientMeanC: 20,
  ambientSwingC: 4,
  warmestHour: 15,
  duty: null,
  isDirectStart: false
};

/** The same under a roof, whose air is never colder or warmer than in the hours that the sample pump's model has learned. */
export const shelteredOperation: Operation = { ...everydayOperation, ambientMeanC: 22.7, ambientSwingC: 1 };

const synchronousRpm = 3000;

/** Sets what the operation decides in `inputs`, `hour` hours after a start at `startHour` of the day; `wander` is standard normal. */
export function setOperation(
  inputs: PumpInputs,
  operation: Operation,
  hour: number,
  startHour: number,
  wander: number
): void {
  setLoad(inputs, operation.cycle, operation.cycleStartMinute + hour * 60);
  inputs.resistanceFactor *= 1 + operation.wanderShare * wander;
  inputs.isDirectStart = operation.isDirectStart;
  if (isResting(operation, hour)) inputs.synchronousRpm = 0;
  inputs.ambientC = ambientC(operation, startHour + hour);
  // The source stands in the same weather, but holds more water.
  inputs.fluidC = 25 + 0.4 * (inputs.ambientC - 20);
}

/** Temperature of the air at an hour of the day, UTC. */
export function ambientC({ ambientMeanC, ambientSwingC, warmestHour }: Operation, hour: number): number {
  return ambientMeanC + ambientSwingC * Math.cos((2 * Math.PI * (hour - warmestHour)) / 24);
}

function isResting({ duty }: Operation, hour: number): boolean {
  return duty !== null && hour % (duty.runHours + duty.restHours) >= duty.runHours;
}

function setLoad(inputs: PumpInputs, cycle: readonly LoadPoint[], minutes: number): void {
  const minute = minutes % cycle.at(-1)![0];
  let next = 1;
  while (cycle[next]![0] <= minute) next++;
  const from = cycle[next - 1]!;
  const to = cycle[next]!;
  const share = (minute - from[0]) / (to[0] - from[0]);
  inputs.resistanceFactor = from[1] + share * (to[1] - from[1]);
  inputs.synchronousRpm = synchronousRpm * (from[2] + share * (to[2] - from[2]));
}
