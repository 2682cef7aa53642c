/**
 * The data-quality report: one pass over a recording in bounded memory, then one verdict per check. It proposes and never changes
 * anything. What a check found is in figures; only `ui` has the words.
 */
import type { LeftOutRows } from '../../domain/asset';
import type { Channel } from '../../domain/channel';
import { findPumpChannel } from '../../domain/pump-channel';
import type { QualityAdvice, QualityCheck, QualityEntry, QualityReport } from '../../domain/quality-report';
import { Quality, type ReadingBlock } from '../../domain/reading-block';
import { createOperatingTracker, type OperatingState } from '../operating-state';
import { createColumnSummary, followValue, mostCategories, type ColumnSummary } from './column-summary';
import { createQualityJudge } from './judge';
import { findModes } from './modes';
import { defaultRules, findPumpRule, type QualityRules } from './rules';
import { createTimeSummary, followTimes, type TimeSummary } from './time-summary';

/** The channels to look at, their nominal step, and the rules they are judged by; the default ones if none are given. */
export interface QualityReportRequest {
  channels: readonly Pick<Channel, 'name' | 'unit'>[];
  stepMs: number;
  rules?: QualityRules;
}

/** A report in the making. */
export interface QualityReporter {
  /** Takes the next rows, in time order. Values that are not judged yet are judged. */
  push(block: ReadingBlock): void;
  /** `leftOut`: what an import left out; what nobody counted is not reported on unless the rows themselves show it. */
  finish(leftOut: Partial<LeftOutRows>): QualityReport;
}

/** Our own choice of where a figure becomes an issue. A missing value costs every window it lies in, hence one in a hundred. */
const limits = {
  irregularShare: 0.05,
  spanMs: 3_600_000,
  rows: 300,
  offShare: 0.01,
  channelSpanShare: 0.9,
  missingShare: 0.01,
  monotonicShare: 0.95,
  monotonicMoves: 20,
  /** Fewer values than this say nothing of how they are spread. */
  spreadValues: 100
} as const;

type Operating = Record<OperatingState, number>;

/** Creates a reporter of no row yet. */
export function createQualityReporter({ channels, stepMs, rules }: QualityReportRequest): QualityReporter {
  const held = rules ?? defaultRules(channels);
  const judge = createQualityJudge(held);
  const tracker = createOperatingTracker(held.operating);
  const rpm = held.channels[findPumpRule(held.channels, 'Motor_RPM')]?.channel ?? '';
  const current = held.channels[findPumpRule(held.channels, 'Motor_Current_A')]?.channel ?? '';
  const times = createTimeSummary();
  const columns = channels.map(createColumnSummary);
  const operating: Operating = { unknown: 0, off: 0, starting: 0, running: 0 };

  function push(block: ReadingBlock): void {
    followTimes(times, block.t, stepMs);
    const { t, quality } = judge.judge(block);
    const columnOf = (name: string) => block.columns[block.channels.indexOf(name)];
    const [rpms, currents] = [columnOf(rpm), columnOf(current)];
    const isOff = Array.from(t, (tMs, row) => {
      const state = tracker.next(tMs, rpms?.[row] ?? NaN, currents?.[row] ?? NaN);
      operating[state] += 1;
      return state === 'off';
    });
    channels.forEach(({ name }, c) => {
      const place = block.channels.indexOf(name);
      const [values, codes] = [block.columns[place], quality[place]];
      const column = columns[c]!;
      for (let row = 0; row < t.length; row++)
        followValue(column, t[row]!, values?.[row] ?? NaN, codes?.[row] ?? Quality.missing, isOff[row]!);
    });
  }

  function finish(leftOut: Partial<LeftOutRows>): QualityReport {
    return {
      rows: times.rows,
      t0Ms: times.t0Ms,
      t1Ms: times.t1Ms,
      channels: channels.map(({ name }) => name),
      entries: [
        ...describeTimes(times, leftOut),
        ...describeOperating(operating),
        ...channels.flatMap((channel, c) => describeColumn(channel, columns[c]!, times))
      ]
    };
  }

  return { push, finish };
}

function describeTimes(times: TimeSummary, leftOut: Partial<LeftOutRows>): QualityEntry[] {
  const { rows, gaps } = times;
  const spanMs = rows > 0 ? times.t1Ms - times.t0Ms : 0;
  const irregularShare = rows > 1 ? times.irregular / (rows - 1) : 0;
  const entry = (check: QualityCheck, isIssue: boolean, advice: QualityAdvice, figures: QualityEntry['figures']) =>
    createEntry(check, null, isIssue, advice, figures);
  const counted = (check: QualityCheck, seen: number, out: number | undefined) =>
    seen === 0 && out === undefined
      ? []
      : [entry(check, seen + (out ?? 0) > 0, 'check-clock', { rows: seen + (out ?? 0) })];
  return [
    ...counted('duplicate-times', times.duplicates, leftOut.duplicates),
    ...counted('times-run-back', times.runsBack, leftOut.runsBack),
    entry('irregular-times', irregularShare > limits.irregularShare, 'check-clock', { share: irregularShare }),
    entry('large-gaps', gaps > 0, 'choose-range', { gaps, longestMs: times.longestGapMs, lostMs: times.lostMs }),
    entry('short-range', spanMs < limits.spanMs, 'record-longer', { spanMs }),
    entry('too-few-rows', rows < limits.rows, 'record-longer', { rows })
  ];
}

/** Nothing where neither speed nor current tells whether the pump runs. */
function describeOperating({ off, starting, running }: Operating): QualityEntry[] {
  const known = off + starting + running;
  if (known === 0) return [];
  const offShare = off / known;
  const isMixed = offShare > limits.offShare && offShare < 1 - limits.offShare;
  return [createEntry('operating-modes', null, isMixed, 'choose-range', { offShare })];
}

function describeColumn({ name, unit }: Pick<Channel, 'name' | 'unit'>, column: ColumnSummary, times: TimeSummary) {
  const entry = (check: QualityCheck, isIssue: boolean, advice: QualityAdvice, figures: QualityEntry['figures']) =>
    createEntry(check, name, isIssue, advice, figures);
  const { good, distinct, codes } = column;
  if (good === 0) return [entry('empty', true, 'leave-out', { rows: times.rows })];

  const span = times.t1Ms - times.t0Ms;
  const share = span > 0 ? (column.t1Ms - column.t0Ms) / span : 1;
  const absent = codes[Quality.missing]! + codes[Quality.unreadable]! + codes[Quality.stale]!;
  const missingShare = absent / times.rows;
  const isVaried = distinct.size > mostCategories;
  const isMeasured = good >= limits.spreadValues;
  const entries = [
    entry('short-range', share < limits.channelSpanShare, 'choose-range', { share }),
    entry('too-few-rows', good < limits.rows && times.rows >= limits.rows, 'leave-out', { rows: good }),
    entry('empty', false, 'nothing', {}),
    entry('missing', missingShare > limits.missingShare, 'check-sensor', {
      values: absent,
      share: missingShare,
      longestRows: column.longestBad
    }),
    entry('constant', distinct.size === 1, 'leave-out', { value: column.last }),
    entry('categorical', isMeasured && !isVaried && distinct.size > 1, 'check-meaning', { values: distinct.size })
  ];
  if (isVaried) entries.push(describeTrend(column, entry), ...describeSpread(name, unit, column, entry));
  const counted = (check: QualityCheck, code: number, advice: QualityAdvice) =>
    entry(check, codes[code]! > 0, advice, { values: codes[code]!, share: codes[code]! / times.rows });
  entries.push(
    counted('source-bad', Quality.sourceBad, 'check-sensor'),
    counted('out-of-range', Quality.outOfRange, 'check-sensor'),
    counted('too-fast', Quality.tooFast, 'check-sensor'),
    counted('stuck', Quality.stuck, 'check-sensor'),
    counted('contradicts', Quality.contradicts, 'compare-sensors')
  );
  return entries;
}

type MakeEntry = (
  check: QualityCheck,
  isIssue: boolean,
  advice: QualityAdvice,
  figures: QualityEntry['figures']
) => QualityEntry;

function describeTrend({ rises, falls }: ColumnSummary, entry: MakeEntry): QualityEntry {
  const moves = rises + falls;
  const share = moves === 0 ? 0 : Math.max(rises, falls) / moves;
  const isTrend = moves >= limits.monotonicMoves && share > limits.monotonicShare;
  return entry('monotonic', isTrend, 'leave-out', { share, isRising: rises > falls ? 1 : 0 });
}

function describeSpread(name: string, unit: string, column: ColumnSummary, entry: MakeEntry): QualityEntry[] {
  const sorted = column.whileOn.sorted();
  if (sorted.length < limits.spreadValues) return [];
  const modes = findModes(sorted);
  const entries = [entry('operating-modes', modes !== null, 'choose-range', modes ? { ...modes } : {})];
  const known = findPumpChannel(name);
  if (!known) return entries;
  const [low, high] = known.plausible;
  const median = sorted[sorted.length >> 1]!;
  const isForeign = unit !== '' && unit !== known.unit;
  return [...entries, entry('unit', isForeign || median < low || median > high, 'correct-unit', { median, low, high })];
}

function createEntry(
  check: QualityCheck,
  channel: string | null,
  isIssue: boolean,
  advice: QualityAdvice,
  figures: QualityEntry['figures']
): QualityEntry {
  return { check, channel, outcome: isIssue ? 'issue' : 'fine', figures, advice: isIssue ? advice : 'nothing' };
}
