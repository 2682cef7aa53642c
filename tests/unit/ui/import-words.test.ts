/** Words of the import: every topic, answer and reason has some, and none shows a code. */
import { describe, expect, it } from 'vitest';
import type { RejectedRow } from '$lib/domain/asset';
import { encodings, questionTopics, timeFormats, type ImportPlan } from '$lib/domain/import-plan';
import { structureParts } from '$lib/domain/import-structure';
import {
  conversionWord,
  exampleUnit,
  expectedWord,
  optionWord,
  planSentence,
  questionSentence,
  questionShort
} from '$lib/ui/import-words';

const question = (about: string) => ({ about, where: '', options: [], answer: null });
const channel = {
  name: 'Suction',
  unit: 'kPa',
  role: 'reading',
  column: 2,
  tag: null,
  mappedTo: 'Suction_Pressure_bar',
  factor: 0.01,
  offset: 0,
  sentinels: []
} as const;
const plan = {
  format: 'csv',
  encoding: 'windows-1252',
  delimiter: ';',
  decimal: ',',
  sheet: null,
  headerLine: 4,
  unitsLine: 5,
  dataLine: 6,
  width: 7,
  time: {
    column: 0,
    clockColumn: 1,
    format: 'day-first',
    zone: 'UTC',
    doubledHour: 'by-order',
    rowMs: 1000,
    order: 'rising'
  },
  channels: [channel],
  questions: []
} as unknown as ImportPlan;

describe('questions', () => {
  it('are sentences of their own, with a short name each', () => {
    const asked = questionTopics.map((topic) => questionSentence(question(`${topic}:Suction`)));
    expect(new Set(asked).size).toBe(questionTopics.length);
    for (const sentence of asked) expect(sentence).toMatch(/[.?]$/);
    const short = [...questionTopics, ...structureParts].map((about) => questionShort({ about }));
    expect(new Set(short).size).toBe(short.length);
    for (const word of short) expect(word).not.toContain('-column');
  });

  it('name their column', () => {
    expect(questionSentence(question('unit:Suction 101'))).toBe('In which unit is “Suction 101”?');
    expect(exampleUnit('unit:Suction', plan)).toBe('bar');
    expect(exampleUnit('decimal', plan)).toBe('');
  });

  it('have answers in words', () => {
    for (const format of timeFormats) expect(optionWord('time-format', format)).not.toBe(format);
    for (const encoding of encodings) expect(optionWord('encoding', encoding)).not.toBe(encoding);
    expect(optionWord('decimal', ',')).toBe('The comma');
    expect(optionWord('sentinel:a', 'missing')).toBe('No value');
    expect(optionWord('unit:a', 'psi')).toBe('psi');
    expect(optionWord('row-step', '60000')).toBe('1\u00a0min');
  });
});

describe('a plan', () => {
  it('is one sentence', () => {
    const names = ['Datum', 'Uhrzeit'];
    expect(planSentence(plan, (index) => names[index]!)).toBe(
      'Windows-1252, fields separated by semicolon, decimal comma; header in line 4; units in line 5; readings from line 6. Time in “Datum” and “Uhrzeit”: Day first, as in 31/12/2024.'
    );
  });

  it('says nothing of what is still asked', () => {
    const open = { ...plan, questions: [question('time-format')] };
    expect(planSentence(open, () => 'a')).not.toContain('Day first');
  });
});

describe('a conversion', () => {
  it('is shown by an example, where there is one', () => {
    expect(conversionWord({ ...channel, sentinels: [] })).toBe('1\u00a0kPa is 0.01\u00a0bar');
    expect(conversionWord({ ...channel, sentinels: [], factor: 1 })).toBe('');
    const fahrenheit = {
      mappedTo: 'Bearing_Temperature_C',
      unit: '°F',
      factor: 5 / 9,
      offset: -160 / 9,
      sentinels: []
    };
    expect(conversionWord({ ...channel, ...fahrenheit })).toBe('100\u00a0°F is 37.78\u00a0°C');
  });
});

it('says what was expected of a row, by the plan where there is one', () => {
  const row = (reason: RejectedRow['reason']): RejectedRow => ({
    line: 1,
    text: '',
    reason,
    column: '',
    isKept: false
  });
  expect(expectedWord(row('bad-number'), plan)).toBe('a number with a decimal comma');
  expect(expectedWord(row('field-count'), plan)).toBe('7 fields');
  expect(expectedWord(row('bad-time'), null)).toBe('a time');
});
