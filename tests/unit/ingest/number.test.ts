import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMissing, readNumber } from '$lib/ingest/csv/number';

test.each([
  ['0', 0],
  ['-0.054711', -0.054711],
  ['+12.5', 12.5],
  ['.5', 0.5],
  ['5.', 5],
  ['007', 7],
  ['  233.062 ', 233.062],
  ['1e3', 1000],
  ['-2.5E-4', -0.00025],
  ['0.1234567890123456789', 0.1234567890123456789],
  ['123456789012345', 123456789012345],
  ['3.4028234e38', 3.4028234e38]
])('reads %j as %d', (cell, value) => {
  expect(readNumber(cell)).toBe(value);
});

test.each([
  ['', 'empty'],
  ['   ', 'blanks, which Number() takes for zero'],
  ['\u00a0', 'a no-break space'],
  ['1,5', 'a decimal comma'],
  ['1,000.5', 'grouping'],
  ['1.2.3', 'two points'],
  ['.', 'a lone point'],
  ['-', 'a lone sign'],
  ['-.', 'a sign and a point'],
  ['--5', 'two signs'],
  ['0x10', 'hexadecimal'],
  ['0b1', 'binary'],
  ['1_000', 'an underscore'],
  ['12 bar', 'a unit'],
  ['1 2', 'a blank inside'],
  ['e5', 'no digits'],
  ['Infinity', 'infinite'],
  ['-inf', 'infinite'],
  ['1e999', 'beyond a double'],
  ['3.5e38', 'beyond a Float32'],
  ['NaN', 'not a number'],
  ['true', 'a word']
])('does not read %j: %s', (cell) => {
  expect(readNumber(cell)).toBeNaN();
});

test('what is read fits a Float32', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const read = readNumber(String(value));
      expect(Number.isNaN(read) || Number.isFinite(Math.fround(read))).toBe(true);
    })
  );
});

test('agrees with Number() to the last bit on every plain decimal', () => {
  const decimal = fc
    .stringMatching(/^[+-]?\d{1,12}(\.\d{0,12})?(e[+-]?\d{1,2})?$/)
    .filter((cell) => Math.abs(Number(cell)) < 1e38);
  fc.assert(
    fc.property(decimal, (cell) => {
      expect(readNumber(cell)).toBe(Number(cell));
    }),
    { numRuns: 2000 }
  );
});

test('never reads what is not written like a number', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'0123456789.,+-eExX _NaInf') });
  fc.assert(
    fc.property(cell, (text) => {
      const isWritten = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text);
      const isHeld = Number.isFinite(Math.fround(Number(text)));
      expect(Number.isNaN(readNumber(text))).toBe(!(isWritten && isHeld));
    }),
    { numRuns: 2000 }
  );
});

test.each(['', ' ', '-', 'NaN', 'nan', 'n/a', 'N/A', 'null', 'NULL', '#N/A', 'Bad', 'I/O Timeout', ' No Data '])(
  '%j stands for no value',
  (cell) => {
    expect(isMissing(cell)).toBe(true);
    expect(readNumber(cell)).toBeNaN();
  }
);

test.each(['0', '1,5', 'Infinity', 'running', '- 5'])('%j does not stand for no value', (cell) => {
  expect(isMissing(cell)).toBe(false);
});
