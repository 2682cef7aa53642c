/**
 * An alarm rule as lines of word and value, and what differs between two of them: for the history of a rule and for conflicts. Values are
 * written in full, in the units of the form by which rules are changed, so that no difference is rounded away.
 */
import type { AlarmCondition, AlarmRule, Deadband } from '../domain/alarm';
import { findAlarmUnit } from '../domain/alarm-unit';
import { priorityWord, suppressingWord } from './alarm-words';
import { formatSignificant, withUnit } from './format';

/** One line that is not the same in both. */
export interface RuleDifference {
  word: string;
  before: string;
  after: string;
}

type Lines = Record<string, string>;

const none = 'none';
const kinds: Record<AlarmCondition['kind'], string> = {
  limit: 'limit',
  rate: 'slope',
  stuck: 'value stands still',
  'bad-value': 'value cannot be believed',
  'no-data': 'no reading',
  score: 'model score',
  zone: 'zone of ISO 10816-7',
  change: 'change from the baseline',
  all: 'all of several',
  any: 'any of several'
};

/** The lines in which the rules differ, in the order of the form; a line that only one of them has is `none` in the other. */
export function findRuleDifferences(before: AlarmRule, after: AlarmRule): RuleDifference[] {
  const [old, now] = [writeRule(before), writeRule(after)];
  return Object.keys({ ...now, ...old })
    .map((word) => ({ word, before: old[word] ?? none, after: now[word] ?? none }))
    .filter((line) => line.before !== line.after);
}

function writeRule(rule: AlarmRule): Lines {
  const { escalation, reAlarmMs, respondWithinMin } = rule;
  return {
    Name: rule.name,
    Watched: yesOrNo(rule.isEnabled),
    ...writeCondition(rule.condition),
    'On-delay': seconds(rule.onDelayMs),
    'Off-delay': seconds(rule.offDelayMs),
    Priority: priorityWord(rule.priority),
    Latches: yesOrNo(rule.isLatching),
    'Suppressed while': rule.suppressedIn.map(suppressingWord).join(' or ') || none,
    'Announced again after': reAlarmMs === null ? 'never' : minutes(reAlarmMs),
    'More urgent': escalation
      ? `${priorityWord(escalation.priority)} after ${minutes(escalation.afterMs)}, back after ${minutes(escalation.backAfterMs)}`
      : 'never',
    'Shelved for at most': withUnit(exact(rule.maxShelveMs / 3_600_000), 'h'),
    'Answered within': respondWithinMin === null ? 'open' : withUnit(exact(respondWithinMin), 'min'),
    'What to do': rule.action || none,
    'If nobody acts': rule.consequence || none,
    'Why it may come': rule.causes.join('; ') || none,
    'Who answers for it': rule.owner || none
  };
}

function writeCondition(condition: AlarmCondition): Lines {
  const unit = findAlarmUnit(condition);
  const measured = (value: number) => withUnit(exact(value), unit);
  const band = ({ value, of }: Deadband) => (of === 'percent' ? withUnit(exact(value), '%') : measured(value));
  const lines: Lines = { Condition: kinds[condition.kind] };
  if ('channel' in condition) lines['Channel'] = condition.channel;
  switch (condition.kind) {
    case 'limit':
      return {
        ...lines,
        [`Limit (${condition.level})`]: measured(condition.limit),
        'Set beyond it by': band(condition.setBand),
        'Cleared inside it by': band(condition.clearBand),
        'Span of the instrument': condition.range === null ? none : measured(condition.range)
      };
    case 'rate':
      return {
        ...lines,
        Direction: condition.direction,
        'Steeper than': measured(condition.perMinute),
        Over: seconds(condition.overMs),
        'Cleared below': `${percent(condition.clearShare)} of it`
      };
    case 'no-data':
      return { ...lines, 'Silent for': seconds(condition.forMs) };
    case 'score':
      return {
        ...lines,
        'Set above': `${percent(condition.enter)} of the threshold`,
        'Cleared below': `${percent(condition.leave)} of the threshold`,
        'Windows in a row': exact(condition.windows)
      };
    case 'zone':
      return {
        ...lines,
        ...writeMachine(condition),
        Zone: condition.zone,
        'Cleared inside it by': band(condition.clearBand)
      };
    case 'change':
      return {
        ...lines,
        ...writeMachine(condition),
        Baseline: condition.baseline === null ? none : measured(condition.baseline),
        'Changed by': `${percent(condition.share)} of the B/C limit`
      };
    case 'all':
    case 'any':
      return condition.of.reduce((all, part, i) => {
        const numbered = Object.entries(writeCondition(part)).map(([word, text]) => [`${i + 1}. ${word}`, text]);
        return { ...all, ...Object.fromEntries(numbered) };
      }, lines);
    case 'stuck':
    case 'bad-value':
      return lines;
  }
}

function writeMachine({ machine }: Extract<AlarmCondition, { kind: 'zone' | 'change' }>): Lines {
  return { 'ISO 10816-7 category': machine.category, 'Rated power': `${exact(machine.powerKw)} kW` };
}

const exact = (value: number) => formatSignificant(value, 12);
const percent = (share: number) => withUnit(exact(share * 100), '%');
const seconds = (ms: number) => withUnit(exact(ms / 1000), 's');
const minutes = (ms: number) => withUnit(exact(ms / 60_000), 'min');
const yesOrNo = (is: boolean) => (is ? 'yes' : 'no');
