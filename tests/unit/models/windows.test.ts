import { expect, test } from 'vitest';
import { splitWindows } from '$lib/models/windows';

test('no row is both fitted and validated, and the later windows validate', () => {
  const starts = Int32Array.from({ length: 100 }, (_, i) => i);
  const { fitted, validating } = splitWindows(starts, 0.15, 10);
  expect(Array.from(validating)).toEqual(Array.from({ length: 15 }, (_, i) => 85 + i));
  expect(fitted.at(-1)! + 10).toBe(85);
  expect(fitted.length).toBe(76);
});

test('too few windows leave nothing to fit', () => {
  expect(splitWindows(Int32Array.of(0, 1, 2), 0.15, 10).fitted.length).toBe(0);
});
