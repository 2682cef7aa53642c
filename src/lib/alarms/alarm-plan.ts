/**
 * The rules of many assets, made to watch once: what assets differ in is their state and nothing else, so a fleet costs its states. A plan must
 * not know any asset.
 */
import type { AlarmRule } from '../domain/alarm';
import { StepKind } from './condition';
import { createRuleWatch, type RuleWatch } from './rule-watch';
import { createLayout, type ChannelPlace, type WatchState } from './watch-state';

export interface AlarmPlan {
  readonly rules: readonly RuleWatch[];
  /** Those that rows, scores and time can change; and those that time changes even where nothing is pending and nothing stands. */
  readonly ofRows: readonly RuleWatch[];
  readonly ofScores: readonly RuleWatch[];
  readonly timed: readonly RuleWatch[];
  readonly byId: ReadonlyMap<string, RuleWatch>;
  /** The channels that rules look at. */
  readonly channels: readonly ChannelPlace[];
  /** The state of an asset of which nothing is known, to be copied. */
  readonly first: WatchState;
  /** Where the plan's channels stand among those of rows, -1 for not; the same array for the same names as the last time. */
  findColumns(names: readonly string[]): Int16Array;
}

/** Plans the rules that are enabled. The asset's id goes before rule ids that begin with a colon. */
export function planRules(rules: readonly AlarmRule[]): AlarmPlan {
  const layout = createLayout();
  const watches = rules.filter(({ isEnabled }) => isEnabled).map((rule) => createRuleWatch(rule, layout));
  const channels = layout.channels();
  let known: { names: readonly string[]; columns: Int16Array } | null = null;
  return {
    rules: watches,
    ofRows: watches.filter(({ needs }) => needs & StepKind.row),
    ofScores: watches.filter(({ needs }) => needs & StepKind.score),
    timed: watches.filter(({ isTimed }) => isTimed),
    byId: new Map(watches.map((watch) => [watch.id, watch])),
    channels,
    first: layout.createState(),
    findColumns(names) {
      if (!known || !isSame(known.names, names)) {
        known = { names, columns: Int16Array.from(channels, ({ name }) => names.indexOf(name)) };
      }
      return known.columns;
    }
  };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some === others || (some.length === others.length && some.every((each, i) => each === others[i]));
}
