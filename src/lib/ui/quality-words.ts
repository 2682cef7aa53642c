/**
 * The words of data quality: states of a channel after NAMUR NE 107, and the report before a training. Apart from `words` because only
 * pages that speak of quality need them. Sentences stand alone.
 */
import type { HealthState } from '../domain/channel-health';
import type { QualityAdvice, QualityCheck, QualityEntry } from '../domain/quality-report';
import { formatDuration, formatNumber, formatPercent, formatSignificant, withUnit } from './format';

const healthWords: Record<HealthState, string> = {
  failure: 'Failure',
  'function-check': 'Function check',
  'out-of-specification': 'Out of specification',
  maintenance: 'Maintenance required',
  good: 'Good'
};

const checkWords: Record<QualityCheck, string> = {
  'duplicate-times': 'Same time twice',
  'times-run-back': 'Time runs back',
  'irregular-times': 'Irregular steps',
  'large-gaps': 'Gaps in time',
  'short-range': 'Short time',
  'too-few-rows': 'Few readings',
  'operating-modes': 'Several operating modes',
  empty: 'No values',
  missing: 'Missing values',
  constant: 'Never changes',
  categorical: 'Few different values',
  monotonic: 'Runs one way',
  unit: 'Unit does not fit',
  'source-bad': 'Marked as bad',
  'out-of-range': 'Impossible values',
  'too-fast': 'Impossible jumps',
  stuck: 'Stands still',
  contradicts: 'Contradicts another sensor'
};

const adviceSentences: Record<QualityAdvice, string> = {
  nothing: '',
  'leave-out': 'Open the file again and set it to Ignore: it teaches a model nothing about the pump.',
  'check-meaning': 'Make sure that it measures something; a switch or a mode is better set to Ignore.',
  'check-sensor': 'Look at the sensor and its line; rows with bad values are not learned from.',
  'compare-sensors': 'Compare the two sensors with a third one or by hand; their values are learned from until then.',
  'check-clock': 'Look at how the logger stamps its rows; rows left out are listed below the findings.',
  'choose-range': 'Choose a healthy range that covers every way the pump is run and has few gaps.',
  'record-longer': 'Record for longer before a model is trusted: it knows only what it has seen.',
  'correct-unit': 'Open the file again and choose the unit the logger writes.'
};

type Figure = (name: string) => number;

/** What was found, from the figures of the check; `value` is a figure in the channel's unit. */
const findings: Record<QualityCheck, (figure: Figure, value: (name: string) => string) => string> = {
  'duplicate-times': (figure) => `${rows(figure('rows'))} with the time of another; the last one counts.`,
  'times-run-back': (figure) => `${rows(figure('rows'))} earlier than the one before, left out.`,
  'irregular-times': (figure) => `${formatPercent(figure('share'))} of the steps are more than half a step off.`,
  'large-gaps': (figure) =>
    figure('gaps') === 1
      ? `1 gap of ${formatDuration(figure('longestMs'))}.`
      : `${formatNumber(figure('gaps'))} gaps, ${formatDuration(figure('lostMs'))} in all, the longest ${formatDuration(figure('longestMs'))}.`,
  'short-range': (figure) =>
    Number.isNaN(figure('share'))
      ? `The recording is only ${formatDuration(figure('spanMs'))} long.`
      : `It has values for only ${formatPercent(figure('share'))} of the recording.`,
  'too-few-rows': (figure) => `Only ${rows(figure('rows'))} to learn from.`,
  'operating-modes': (figure, value) =>
    Number.isNaN(figure('offShare'))
      ? `Its values lie in two groups, around ${value('low')} (${formatPercent(figure('lowShare'))}) and ${value('high')}.`
      : `The pump is off for ${formatPercent(figure('offShare'))} of the time.`,
  empty: () => 'It has no good value at all.',
  missing: (figure) =>
    `${formatPercent(figure('share'))} of its values are missing, up to ${rows(figure('longestRows'))} at a stretch.`,
  constant: (_, value) => `It reads ${value('value')} throughout.`,
  categorical: (figure) => `It takes only ${formatNumber(figure('values'))} different values, like a switch.`,
  monotonic: (figure) =>
    `It ${figure('isRising') === 1 ? 'rises' : 'falls'} in ${formatPercent(figure('share'))} of its changes, like a counter or a clock.`,
  unit: (_, value) => `It reads ${value('median')} in the middle; ${value('low')} to ${value('high')} would be usual.`,
  'source-bad': (figure) => `${values(figure)} marked as bad by the source.`,
  'out-of-range': (figure) => `${values(figure)} beyond what the sensor or the pump can reach.`,
  'too-fast': (figure) => `${values(figure)} after a jump that the quantity cannot make.`,
  stuck: (figure) => `${values(figure)} without a change, while the pump ran and others moved.`,
  contradicts: (figure) => `${values(figure)} at odds with another sensor; which of them is wrong is not known.`
};

/** The state in the words of NAMUR NE 107. */
export function healthWord(state: HealthState): string {
  return healthWords[state];
}

/** The name of a check. */
export function checkWord(check: QualityCheck): string {
  return checkWords[check];
}

/** What the check found, with its figures; `unit` is the channel's, empty where it is not known. */
export function checkSentence({ check, figures }: Pick<QualityEntry, 'check' | 'figures'>, unit: string): string {
  const figure = (name: string) => figures[name] ?? NaN;
  return findings[check](figure, (name) => withUnit(formatSignificant(figure(name)), unit));
}

/** What to do about it; empty where there is nothing to do. */
export function adviceSentence(advice: QualityAdvice): string {
  return adviceSentences[advice];
}

function counted(count: number, one: string, many: string): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

function rows(count: number): string {
  return counted(count, 'row', 'rows');
}

function values(figure: Figure): string {
  return `${counted(figure('values'), 'value', 'values')} (${formatPercent(figure('share'))})`;
}
