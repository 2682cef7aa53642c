/** Reads the data pack, which lies outside the repository. A trivial split on purpose: it must not share a mistake with `ingest`. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.env.PUMPSIDE_DATA ?? '../shared/data');
const header =
  'datetime;Accelerometer1RMS;Accelerometer2RMS;Current;Pressure;Temperature;Thermocouple;Voltage;Volume Flow RateRMS';

/** False where the pack is absent: tests that need it are skipped, and say so in their title. */
export const hasDataPack = existsSync(join(folder, 'skab/valve1/0.csv'));
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
  const [first, ...lines] = readFileSync(join(folder, 'skab', name), 'ascii')
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
  return JSON.parse(readFileSync(join(folder, 'fixtures', name), 'utf8')) as T;
}
