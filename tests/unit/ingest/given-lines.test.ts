/** The lines of names, units and first readings, named by a person because the file's own look misleads. */
import { describe, expect, test } from 'vitest';
import type { Answers } from '$lib/domain/import-plan';
import { fileWith, nowMs, previewOf, stamp } from './csv-samples';
import { previewFile } from '$lib/ingest/preview';

const t0Ms = Date.UTC(2024, 2, 14, 10, 0, 0);
const rows = Array.from({ length: 30 }, (_, i) => `${stamp(t0Ms + i * 1000)},${2 + i / 8},${1400 + i}`);
const text = ['Station,Hall 2,North', 'when,suction,speed', ',bar,1/min', 'plain,text,again', ...rows, ''].join('\n');

const linesUnder = async (answers: Answers, content = text) => {
  const { plan, survey, above } = await previewOf(content, { answers });
  const { headerLine, unitsLine, dataLine, channels } = plan;
  const names = channels.map(({ name, unit }) => (unit === '' ? name : `${name} ${unit}`));
  return { lines: [headerLine, unitsLine, dataLine], names, survey, above: above.map(({ line }) => line) };
};
const faultUnder = async (answers: Answers) => {
  const previewed = await previewFile(fileWith(text), { nowMs, wish: { answers } });
  return previewed.ok ? null : `${previewed.fault.code} ${previewed.fault.where.replace(/^pump\.csv, /, '')}`;
};

describe('a line that a person names', () => {
  test('is found by itself where nobody does', async () => {
    expect(await linesUnder({})).toMatchObject({ lines: [2, 3, 5], names: ['when', 'suction bar', 'speed 1/min'] });
  });

  test('holds the names; the units stay where they are', async () => {
    const { lines, names, survey } = await linesUnder({ 'header-line': '1' });
    expect(lines).toEqual([1, 3, 5]);
    expect(names).toEqual(['Station', 'Hall 2 bar', 'North 1/min']);
    expect(survey).toMatchObject({ accepted: 30, rejected: 0 });
  });

  test('holds the units, or there are none', async () => {
    expect(await linesUnder({ 'units-line': '4' })).toMatchObject({
      lines: [2, 4, 5],
      names: ['when plain', 'suction text', 'speed again']
    });
    const without = await linesUnder({ 'units-line': 'none' });
    expect(without).toMatchObject({ lines: [2, null, 3], names: ['when', 'suction', 'speed'], above: [1, 2] });
    // What is no line of units is one of readings: it cannot be read, and says so.
    expect(without.survey).toMatchObject({ accepted: 30, rejected: 2 });
  });

  test('is no header: the columns are numbered', async () => {
    const { lines, names } = await linesUnder({ 'header-line': 'none', 'units-line': 'none', 'data-line': '5' });
    expect(lines).toEqual([null, null, 5]);
    expect(names).toEqual(['column 1', 'column 2', 'column 3']);
  });

  test('is the first of readings: those above it are passed over, the names are kept', async () => {
    const { lines, names, survey } = await linesUnder({ 'data-line': '12' });
    expect(lines).toEqual([2, 3, 12]);
    expect(names[1]).toBe('suction bar');
    expect(survey).toMatchObject({ accepted: 23, rejected: 0, t0Ms: t0Ms + 7000 });
    const far = ['time,p', ...Array.from({ length: 300 }, (_, i) => `${stamp(t0Ms + i * 1000)},${i}`)].join('\n');
    expect(await linesUnder({ 'data-line': '200' }, far)).toMatchObject({
      lines: [1, null, 200],
      names: ['time', 'p']
    });
  });

  test('is refused where it is none, does not exist, or stands below the readings', async () => {
    expect(await faultUnder({ 'header-line': '0' })).toBe('bad-plan line of names');
    expect(await faultUnder({ 'data-line': 'none' })).toBe('bad-plan first line of readings');
    expect(await faultUnder({ 'units-line': '1.5' })).toBe('bad-plan line of units');
    expect(await faultUnder({ 'header-line': '5000' })).toBe('bad-plan line 5000');
    expect(await faultUnder({ 'header-line': '9', 'data-line': '6' })).toBe('bad-plan first line of readings');
  });

  test('is that of the plan, where a whole plan is given', async () => {
    const { plan } = await previewOf(text, { answers: { 'header-line': '1', 'units-line': 'none', 'data-line': '6' } });
    const { columns, survey } = await previewOf(text, { plan });
    expect(columns.map(({ name }) => name)).toEqual(['Station', 'Hall 2', 'North']);
    expect(survey.accepted).toBe(29);
  });
});
