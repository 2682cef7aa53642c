import { expect, it } from 'vitest';
import type { SourceLoss } from '$lib/domain/source';
import { createWireReader } from '$lib/ingest/wire/wire-reader';
import { createFleet } from '$lib/simulate/fleet';
import { sensorLayout } from '$lib/simulate/sensors';
import { encodeReadings, wireFormats } from '../../../src/cli/wire';

it('leaves out missing values, converts to units SenML has, and escapes names', () => {
  const values = new Float32Array(10).fill(NaN);
  values[4] = 996;
  values[5] = 0.6;
  const reading = {
    asset: 'P 1,a=b',
    tMs: 1732180000500,
    layout: sensorLayout,
    values,
    quality: null,
    isHistorical: false
  };
  expect(encodeReadings([reading], 'json')).toEqual([
    '{"ts":1732180000500,"asset":"P 1,a=b","v":{"Flow_Rate_L_min":996,"Suction_Pressure_bar":0.6}}'
  ]);
  expect(JSON.parse(encodeReadings([reading], 'senml')[0]!)).toEqual([
    { bn: 'P 1,a=b:', bt: 1732180000.5 },
    { n: 'Flow_Rate_L_min', u: 'm3/s', v: 0.0166 },
    { n: 'Suction_Pressure_bar', u: 'Pa', v: 60000 }
  ]);
  expect(encodeReadings([reading], 'influx')).toEqual([
    'pump,asset=P\\ 1\\,a\\=b Flow_Rate_L_min=996,Suction_Pressure_bar=0.6 1732180000500000000\n'
  ]);
  expect(
    encodeReadings(
      Array.from({ length: 500 }, () => reading),
      'ndjson'
    )
  ).toHaveLength(3);
});

it.each(wireFormats)('is read by the app as it was meant: %s', (format) => {
  const fleet = createFleet({ asset: 'P-101', pumps: 3, intervalMs: 100, seed: 1, startMs: Date.UTC(2026, 2, 16) });
  const { readings } = fleet.take(10_000, Infinity);
  const losses: SourceLoss[] = [];
  const reader = createWireReader('auto', (loss) => losses.push(loss));
  const read = encodeReadings(readings, format).flatMap((message) =>
    reader.read(message, Date.UTC(2026, 2, 17), 'nobody')
  );
  expect(losses).toEqual([]);
  expect(read.map(({ asset, tMs }) => [asset, tMs])).toEqual(readings.map(({ asset, tMs }) => [asset, tMs]));
  const factor = format === 'senml' ? [1, 1, 1e5, 1e-3, 1 / 60_000, 1e5, 1e5, 1, 1, 1] : new Array<number>(10).fill(1);
  read.forEach(({ layout, values, quality }, i) => {
    expect(layout.names).toEqual(sensorLayout.names);
    expect(quality).toBeNull();
    values.forEach((value, c) => {
      const sent = readings[i]!.values[c]! * factor[c]!;
      expect(Math.abs(value - sent)).toBeLessThanOrEqual(1e-5 * Math.abs(sent));
    });
  });
});

it('sends nothing of a reading that has no value', () => {
  const values = new Float32Array(10).fill(NaN);
  const reading = { asset: 'P', tMs: 1, layout: sensorLayout, values, quality: null, isHistorical: false };
  for (const format of wireFormats) expect(encodeReadings([reading], format)).toEqual([]);
});
