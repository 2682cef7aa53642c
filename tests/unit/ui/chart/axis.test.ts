import { describe, expect, it } from 'vitest';
import { decimalsFor, linearReach, logReach, logTicks, timeTicks, timeTickTexts } from '$lib/ui/chart/axis';

const hour = 3_600_000;
const noon = Date.UTC(2026, 2, 9, 12);
const textsOf = (fromMs: number, toMs: number, count: number) => timeTickTexts(timeTicks({ fromMs, toMs }, count));

describe('ticks of time', () => {
  it('are round in UTC and 24 hours', () => {
    expect(textsOf(noon + 60_000, noon + 4 * hour, 4)).toEqual(['13:00', '14:00', '15:00', '16:00']);
  });

  it('name the day at midnight', () => {
    expect(textsOf(noon, noon + 24 * hour, 4)).toEqual(['12:00', '18:00', '10 Mar', '06:00', '12:00']);
  });

  it('show seconds and milliseconds where they need them', () => {
    expect(textsOf(noon, noon + 20_000, 2)).toEqual(['12:00:00', '12:00:10', '12:00:20']);
    expect(textsOf(noon, noon + 400, 2)).toEqual(['12:00:00.000', '12:00:00.200', '12:00:00.400']);
  });

  it('stand on the first of the month over long ranges, with the year in January', () => {
    expect(textsOf(Date.UTC(2025, 10, 3), Date.UTC(2026, 3, 2), 5)).toEqual(['Dec', '2026', 'Feb', 'Mar', 'Apr']);
    expect(textsOf(Date.UTC(2019, 5, 1), Date.UTC(2026, 0, 1), 4)).toEqual(['2020', '2022', '2024', '2026']);
  });

  it('are none in an empty range', () => {
    expect(timeTicks({ fromMs: 5, toMs: 5 }, 4)).toEqual([]);
    expect(timeTicks({ fromMs: NaN, toMs: NaN }, 4)).toEqual([]);
  });
});

describe('the reach of an axis', () => {
  it('leaves a margin around the values and room around a flat line', () => {
    expect(linearReach(0, 100)).toEqual([-6, 106]);
    expect(linearReach(50, 50)).toEqual([49, 51]);
    expect(linearReach(0, 0)).toEqual([-0.5, 0.5]);
    expect(linearReach(NaN, NaN)).toEqual([0, 1]);
  });

  it('always shows the limit on a logarithmic axis', () => {
    const [low, high] = logReach(0.5, 0.6, 8);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(8);
  });

  it('stays positive and at most four decades deep', () => {
    const [low, high] = logReach(0, 1000, null);
    expect(low).toBeGreaterThan(0);
    expect(high / logReach(1e-12, 1000, null)[0]).toBeLessThan(2e4);
    expect(logReach(NaN, NaN, null)).toEqual([0.1, 1]);
  });

  it('has as many logarithmic ticks as there is room for', () => {
    expect(logTicks(0.8, 12, 4)).toEqual([1, 2, 5, 10]);
    expect(logTicks(0.8, 12, 3)).toEqual([1, 3, 10]);
    expect(logTicks(0.05, 500, 3)).toEqual([0.1, 1, 10, 100]);
  });
});

describe('decimals', () => {
  it('tell fifty steps of the span apart', () => {
    expect([2000, 50, 20, 1, 0.03].map(decimalsFor)).toEqual([0, 0, 1, 2, 4]);
    expect([0, NaN, 1e-12].map(decimalsFor)).toEqual([2, 2, 6]);
  });
});
