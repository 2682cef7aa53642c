import { expect, test } from 'vitest';
import type { ChannelLayout, Reading } from '$lib/domain/reading';
import { createLiveMapper } from '$lib/ingest/mapping/live';

function reading(layout: ChannelLayout, values: number[]): Reading {
  return { asset: 'P-1', tMs: 0, layout, values: Float32Array.from(values), quality: null, isHistorical: false };
}

test('channels whose names and units say it beyond doubt become pump channels, in their units', () => {
  const layout = { names: ['brg temp', 'flow rate', 'level'], units: ['Cel', 'm3/s', 'm'] };
  const map = createLiveMapper(() => new Set());
  const mapped = map(reading(layout, [61.5, 0.0166, 3]));
  expect(mapped.layout).toEqual({
    names: ['Bearing_Temperature_C', 'Flow_Rate_L_min', 'level'],
    units: ['°C', 'L/min', 'm']
  });
  expect(Array.from(mapped.values)).toEqual([61.5, expect.closeTo(996, 2), 3]);
  expect(map(reading(layout, [1, 2, 3])).layout).toBe(mapped.layout);
});

test('pump channels by their own names stay as they are, and so does what is in doubt', () => {
  const map = createLiveMapper(() => new Set());
  for (const layout of [
    { names: ['Motor_RPM', 'Suction_Pressure_bar'], units: ['1/min', 'bar'] },
    { names: ['flow rate', 'bearing temperature'], units: ['', ''] },
    { names: ['bearing temperature 1', 'bearing temperature 2'], units: ['°C', '°C'] },
    { names: [], units: [] }
  ]) {
    const given = reading(
      layout,
      layout.names.map((_, i) => i)
    );
    expect(map(given)).toBe(given);
  }
});

test('a missing value stays missing', () => {
  const layout = { names: ['bearing temp'], units: ['°F'] };
  expect(createLiveMapper(() => new Set())(reading(layout, [NaN])).values[0]).toBeNaN();
  expect(createLiveMapper(() => new Set())(reading(layout, [212])).values[0]).toBeCloseTo(100, 3);
});

test('a pump that has these channels already keeps its own names', () => {
  const layout = { names: ['Current', 'Casing temp'], units: ['A', 'K'] };
  const map = createLiveMapper((asset) => new Set(asset === 'P-1' ? ['Current'] : []));
  const given = reading(layout, [3, 300]);
  expect(map(given)).toBe(given);
  expect(map({ ...given, asset: 'P-2' }).layout.names).toEqual(['Motor_Current_A', 'Casing_Temperature_C']);
});
