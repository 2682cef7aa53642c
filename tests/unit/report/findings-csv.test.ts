import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { writeFindingsCsv } from '$lib/report/findings-csv';
import { sampleFinding } from '../../support/stored-samples';

const finding = sampleFinding('pump', 'model', Date.UTC(2026, 0, 2, 3, 4, 5));

test('every finding is a row that a CSV library reads back', () => {
  const nasty = {
    ...finding,
    endMs: null,
    contributions: [{ channel: '=cmd|"x",1', unit: 'bar', share: 1, seen: 2.5, expected: -1 }]
  };
  const closed = { ...finding, endMs: finding.startMs + 90_000 };
  const { data, errors } = Papa.parse<Record<string, string>>(writeFindingsCsv([closed, nasty]), {
    header: true,
    skipEmptyLines: true
  });
  expect(errors.filter(({ code }) => code !== 'TooFewFields')).toEqual([]);
  expect(data).toHaveLength(2);
  expect(data[0]).toMatchObject({
    number: '1',
    start: '2026-01-02T03:04:05.000Z',
    duration_s: '90',
    severity: finding.severity
  });
  expect(data[1]).toMatchObject({
    number: '2',
    end: '',
    duration_s: '',
    sensor_1: `'=cmd|"x",1`,
    seen_1: '2.5',
    expected_1: '-1'
  });
});

test('rows are as wide as the header, whatever the number of sensors', () => {
  const one = { ...finding, contributions: finding.contributions.slice(0, 1) };
  const widths = Papa.parse<string[]>(writeFindingsCsv([finding, one]).trimEnd()).data.map((row) => row.length);
  expect(new Set(widths).size).toBe(1);
});

test('without a finding there is the header alone', () => {
  expect(writeFindingsCsv([])).toMatch(/^number,start,.*windows_above\r\n$/);
});
