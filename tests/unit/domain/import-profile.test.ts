/** What is kept of an import, and what of it is said again of the next file. */
import { describe, expect, it } from 'vitest';
import type { ImportPlan, ImportPreview, PlannedChannel, Question } from '$lib/domain/import-plan';
import { answersFor, applyChoices, findChoices, layoutSignature, type ImportProfile } from '$lib/domain/import-profile';

const channel = (column: number, change: Partial<PlannedChannel> = {}): PlannedChannel => ({
  name: `c${column}`,
  unit: 'psi',
  role: 'reading',
  column,
  tag: null,
  mappedTo: null,
  factor: 1,
  offset: 0,
  sentinels: [],
  ...change
});
const planOf = (...channels: PlannedChannel[]) => ({ format: 'csv', layout: 'wide', channels }) as ImportPlan;
const question = (about: string, ...options: string[]): Question => ({
  about,
  where: 'line 2',
  options: options.map((id) => ({ id, example: '' })),
  answer: null
});
const profile: ImportProfile = {
  signature: '',
  fileName: 'a.csv',
  usedMs: 0,
  answers: {
    'time-format': 'day-first',
    'time-zone': 'Europe/Berlin',
    decimal: ',',
    delimiter: ';',
    'unit:Suction': 'kPa'
  },
  choices: []
};

describe('answers', () => {
  it('are given again where the file asks and offers them', () => {
    const questions = [
      question('time-format', 'day-first', 'month-first'),
      question('time-zone', 'UTC'),
      question('unit:Suction', 'psi', 'kPa')
    ];
    expect(answersFor(profile, questions)).toEqual({
      'time-format': 'day-first',
      'time-zone': 'Europe/Berlin',
      delimiter: ';',
      'unit:Suction': 'kPa'
    });
  });

  it('are kept back where the file decides by itself, or offers something else', () => {
    expect(answersFor(profile, [question('unit:Suction', 'psi', 'bar')])).toEqual({ delimiter: ';' });
  });
});

describe('choices', () => {
  it('are the channels that differ from those proposed, and find their columns again', () => {
    const proposed = planOf(channel(0), channel(1), channel(2));
    const chosen = planOf(
      channel(0),
      channel(1, { role: 'label' }),
      channel(2, { mappedTo: 'Oil_Pressure_bar', factor: 0.0689 })
    );
    const choices = findChoices(proposed, chosen);
    expect(choices.map(({ column }) => column)).toEqual([1, 2]);
    expect(applyChoices(proposed, choices)).toEqual(chosen);
    expect(findChoices(proposed, proposed)).toEqual([]);
  });

  it('of tags find their tag, in whatever order the next file has them', () => {
    const [a, b] = [channel(2, { tag: 'P1' }), channel(2, { tag: 'P2' })];
    const choices = findChoices(planOf(a, b), planOf(a, { ...b, role: 'ignored' }));
    expect(applyChoices(planOf(b, a), choices).channels.map(({ role }) => role)).toEqual(['ignored', 'reading']);
  });

  it('never change the name of a channel, nor one they do not speak of', () => {
    const choices = findChoices(planOf(channel(0)), planOf(channel(0, { role: 'ignored' })));
    const other = planOf(channel(0, { name: 'renamed' }), channel(5));
    expect(applyChoices(other, choices).channels).toEqual([
      { ...channel(0), name: 'renamed', role: 'ignored' },
      channel(5)
    ]);
  });
});

it('a layout is its format, its columns and their units', () => {
  const preview = (names: string[], unit = '') =>
    ({ plan: planOf(), columns: names.map((name) => ({ name, unit })) }) as ImportPreview;
  expect(layoutSignature(preview(['a', 'b']))).toBe(layoutSignature(preview(['a', 'b'])));
  const others = [preview(['b', 'a']), preview(['a', 'b'], 'bar'), preview(['a']), preview(['a', 'b', 'c'])];
  for (const other of others) expect(layoutSignature(other)).not.toBe(layoutSignature(preview(['a', 'b'])));
});
