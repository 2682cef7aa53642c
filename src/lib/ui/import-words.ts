/** What an import asks and understood, as words. Codes come from `domain/import-plan`; formats from `format`. */
import type { RejectedRow } from '../domain/asset';
import {
  storedChannel,
  type Encoding,
  type FileFormat,
  type ImportPlan,
  type Question,
  type QuestionTopic
} from '../domain/import-plan';
import { isStructurePart, type StructurePart } from '../domain/import-structure';
import { findPumpChannel } from '../domain/pump-channel';
import { canonicalUnits } from '../domain/unit';
import { formatDuration, formatSignificant, withUnit } from './format';
import { delimiterWord, timeFormatWord } from './words';

const formatWords: Record<FileFormat, string> = {
  csv: 'Text',
  cmapss: 'C-MAPSS text',
  excel: 'Excel workbook',
  parquet: 'Parquet'
};

const encodingWords: Record<Encoding, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16, little endian',
  'utf-16be': 'UTF-16, big endian',
  'windows-1252': 'Windows-1252'
};

/** The question, and its short name where it is answered. */
const topicWords: Record<QuestionTopic, { ask: string; short: string }> = {
  encoding: { ask: 'In which encoding is the text?', short: 'Encoding' },
  delimiter: { ask: 'What separates the fields?', short: 'Fields separated by' },
  'header-line': { ask: 'In which line are the names?', short: 'Names in line' },
  'units-line': { ask: 'In which line are the units?', short: 'Units in line' },
  'data-line': { ask: 'In which line do the readings begin?', short: 'Readings from line' },
  decimal: { ask: 'Which sign is the decimal mark?', short: 'Decimal mark' },
  sheet: { ask: 'Which sheet holds the readings?', short: 'Sheet' },
  'time-format': { ask: 'How are the dates written?', short: 'Times written as' },
  'time-zone': { ask: 'In which time zone were the times written?', short: 'Time zone' },
  'doubled-hour': { ask: 'The clock showed one hour twice. Which of the two is meant?', short: 'Hour shown twice' },
  layout: { ask: 'How are the readings laid out?', short: 'Layout' },
  sentinel: { ask: 'What does this number stand for?', short: 'Stands for' },
  unit: { ask: 'In which unit are the values?', short: 'Unit' },
  'row-step': { ask: 'The file has no time. How far apart are its rows?', short: 'Step from row to row' }
};

const optionWords: Partial<Record<QuestionTopic, Record<string, string>>> = {
  decimal: { '.': 'The point', ',': 'The comma' },
  'doubled-hour': { first: 'The first one, summer time', second: 'The second one, winter time' },
  layout: {
    wide: 'One column per sensor',
    long: 'One row per value, its sensor named in a column',
    asset: 'One column per sensor, the pump named in a column'
  },
  sentinel: { missing: 'No value', value: 'A measured value' }
};

/** Parts of a plan that are never asked. */
const partWords: Record<StructurePart, string> = {
  'time-column': 'Time column',
  'clock-column': 'Time of day in column',
  'asset-column': 'Pump named in column'
};

/** What `about` speaks of, and the column it names. */
export function readTopic(about: string): { topic: QuestionTopic; column: string } {
  const at = about.indexOf(':');
  const topic = (at < 0 ? about : about.slice(0, at)) as QuestionTopic;
  return { topic, column: at < 0 ? '' : about.slice(at + 1) };
}

/** The question as a sentence. */
export function questionSentence({ about }: Question): string {
  const { topic, column } = readTopic(about);
  if (topic === 'unit') return `In which unit is “${column}”?`;
  if (topic === 'sentinel') return `What does this number stand for in “${column}”?`;
  return topicWords[topic].ask;
}

/** What was asked, in a word or two: `Time zone`. */
export function questionShort({ about }: Pick<Question, 'about'>): string {
  const { topic, column } = readTopic(about);
  const short = isStructurePart(about) ? partWords[about] : topicWords[topic].short;
  return column === '' ? short : `${short}, ${column}:`;
}

/** An answer to a question. */
export function optionWord(about: string, option: string): string {
  const { topic } = readTopic(about);
  if (topic === 'time-format') return timeFormatWord(option as ImportPlan['time']['format']);
  if (topic === 'row-step') return formatDuration(Number(option));
  if (topic === 'delimiter') return delimiterWord(option as ImportPlan['delimiter']);
  if (topic === 'encoding') return encodingWords[option as Encoding];
  return optionWords[topic]?.[option] ?? option;
}

export function encodingWord(encoding: Encoding): string {
  return encodingWords[encoding];
}

/** The unit that an answer about a column's unit turns its values into; empty for every other question. */
export function exampleUnit(about: string, plan: ImportPlan): string {
  const { topic, column } = readTopic(about);
  const channel = topic === 'unit' && plan.channels.find(({ name }) => name === column);
  return channel ? storedChannel(channel).unit : '';
}

/** How the file is read, in one sentence: what a person checks at a glance. */
export function planSentence(plan: ImportPlan, columnName: (index: number) => string): string {
  const isOpen = (about: string) =>
    plan.questions.some((question) => question.about === about && question.answer === null);
  const isText = plan.format === 'csv';
  const time = plan.time;
  const parts = [
    isText
      ? `${encodingWords[plan.encoding]}, fields separated by ${delimiterWord(plan.delimiter).toLowerCase()}, decimal ${plan.decimal === ',' ? 'comma' : 'point'}`
      : formatWords[plan.format],
    plan.sheet === null ? '' : `sheet “${plan.sheet}”`,
    plan.headerLine === null ? 'no header' : `header in line ${plan.headerLine}`,
    plan.unitsLine === null ? '' : `units in line ${plan.unitsLine}`,
    `readings from line ${plan.dataLine}${time.order === 'falling' ? ', newest first' : ''}`
  ].filter((part) => part !== '');
  const columns = [time.column, time.clockColumn].flatMap((index) =>
    index === null ? [] : [`“${columnName(index)}”`]
  );
  const format = isOpen('time-format') ? '' : `: ${timeFormatWord(time.format)}`;
  return `${parts.join('; ')}. Time in ${columns.join(' and ')}${format}.`;
}

/** What should have stood where a row could not be read. */
export function expectedWord({ reason }: RejectedRow, plan: ImportPlan | null): string {
  const mark = plan?.decimal === ',' ? 'comma' : 'point';
  const words: Record<RejectedRow['reason'], string> = {
    'field-count': plan ? `${plan.width} fields` : 'as many fields as the header',
    'bad-time': plan ? timeFormatWord(plan.time.format) : 'a time',
    'skipped-hour': 'a time that the clock of this zone showed',
    'bad-number': `a number with a decimal ${mark}`,
    'duplicate-time': 'a time of its own',
    'time-runs-back': 'a time after the row before',
    'bad-quotes': 'a closing quotation mark',
    'bad-name': 'a name that the file is known to hold'
  };
  return words[reason];
}

/** `1 psi is 0.0689 bar`; empty where nothing is converted. */
export function conversionWord({ mappedTo, unit, factor, offset }: ImportPlan['channels'][number]): string {
  const channel = mappedTo === null ? undefined : findPumpChannel(mappedTo);
  if (!channel || (factor === 1 && offset === 0)) return '';
  const canonical = canonicalUnits[channel.quantity];
  // A scale with another zero is shown where it matters: at a value that a pump has.
  const example = offset === 0 ? 1 : 100;
  return `${withUnit(String(example), unit)} is ${withUnit(formatSignificant(example * factor + offset, 4), canonical)}`;
}
