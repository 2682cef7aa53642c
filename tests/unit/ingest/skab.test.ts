import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { previewCsv } from '$lib/ingest/csv/preview';
import { dataPack, hasDataPack } from '../../support/data-pack';
import { gather, readAll } from './csv-samples';

describe.skipIf(!hasDataPack)('SKAB valve1/0.csv (needs the data pack)', () => {
  const text = hasDataPack ? readFileSync(join(dataPack, 'skab/valve1/0.csv'), 'utf8') : '';
  const preview = previewCsv(text.slice(0, 100_000), { name: '0.csv', bytes: text.length }, false);

  test('is proposed with eight readings and two labels', () => {
    expect(preview).toMatchObject({
      ok: true,
      value: { rejected: [], stepMs: 1000, t0Ms: Date.UTC(2020, 2, 9, 10, 14, 33) }
    });
    const plan = preview.ok ? preview.value.plan : null;
    expect(plan).toMatchObject({ delimiter: ';', timeColumn: 0, timeFormat: 'iso' });
    expect(plan?.channels.map(({ name, role }) => `${name}: ${role}`)).toEqual([
      'datetime: ignored',
      'Accelerometer1RMS: reading',
      'Accelerometer2RMS: reading',
      'Current: reading',
      'Pressure: reading',
      'Temperature: reading',
      'Thermocouple: reading',
      'Voltage: reading',
      'Volume Flow RateRMS: reading',
      'anomaly: label',
      'changepoint: label'
    ]);
  });

  test('is read row for row', () => {
    if (!preview.ok) throw new Error(preview.fault.code);
    const read = readAll([text.slice(0, 50_001), text.slice(50_001)], preview.value.plan, { blockRows: 500 });
    expect(read).toMatchObject({ rows: 1147, rejectedCount: 0, stepMs: 1000 });
    const lines = text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(';'));
    expect(gather(read.blocks, 't')).toEqual(lines.map((fields) => Date.parse(`${fields[0]!.replace(' ', 'T')}Z`)));
    read.blocks[0]!.channels.forEach((channel, index) => {
      expect(gather(read.blocks, channel)).toEqual(lines.map((fields) => Math.fround(Number(fields[index + 1]))));
    });
  });
});
