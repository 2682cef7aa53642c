/**
 * Conditions made to watch: each kind by its own file, the score, silence, and several joined by three-valued logic (Kleene's): unknown decides
 * nothing that the others have not decided already.
 */
import type { AlarmCondition } from '../domain/alarm';
import {
  createBadValueCondition,
  createChangeCondition,
  createLimitCondition,
  createStuckCondition,
  createZoneCondition
} from './channel-conditions';
import { numberOrNull, StepKind, Truth, type Condition } from './condition';
import { createRateCondition } from './rate-condition';
import type { Layout, WatchState } from './watch-state';

/** Makes the condition, and reserves what it remembers of an asset. */
export function createCondition(condition: AlarmCondition, layout: Layout): Condition {
  switch (condition.kind) {
    case 'limit':
      return createLimitCondition(condition, layout);
    case 'zone':
      return createZoneCondition(condition, layout);
    case 'change':
      return createChangeCondition(condition, layout);
    case 'rate':
      return createRateCondition(condition, layout);
    case 'stuck':
      return createStuckCondition(condition, layout);
    case 'bad-value':
      return createBadValueCondition(condition, layout);
    case 'no-data':
      return createNoDataCondition(condition.forMs, layout);
    case 'score':
      return createScoreCondition(condition, layout);
    case 'all':
    case 'any':
      return joinConditions(
        condition.of.map((each) => createCondition(each, layout)),
        condition.kind === 'any' ? Truth.yes : Truth.no,
        layout
      );
  }
}

/** Nothing new for `forMs`. Before the first row silence counts from the first time given, and is never proof that there was data. */
function createNoDataCondition(forMs: number, layout: Layout): Condition {
  const newestAt = layout.addNumbers(NaN);
  const fromAt = layout.addNumbers(NaN);
  const truthAt = layout.addFlag(Truth.unknown);
  return {
    needs: StepKind.row | StepKind.time,
    resume: ({ flags }) => (flags[truthAt] = Truth.yes),
    judge({ numbers, flags }, { kind, tMs }) {
      if (kind === StepKind.row) {
        numbers[newestAt] = tMs;
        return (flags[truthAt] = Truth.no);
      }
      if (Number.isNaN(numbers[fromAt])) numbers[fromAt] = tMs;
      const newestMs = numbers[newestAt]!;
      if (!Number.isNaN(newestMs)) flags[truthAt] = tMs - newestMs >= forMs ? Truth.yes : Truth.no;
      else if (tMs - numbers[fromAt]! >= forMs) flags[truthAt] = Truth.yes;
      return flags[truthAt] as Truth;
    },
    value: () => null,
    limit: () => null
  };
}

/**
 * Set by `windows` in a row above `enter` × threshold, cleared by as many below `leave` × threshold. A window without a score interrupts
 * both counts, because windows on two sides of a hole are not in a row.
 */
function createScoreCondition(
  { enter, leave, windows }: Extract<AlarmCondition, { kind: 'score' }>,
  layout: Layout
): Condition {
  const setAt = layout.addFlag(Truth.no);
  const inRowAt = layout.addNumbers(0);
  const valueAt = layout.addNumbers(NaN);
  const limitAt = layout.addNumbers(NaN);
  return {
    needs: StepKind.score,
    resume({ flags }) {
      flags[setAt] = Truth.yes;
      return Truth.unknown;
    },
    judge({ numbers, flags }, { score, threshold }) {
      const limit = enter * threshold;
      numbers[valueAt] = score;
      numbers[limitAt] = limit;
      if (!(threshold > 0) || Number.isNaN(score)) {
        numbers[inRowAt] = 0;
        return Truth.unknown;
      }
      const isSet = flags[setAt] === Truth.yes;
      const isOpposite = isSet ? score < leave * threshold : score > limit;
      numbers[inRowAt] = isOpposite ? numbers[inRowAt]! + 1 : 0;
      if (numbers[inRowAt]! >= windows) {
        flags[setAt] = isSet ? Truth.no : Truth.yes;
        numbers[inRowAt] = 0;
      }
      return flags[setAt] as Truth;
    },
    value: ({ numbers }) => numberOrNull(numbers[valueAt]!),
    limit: ({ numbers }) => numberOrNull(numbers[limitAt]!)
  };
}

/** Several joined: one that is `decides` makes all so, yes for any of them, no for all of them. */
function joinConditions(
  parts: readonly Condition[],
  decides: typeof Truth.yes | typeof Truth.no,
  layout: Layout
): Condition {
  const truthsAt = parts.map(() => layout.addFlag(Truth.unknown));
  /** The one to show: the first that holds. */
  const shown = ({ flags }: WatchState) => parts[truthsAt.findIndex((at) => flags[at] === Truth.yes)];
  return {
    needs: parts.reduce((needs, part) => needs | part.needs, 0),
    resume(state) {
      parts.forEach((part, i) => (state.flags[truthsAt[i]!] = part.resume(state)));
      return Truth.unknown;
    },
    judge(state, step) {
      if (parts.length === 0) return Truth.unknown;
      let joined: Truth = decides === Truth.yes ? Truth.no : Truth.yes;
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i]!;
        const at = truthsAt[i]!;
        if (part.needs & step.kind) state.flags[at] = part.judge(state, step);
        const truth = state.flags[at] as Truth;
        if (truth === decides) joined = decides;
        else if (truth === Truth.unknown && joined !== decides) joined = Truth.unknown;
      }
      return joined;
    },
    value: (state) => shown(state)?.value(state) ?? null,
    limit: (state) => shown(state)?.limit(state) ?? null
  };
}
