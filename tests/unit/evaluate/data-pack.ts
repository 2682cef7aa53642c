/** Reads the data pack, which lies outside the repository. A trivial split on purpose: it must not share a mistake with `ingest`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataPack } from '../../support/data-pack';

const header =
  'datetime;Accelerometer1RMS;Accelerometer2RMS;Current;Pressure;Temperature;Thermocouple;Voltage;Volume Flow RateRMS';

export const trainRows = 400;
export const valve1Names = Array.from({ length: 16 }, (_, i) => `valve1/${i}.csv`);

export interface Recording {
  name: string;
  /** All rows. */
  columns: Float64Array[];
  /** Test rows only. */
  t: Float64Array;
  truth: Uint8Array;
}

export function readRecording(name: string): Recording {
  const [first, ...lines] = readFileSync(join(dataPack, 'skab', name), 'ascii')
    .trim()
    .split('\r\n');
  if (first !== `${header};anomaly;changepoint`) throw new Error(`${name} has another header: ${first}`);
  const rows = lines.map((line) => line.split(';'));
  const test = rows.slice(trainRows);
  return {
    name,
    columns: Array.from({ length: 8 }, (_, c) => Float64Array.from(rows, (row) => Number(row[c + 1]))),
    t: Float64Array.from(test, (row) => Date.parse(`${row[0]!.replace(' ', 'T')}Z`)),
    truth: Uint8Array.from(test, (row) => Number(row[9]))
  };
}

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(dataPack, 'fixtures', name), 'utf8')) as T;
}
