import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDeviation,
  formatDuration,
  formatNumber,
  formatPercent,
  formatSignificant,
  formatSpan,
  formatTime,
  fromInputTime,
  toInputTime,
  withUnit
} from '$lib/ui/format';

const at = Date.UTC(2026, 2, 14, 10, 42);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('numbers', () => {
  it.each([
    [12_405, 0, '12,405'],
    [81.25, 1, '81.3'],
    [-0.4, 1, '−0.4'],
    [-0.01, 1, '0.0'],
    [NaN, 1, '–'],
    [Infinity, 0, '–']
  ])('writes %d with %d decimals as %s', (value, decimals, text) => {
    expect(formatNumber(value, decimals)).toBe(text);
  });

  it.each([
    [0.021_312, '0.0213'],
    [18_403.2, '18,400'],
    [0, '0'],
    [3.14e-7, '3.14 × 10⁻⁷'],
    [-2e-12, '−2.00 × 10⁻¹²'],
    [NaN, '–']
  ])('writes %d to three significant digits as %s', (value, text) => {
    expect(formatSignificant(value)).toBe(text);
  });

  it.each([
    [81.2, 74, '81.2', '74.0', '+7.2'],
    [2.813, 2.5, '2.81', '2.50', '+0.31'],
    [1400, 1450, '1,400', '1,450', '−50'],
    [3.000_01, 3, '3.000010', '3.000000', '+0.000010'],
    [5, 5, '5.0', '5.0', '0.0'],
    [NaN, 5, '–', '5.0', '–']
  ])('compares %d with the expected %d at the resolution of their difference', (seen, expected, ...texts) => {
    const figures = formatDeviation(seen, expected);
    expect([figures.seen, figures.expected, figures.difference]).toEqual(texts);
  });

  it.each([
    [0, '0\u00a0%'],
    [0.001, '<1\u00a0%'],
    [0.61, '61\u00a0%'],
    [0.999, '>99\u00a0%'],
    [1, '100\u00a0%'],
    [NaN, '–']
  ])('writes the share %d as %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });

  it('leaves a value without a unit alone', () => {
    expect(withUnit('81.2', '°C')).toBe('81.2\u00a0°C');
    expect(withUnit('81.2', '')).toBe('81.2');
  });
});

describe('times', () => {
  it('are in UTC and show seconds only where there are some', () => {
    expect(formatTime(at)).toBe('14 Mar 2026, 10:42');
    expect(formatTime(at + 7000)).toBe('14 Mar 2026, 10:42:07');
  });

  it.each([NaN, Infinity, 1e20])('are a dash for %d', (ms) => {
    expect(formatTime(ms)).toBe('–');
    expect(formatSpan(ms, at)).toBe('–');
    expect(toInputTime(ms)).toBe('');
  });

  it('of a span name the day once where both ends fall on it', () => {
    expect(formatSpan(at, at + 38 * minute)).toBe('14 Mar 2026, 10:42 – 11:20 UTC');
    expect(formatSpan(at, at + 7000)).toBe('14 Mar 2026, 10:42:00 – 10:42:07 UTC');
    expect(formatSpan(at, at + day)).toBe('14 Mar 2026, 10:42 – 15 Mar 2026, 10:42 UTC');
    expect(formatSpan(at, null)).toBe('14 Mar 2026, 10:42 UTC – still open');
  });

  it('go into an input and come back the same', () => {
    expect(toInputTime(at + 7000)).toBe('2026-03-14T10:42:07');
    expect(fromInputTime(toInputTime(at + 7000))).toBe(at + 7000);
    // Browsers leave out seconds that are zero.
    expect(fromInputTime('2026-03-14T10:42')).toBe(at);
    expect(fromInputTime('')).toBeNaN();
  });
});

describe('durations', () => {
  it.each([
    [0.25, '0.25\u00a0ms'],
    [350, '350\u00a0ms'],
    [999.7, '1\u00a0s'],
    [1500, '1.5\u00a0s'],
    [45_000, '45\u00a0s'],
    [59_700, '1\u00a0min'],
    [127_000, '2\u00a0min 7\u00a0s'],
    [9 * minute + 59_700, '10\u00a0min'],
    [38 * minute + 10_000, '38\u00a0min'],
    [59.7 * minute, '1\u00a0h'],
    [2 * hour + 5 * minute, '2\u00a0h 5\u00a0min'],
    [3 * day + 4 * hour, '3\u00a0d 4\u00a0h'],
    [day - 10_000, '1\u00a0d'],
    [0, '0\u00a0s'],
    [-1, '–'],
    [NaN, '–']
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('bytes', () => {
  it.each([
    [0, '0\u00a0B'],
    [999, '999\u00a0B'],
    [1200, '1.2\u00a0kB'],
    [9960, '10\u00a0kB'],
    [999_600, '1.0\u00a0MB'],
    [12_400_000, '12\u00a0MB'],
    [5e15, '5,000\u00a0TB'],
    [-1, '–'],
    [NaN, '–']
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
