import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TimeFormat } from '$lib/domain/import-plan';
import { readIso } from '$lib/ingest/csv/time';
import { createStampReader } from '$lib/ingest/stamp';
import { openZone } from '$lib/ingest/time-zone';

const noon = Date.UTC(2020, 2, 9, 12, 0, 0);
const read = (format: TimeFormat, cell: string): number =>
  createStampReader(format, { decimal: '.', grouping: '' }, 60_000).read(cell);

test.each([
  ['2020-03-09 12:00:00', noon],
  ['2020-03-09T12:00:00', noon],
  ['2020-03-09t12:00:00z', noon],
  ['2020-03-09T12:00:00Z', noon],
  ['2020-03-09 12:00:00 Z', noon],
  ['2020-03-09 12:00', noon],
  ['2020-03-09T12:00Z', noon],
  [' 2020-03-09 12:00:00 ', noon],
  ['2020-03-09', noon - 12 * 3_600_000],
  ['2020-03-09T12:00:00.5', noon + 500],
  ['2020-03-09 12:00:00,125', noon + 125],
  ['2020-03-09T12:00:00.123456Z', noon + 123.456],
  ['2020-03-09T12:00:00.123456789Z', noon + 123.456],
  ['2020-03-09T13:00:00+01:00', noon],
  ['2020-03-09T13:30:00+0130', noon],
  ['2020-03-09T13:00:00+01', noon],
  ['2020-03-09 06:30:00.250 -05:30', noon + 250],
  ['2020-03-09T00:00:00-12:00', noon],
  ['2020-02-29 00:00:00', Date.UTC(2020, 1, 29)],
  ['1969-12-31 23:59:59', -1000]
])('reads %j', (cell, ms) => {
  expect(readIso(cell)).toBe(ms);
});

test.each([
  '',
  '2020',
  '2020-03',
  '20200309',
  '2021-02-29',
  '2020-04-31 00:00:00',
  '2020-00-09',
  '2020-13-09',
  '2020-03-00',
  '0001-01-01 00:00:00',
  '2020-03-09 24:00:00',
  '2020-03-09 12:60:00',
  '2020-03-09 12:00:60',
  '2020-03-09 12:00:00.',
  '2020-03-09 12:00:00:5',
  '2020-03-09 12',
  '2020-03-09T',
  '2020-03-09 8:30:00',
  '2020-03-09 08:30:00 AM',
  '2020-03-09T12:00:00+1',
  '2020-03-09T12:00:00+01:0',
  '2020-03-09T12:00:00+24:00',
  '2020-03-09T12:00:00+01:00:00',
  '2020-03-09T12:00:00ZZ',
  '2020-03-09_12:00:00',
  '2020/03/09 12:00:00',
  '09.03.2020 12:00:00',
  '2020-03-09T12:00:0x'
])('does not read %j', (cell) => {
  expect(readIso(cell)).toBeNaN();
});

test('gives back every moment that is written in any zone', () => {
  const fields = fc.tuple(
    fc.integer({ min: -6e10, max: 4e12 }),
    fc.integer({ min: -1439, max: 1439 }),
    fc.constantFrom('T', ' ')
  );
  fc.assert(
    fc.property(fields, ([ms, offsetMinutes, separator]) => {
      const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1).replace('T', separator);
      const hhmm = new Date(Math.abs(offsetMinutes) * 60_000).toISOString().slice(11, 16);
      expect(readIso(`${local}${offsetMinutes < 0 ? '-' : '+'}${hhmm}`)).toBe(ms);
      expect(readIso(local)).toBe(ms + offsetMinutes * 60_000);
    }),
    { numRuns: 1000 }
  );
});

test('agrees with Date.parse on what looks like a stamp, and never reads what Date.parse refuses', () => {
  const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
  fc.assert(
    fc.property(two, two, two, two, two, (month, day, hour, minute, second) => {
      const cell = `2021-${month}-${day}T${hour}:${minute}:${second}Z`;
      const isReal = new Date(Date.parse(cell)).getUTCDate() === Number(day) && hour !== '24';
      expect(readIso(cell)).toBe(isReal ? Date.parse(cell) : NaN);
    }),
    { numRuns: 3000 }
  );
});

test.each([
  ['epoch-s', '1583755200', noon],
  ['epoch-s', '1583755200.123', noon + 123],
  ['epoch-s', '1583755200.123456', noon + 123.456],
  ['epoch-s', '-1', -1000],
  ['epoch-s', '1.5837552e9', noon],
  ['epoch-ms', '1583755200000', noon],
  ['epoch-ms', '1583755200000.25', noon + 0.25],
  // The plan is obeyed: milliseconds read as seconds are a time far away, not a guess.
  ['epoch-s', '1583755200000', noon * 1000]
] as const)('reads %s %s', (format, cell, ms) => {
  expect(read(format, cell)).toBe(ms);
});

test.each(['', 'NaN', '1e20', '1583755200,5', '2020-03-09 12:00:00', '0x5e662f00'])('%j is no epoch', (cell) => {
  expect(read('epoch-s', cell)).toBeNaN();
  expect(read('epoch-ms', cell)).toBeNaN();
});

test.each([
  ['epoch-us', '1583755200000123', noon + 0.123],
  ['epoch-ns', '1583755200000123000', noon + 0.123],
  ['excel-1900', '43899.5', noon],
  ['excel-1904', '42437.5', noon],
  ['rows', '3', 180_000],
  ['day-first', '09.03.2020 12:00:00', noon],
  ['day-first', '9-Mar-20 12:00', noon],
  ['day-first', '09/03/2020 12:00:00:1230', noon + 123],
  ['day-first', '09/03/2020 12:00:00:7', noon + 7],
  ['day-first', '09/03/2020 12:00:00,5', noon + 500],
  ['month-first', '3/9/2020 12:00:00 PM', noon],
  ['month-first', '3/9/2020 12:30 am', noon - 11.5 * 3_600_000],
  ['month-first', 'Mar 9, 2020 12:00', noon],
  ['year-first', '2020/3/9 12:00', noon],
  ['year-first', '20-03-09 12:00', noon],
  ['day-first', '09.03.69', Date.UTC(1969, 2, 9)],
  ['day-first', '09/03/2020 13:00:00 +01:00', noon]
] as const)('reads %s %s', (format, cell, ms) => {
  expect(read(format, cell)).toBe(ms);
});

test.each([
  ['day-first', '31/04/2020'],
  ['day-first', '03/14/2020'],
  ['month-first', '14/03/2020'],
  ['day-first', '29.02.2021 12:00'],
  ['day-first', '9.3-2020'],
  ['day-first', '9 3 2020'],
  ['day-first', '9-Mai-2020'],
  ['month-first', '3/9/2020 13:00 PM'],
  ['month-first', '3/9/2020 0:30 AM'],
  ['day-first', '09.03.2020 24:00'],
  ['day-first', '09.03.020'],
  ['excel-1900', '-3'],
  ['rows', '1.5']
] as const)('does not read %s %s', (format, cell) => {
  expect(read(format, cell)).toBeNaN();
});

test('a zone gives every moment back from what its clock shows', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
  const clock = (zone: string) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const clocks = new Map(zones.map((zone) => [zone, clock(zone)]));
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2_000_000_000 }), (zone, seconds) => {
      const local = Date.parse(
        `${clocks
          .get(zone)!
          .format(seconds * 1000)
          .replace(' ', 'T')}Z`
      );
      const { first, second } = openZone(zone)!.resolve(local);
      expect([first, second]).toContain(seconds * 1000);
    }),
    { numRuns: 2000 }
  );
});

test.each(['Mars/Olympus', '', '+25:00', 'UTC+1:99', '1'])('%j is no zone', (name) => {
  expect(openZone(name)).toBeNull();
});
