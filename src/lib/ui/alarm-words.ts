/** Every code of alarms as words a person reads. `Record`s over the code types: a new code does not compile until it has its words. */
import {
  alarmPriorities,
  type AlarmCondition,
  type AlarmEvent,
  type AlarmOccurrence,
  type AlarmPriority,
  type AlarmState,
  type Deadband,
  type LimitLevel,
  type SuppressingState
} from '../domain/alarm';
import { findAlarmUnit } from '../domain/alarm-unit';
import { formatDuration, formatPercent, formatSignificant, withUnit } from './format';
import { channelWords } from './words';

const states: Record<AlarmState, string> = {
  NORM: 'Normal',
  UNACK: 'Unacknowledged',
  ACKED: 'Acknowledged',
  RTNUN: 'Returned, unacknowledged',
  LATUN: 'Latched, unacknowledged',
  LATAK: 'Latched, to be reset',
  SHLVD: 'Shelved',
  DSUPR: 'Suppressed by design',
  OOSRV: 'Out of service'
};

const priorities: Record<AlarmPriority, string> = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low' };

const events: Record<AlarmEvent['kind'], string> = {
  raise: 'Raised',
  return: 'Returned to normal',
  reprioritise: 'Priority changed',
  're-alarm': 'Announced again',
  suppress: 'Suppressed by design',
  unsuppress: 'No longer suppressed',
  expire: 'Shelving ended',
  acknowledge: 'Acknowledged',
  reset: 'Reset',
  shelve: 'Shelved',
  unshelve: 'Unshelved',
  'remove-from-service': 'Taken out of service',
  'return-to-service': 'Returned to service'
};

const suppressing: Record<SuppressingState, string> = { off: 'the pump is off', starting: 'the pump is starting' };

/** Those a rule can name, in the order in which forms show them. */
export const suppressingStates = Object.keys(suppressing) as SuppressingState[];

const levels: Record<LimitLevel, string> = {
  HH: 'far above',
  H: 'above',
  L: 'below',
  LL: 'far below'
};

/** What a person calls it; one that was hidden before its first raise, on a device that does not know its rule, has no name. */
export const alarmName = ({ name }: { name: string }): string => name || 'Alarm without a name';
export const alarmStateWord = (state: AlarmState): string => states[state];
export const priorityWord = (priority: AlarmPriority): string => priorities[priority];
/** 1 for the most urgent. */
export const priorityNumber = (priority: AlarmPriority): number => alarmPriorities.indexOf(priority) + 1;
export const alarmEventWord = (kind: AlarmEvent['kind']): string => events[kind];
export const suppressingWord = (state: SuppressingState): string => suppressing[state];

/** What a rule watches, as one phrase, with the deadband between its being set and cleared. */
export function describeCondition(condition: AlarmCondition): string {
  const unit = findAlarmUnit(condition);
  switch (condition.kind) {
    case 'limit': {
      const { channel, level, limit, setBand, clearBand } = condition;
      const set = setBand.value === 0 ? '' : `, set ${writeDeadband(setBand, unit)} beyond it`;
      return `${channelWords(channel)} ${levels[level]} ${writeFigure(limit, unit)} (${level})${set}${describeDeadband(clearBand, unit)}`;
    }
    case 'rate':
      return `${channelWords(condition.channel)} ${condition.direction === 'either' ? 'changing' : condition.direction} by more than ${unit === '' ? `${formatSignificant(condition.perMinute)} a minute` : writeFigure(condition.perMinute, unit)} over ${formatDuration(condition.overMs)}`;
    case 'stuck':
      return `${channelWords(condition.channel)} stands still while the pump runs`;
    case 'bad-value':
      return `${channelWords(condition.channel)} cannot be believed`;
    case 'no-data':
      return `No reading for ${formatDuration(condition.forMs)}`;
    case 'score':
      return `Model score above ${formatPercent(condition.enter)} of its limit for ${condition.windows} windows`;
    case 'zone':
      return `${channelWords(condition.channel)} in zone ${condition.zone} of ISO 10816-7, category ${condition.machine.category}, ${formatSignificant(condition.machine.powerKw)} kW${describeDeadband(condition.clearBand, unit)}`;
    case 'change':
      return `${channelWords(condition.channel)} changed by more than ${formatPercent(condition.share)} of the B/C limit from its baseline${condition.baseline === null ? ', which is not known yet' : ` of ${writeFigure(condition.baseline, unit)}`}`;
    case 'all':
      return condition.of.map(describeCondition).join(' and ');
    case 'any':
      return condition.of.map(describeCondition).join(' or ');
  }
}

/** What an alarm was raised at, or a line of the journal says, as `81.2 °C, limit 75 °C`; empty where it has no value. */
export function describeFigures({ value, limit, unit = '' }: Figures): string {
  if (value === null) return '';
  return `${writeFigure(value, unit)}${limit === null ? '' : `, limit ${writeFigure(limit, unit)}`}`;
}

type Figures = Pick<AlarmOccurrence, 'value' | 'limit' | 'unit'>;

function describeDeadband(band: Deadband, unit: string): string {
  return band.value === 0 ? '' : `, deadband ${writeDeadband(band, unit)}`;
}

function writeDeadband({ value, of }: Deadband, unit: string): string {
  return of === 'percent' ? withUnit(formatSignificant(value), '%') : writeFigure(value, unit);
}

/** A value or limit with its unit, or alone where that is not known. */
export function writeFigure(value: number, unit = ''): string {
  return withUnit(formatSignificant(value, 4), unit);
}
