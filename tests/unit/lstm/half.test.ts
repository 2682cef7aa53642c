import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isHalf, roundToHalf } from '$lib/lstm/half';

const round = (value: number) => roundToHalf(Float32Array.of(value))[0]!;

describe('rounded to 16 bits', () => {
  test.each([
    [0, 0],
    [1, 1],
    [-2, -2],
    [1 / 3, 0.333251953125],
    [1 + 2 ** -11, 1], // ties to even
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [1 + 2 ** -11 + 2 ** -23, 1 + 2 ** -10],
    [2 - 2 ** -12, 2], // rounding carries into the exponent
    [2 ** -14, 2 ** -14],
    [-(2 ** -14) - 2 ** -25, -(2 ** -14)],
    [2 ** -14 - 2 ** -26, 0], // what a GPU may take for zero is zero
    [-(2 ** -24), 0],
    [65504, 65504],
    [65519, 65504],
    [1e9, 65504], // what is too large stays finite
    [-Infinity, -65504],
    [NaN, NaN]
  ])('%d is %d', (value, expected) => {
    expect(round(value)).toBe(expected);
  });

  test('is the nearest number with eleven digits, and stays what it is', () => {
    fc.assert(
      fc.property(
        fc.float({ min: Math.fround(2 ** -14), max: 65504, noNaN: true }),
        fc.boolean(),
        (size, isNegative) => {
          const value = isNegative ? -size : size;
          const last = 2 ** (Math.floor(Math.log2(size)) - 10);
          const found = round(value);
          expect(Number.isInteger(found / last)).toBe(true);
          expect(Math.abs(found - value)).toBeLessThanOrEqual(last / 2);
          expect(round(found)).toBe(found);
        }
      )
    );
  });

  test('leaves what it is given as it was, also where that is part of something larger', () => {
    const all = Float32Array.of(0.1, 0.2, 0.3, 0.4);
    const part = all.subarray(1, 3);
    const rounded = roundToHalf(part);
    expect(rounded).toHaveLength(2);
    expect(all).toEqual(Float32Array.of(0.1, 0.2, 0.3, 0.4));
    expect([isHalf(part), isHalf(rounded)]).toEqual([false, true]);
  });
});

test('one number that 16 bits do not hold is enough', () => {
  expect(isHalf(Float32Array.of(0.5, -0, 3))).toBe(true);
  for (const odd of [0.1, 2 ** -15, 70000, NaN]) expect(isHalf(Float32Array.of(0.5, odd, 3)), String(odd)).toBe(false);
});
