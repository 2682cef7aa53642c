/**
 * The mean slope over a sliding span. The span is kept as sixteen means, whatever the rate of the readings, so that a fleet's memory does not
 * grow with it: the slope is that between the oldest mean and the newest. Cells begin at multiples of their length in event time, so
 * any chunking of the rows gives the same slopes.
 */
import type { AlarmCondition } from '../domain/alarm';
import { numberOrNull, StepKind, type Condition, type Step } from './condition';
import { createHysteresis } from './deadband';
import type { Layout } from './watch-state';

/** A power of two, for `placeOf`. */
const cells = 16;
/** The two means must lie at least this share of the span apart: before, the slope is unknown. */
const leastShare = 0.75;
const msPerMinute = 60_000;

/** Unknown until the span is filled, after a hole in it, and where the row's own value is missing or bad. */
export function createRateCondition(
  { channel, perMinute, direction, overMs, clearShare }: Extract<AlarmCondition, { kind: 'rate' }>,
  layout: Layout
): Condition {
  const cellMs = overMs / cells;
  const steep = createHysteresis(layout, perMinute, perMinute, clearShare * perMinute);
  const valueAt = layout.addChannel(channel).value;
  const slopeAt = layout.addNumbers(NaN);
  /** By cell number modulo `cells`: the number itself, how many values, and the sums of their times (from the cell's start) and of them. */
  const numberAt = layout.addNumbers(-Infinity, cells);
  const countAt = layout.addNumbers(0, cells);
  const timeAt = layout.addNumbers(0, cells);
  const sumAt = layout.addNumbers(0, cells);

  // Numbers go by way of the state and the step: one that is handed to a function, or back, is a new object with every row.
  function add(kept: Float64Array, step: Step): void {
    const number = Math.floor(step.tMs / cellMs);
    const cell = placeOf(number);
    if (kept[numberAt + cell] !== number) {
      kept[numberAt + cell] = number;
      kept[countAt + cell] = kept[timeAt + cell] = kept[sumAt + cell] = 0;
    }
    kept[countAt + cell]! += 1;
    kept[timeAt + cell]! += step.tMs - number * cellMs;
    kept[sumAt + cell]! += kept[valueAt]!;
  }

  function measureSlope(kept: Float64Array, step: Step): void {
    const newest = Math.floor(step.tMs / cellMs);
    for (let number = newest - cells + 1; number < newest; number++) {
      const old = placeOf(number);
      if (kept[numberAt + old] !== number) continue;
      const now = placeOf(newest);
      const oldCount = kept[countAt + old]!;
      const nowCount = kept[countAt + now]!;
      const apartMs = (newest - number) * cellMs + kept[timeAt + now]! / nowCount - kept[timeAt + old]! / oldCount;
      if (apartMs < leastShare * overMs) return;
      kept[slopeAt] = ((kept[sumAt + now]! / nowCount - kept[sumAt + old]! / oldCount) / apartMs) * msPerMinute;
      return;
    }
  }

  return {
    needs: StepKind.row,
    resume: steep.resume,
    judge(state, step) {
      const kept = state.numbers;
      kept[slopeAt] = NaN;
      if (!Number.isNaN(kept[valueAt])) {
        add(kept, step);
        measureSlope(kept, step);
      }
      const slope = kept[slopeAt]!;
      return steep.follow(state, direction === 'rising' ? slope : direction === 'falling' ? -slope : Math.abs(slope));
    },
    value: ({ numbers }) => numberOrNull(numbers[slopeAt]!),
    limit: ({ numbers }) => numberOrNull(numbers[slopeAt]! < 0 ? -perMinute : perMinute)
  };
}

/** Where a cell is kept; times before 1970 have negative numbers, and theirs is the same remainder. */
function placeOf(number: number): number {
  return number & (cells - 1);
}
