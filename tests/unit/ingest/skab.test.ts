import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataPack, hasDataPack } from '../../support/data-pack';
import { gather, previewOf, readAll } from './csv-samples';

describe.skipIf(!hasDataPack)('SKAB valve1/0.csv (needs the data pack)', () => {
  const text = hasDataPack ? readFileSync(join(dataPack, 'skab/valve1/0.csv'), 'utf8') : '';

  test('is proposed with eight readings and two labels, and asks nothing', async () => {
    const preview = await previewOf(text);
    const { plan, survey } = preview;
    expect(survey).toMatchObject({
      accepted: 1147,
      rejections: [],
      stepMs: 1000,
      t0Ms: Date.UTC(2020, 2, 9, 10, 14, 33)
    });
    expect(plan).toMatchObject({ delimiter: ';', decimal: '.', time: { column: 0, format: 'iso', zone: 'UTC' } });
    expect(plan.questions.map(({ about, answer }) => `${about}: ${answer}`)).toEqual(['time-zone: UTC']);
    expect(plan.channels.every(({ mappedTo }) => mappedTo === null)).toBe(true);
    expect(plan.channels.map(({ name, role }) => `${name}: ${role}`)).toEqual([
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

  test('is read row for row', async () => {
    const { plan } = await previewOf(text);
    const read = readAll([text.slice(0, 50_001), text.slice(50_001)], plan, { blockRows: 500 });
    expect(read).toMatchObject({ counts: { accepted: 1147 }, rejectedCount: 0 });
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
