/** The questions that a file's columns, its numbers and its clock leave open, each with what the answers would mean. */
import { timeFormats, type Answers, type ImportPlan, type Question } from '../domain/import-plan';
import type { ProfiledColumn } from './column';
import type { Notation } from './csv/dialect';
import { numberReader } from './csv/number';
import type { Purposes } from './proposal';
import type { SurveyFindings } from './survey';
import { createStampReader } from './stamp';
import { openZone } from './time-zone';

const hourMs = 3_600_000;

/** Whether `1,234` is a thousand, where nothing in the file tells; null where it does. */
export function askDecimal({ decimal, example }: Notation, answers: Answers): Question | null {
  const answered = answers['decimal'];
  if (decimal !== null && answered === undefined) return null;
  const cell = example || '1,234';
  const read = (mark: '.' | ','): string => String(numberReader(mark, mark === '.' ? ',' : '.')(cell));
  return {
    about: 'decimal',
    where: cell,
    options: [
      { id: ',', example: `${cell} = ${read(',')}` },
      { id: '.', example: `${cell} = ${read('.')}` }
    ],
    answer: answered === ',' || answered === '.' ? answered : null
  };
}

/** Which order of day and month, or which epoch of spreadsheet days; null where the cells tell. */
export function askTimeFormat(
  { time, orders }: Purposes,
  columns: ProfiledColumn[],
  plan: ImportPlan,
  answers: Answers
): Question | null {
  const isSerial = time.format.startsWith('excel');
  const answered = timeFormats.find((format) => format === answers['time-format']);
  if (orders.length < 2 && !isSerial && answered === undefined) return null;
  const { name, firstCell } = columns[time.column]!;
  const formats = isSerial
    ? (['excel-1900', 'excel-1904'] as const)
    : orders.length > 1
      ? orders
      : answered
        ? [answered]
        : [];
  const options = formats.map((id) => {
    const ms = createStampReader(id, plan, plan.time.rowMs).read(firstCell);
    return { id, example: Number.isNaN(ms) ? firstCell : `${firstCell} = ${new Date(ms).toISOString().slice(0, 19)}` };
  });
  return {
    about: 'time-format',
    where: `${name || `column ${time.column + 1}`}: ${firstCell}`,
    options,
    answer: answered ?? null
  };
}

/** Whether a column of words names what is measured or the thing it is measured on. */
export function askLayout({ openColumn }: Purposes, columns: ProfiledColumn[], answers: Answers): Question | null {
  const answered = answers['layout'];
  if (openColumn === null && answered === undefined) return null;
  const column = columns[openColumn ?? -1];
  const where = column ? `${column.name || `column ${column.index + 1}`}: ${column.firstCell}` : 'file';
  const options = [
    { id: 'long', example: 'each row is one reading, and this column says of what' },
    { id: 'asset', example: 'this column says which pump the row is about' },
    { id: 'wide', example: 'neither; the column is left out' }
  ];
  return { about: 'layout', where, options, answer: options.some(({ id }) => id === answered) ? answered! : null };
}

/** The zone of stamps that name none: UTC unless a person, or `isDoubtful`, says otherwise. */
export function askTimeZone(plan: ImportPlan, cell: string, isDoubtful: string | null, answers: Answers): Question {
  const answered = answers['time-zone'];
  const isZone = answered !== undefined && openZone(answered) !== null;
  return {
    about: 'time-zone',
    where: isDoubtful ?? cell,
    options: [{ id: 'UTC', example: cell }],
    answer: isZone ? answered : isDoubtful === null ? plan.time.zone : null
  };
}

/** How long a cycle is, where cycles are all the time there is. */
export function askRowStep({ time }: ImportPlan, answers: Answers): Question {
  const options = [1000, 60_000, hourMs, 86_400_000].map((ms) => ({
    id: String(ms),
    example: `number 1 = ${ms / 1000} s`
  }));
  return { about: 'row-step', where: 'cycle', options, answer: answers['row-step'] ?? String(time.rowMs) };
}

/** What the numbers of a survey that may stand for no value do. */
export function askSentinels({ doubts }: SurveyFindings, plan: ImportPlan, answers: Answers): Question[] {
  return doubts.map(({ channel, values, count, isFar }) => {
    const { name } = plan.channels[channel]!;
    const about = `sentinel:${name}`;
    const answered = answers[about];
    const which = values.join(' and ');
    return {
      about,
      where: `${name}: ${which}, ${count} times`,
      options: [
        { id: 'missing', example: `${which}: no value` },
        { id: 'value', example: `${which}: a reading` }
      ],
      answer: answered === 'missing' || answered === 'value' ? answered : isFar ? 'missing' : null
    };
  });
}

/** Which of an autumn's two hours is meant, where the order of the rows does not tell. */
export function askDoubledHour({ assets }: SurveyFindings, plan: ImportPlan, answers: Answers): Question | null {
  const unclear = assets.flatMap(({ doubled, stepMs }) =>
    doubled.filter(({ enteredAfterMs, ranBack }) => !ranBack && !(enteredAfterMs <= 3 * stepMs))
  );
  const hour = unclear[0];
  if (!hour || plan.time.doubledHour !== 'by-order') return null;
  const answered = answers['doubled-hour'];
  return {
    about: 'doubled-hour',
    where: new Date(hour.atMs).toISOString(),
    options: [
      { id: 'first', example: new Date(hour.atMs).toISOString() },
      { id: 'second', example: new Date(hour.atMs + hourMs).toISOString() }
    ],
    answer: answered === 'first' || answered === 'second' ? answered : null
  };
}
