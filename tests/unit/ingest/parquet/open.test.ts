/** Parquet files, written by another library, as rows of text. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { faultOfError } from '$lib/ingest/file-fault';
import { openParquet } from '$lib/ingest/parquet/open';
import { fileOf } from '$lib/ingest/source-file';

type Columns = Parameters<typeof parquetWriteBuffer>[0];

const fileFrom = (bytes: ArrayBuffer) => {
  const blob = new Blob([bytes]);
  return fileOf({ name: 'readings.parquet', size: blob.size, slice: (from, to) => blob.slice(from, to) });
};
const t0 = Date.UTC(2024, 2, 9, 8, 30, 5);
const write = (options: Columns) => parquetWriteBuffer(options);

async function rowsOf(bytes: ArrayBuffer): Promise<string[][]> {
  const opened = await openParquet(fileFrom(bytes));
  if (!opened.ok) throw new Error(JSON.stringify(opened.fault));
  const rows: string[][] = [];
  for await (const batch of opened.value.rows()) rows.push(...batch);
  return rows;
}

describe('a file', () => {
  it('is its column names and its rows as text, nulls as nothing', async () => {
    const bytes = write({
      columnData: [
        { name: 'time', data: [new Date(t0), new Date(t0 + 250)], type: 'TIMESTAMP' },
        { name: 'double', data: [0.1, null], type: 'DOUBLE' },
        { name: 'float', data: [5.4, 1 / 3], type: 'FLOAT' },
        { name: 'count', data: [9007199254740993n, -1n], type: 'INT64' },
        { name: 'on', data: [true, false], type: 'BOOLEAN' },
        { name: 'state', data: ['Bad', null], type: 'STRING' }
      ]
    });
    expect(await rowsOf(bytes)).toEqual([
      ['time', 'double', 'float', 'count', 'on', 'state'],
      ['2024-03-09T08:30:05.000Z', '0.1', '5.4', '9007199254740993', '1', 'Bad'],
      ['2024-03-09T08:30:05.250Z', '', '0.33333334', '-1', '0', '']
    ]);
  });

  it.each([
    ['MILLIS', 1000n, '.250'],
    ['MICROS', 1_000_000n, '.250001'],
    ['NANOS', 1_000_000_000n, '.250001000']
  ] as const)('has time stamps in %s, UTC or without a zone', async (unit, perSecond, fraction) => {
    const ticks = BigInt(t0 / 1000) * perSecond + (250_001n * perSecond) / 1_000_000n;
    const before = -perSecond + (250_001n * perSecond) / 1_000_000n;
    const stamp = (name: string, isAdjustedToUTC: boolean) =>
      ({
        name,
        type: 'INT64',
        repetition_type: 'REQUIRED',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit }
      }) as const;
    const data = [ticks, before];
    const bytes = write({
      columnData: [
        { name: 'utc', data },
        { name: 'local', data }
      ],
      schema: [{ name: 'root', num_children: 2 }, stamp('utc', true), stamp('local', false)]
    });
    expect((await rowsOf(bytes)).slice(1)).toEqual([
      [`2024-03-09T08:30:05${fraction}Z`, `2024-03-09T08:30:05${fraction}`],
      [`1969-12-31T23:59:59${fraction}Z`, `1969-12-31T23:59:59${fraction}`]
    ]);
  });

  it('is read one row group at a time, every row once and in order', async () => {
    const count = 25_000;
    const data = Array.from({ length: count }, (_, i) => i);
    const bytes = write({ columnData: [{ name: 'a', data, type: 'INT32' }], rowGroupSize: 6000 });
    expect((await rowsOf(bytes)).slice(1).map(([cell]) => Number(cell))).toEqual(data);
  });

  it('tells lists apart from values', async () => {
    const bytes = write({
      columnData: [
        { name: 'list', data: [[1, 2], [3]] },
        { name: 'a', data: [1, 2] }
      ],
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'list', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' },
        { name: 'a', type: 'INT32', repetition_type: 'OPTIONAL' }
      ]
    });
    expect(await rowsOf(bytes)).toEqual([
      ['list', 'a'],
      ['[1,2]', '1'],
      ['[3]', '2']
    ]);
  });
});

describe('a damaged file', () => {
  const whole = write({
    columnData: [{ name: 'a', data: Array.from({ length: 5000 }, (_, i) => Math.sin(i)), type: 'DOUBLE' }]
  });

  it('is told when it is opened, where its end is missing or it is none', async () => {
    for (const bytes of [
      whole.slice(0, 2000),
      whole.slice(8),
      new ArrayBuffer(0),
      new TextEncoder().encode('time,a\n1,2\n').buffer
    ]) {
      const opened = await openParquet(fileFrom(bytes));
      expect(opened.ok ? null : opened.fault).toMatchObject({ code: 'damaged-file', where: 'readings.parquet' });
    }
  });

  it('is told while it is read, where its middle is', async () => {
    const bytes = new Uint8Array(whole.slice(0));
    bytes.fill(0xff, 4, 400);
    const opened = await openParquet(fileFrom(bytes.buffer));
    const reading = (async () => {
      for await (const batch of opened.ok ? opened.value.rows() : []) expect(batch.length).toBeGreaterThan(0);
    })();
    const fault = await reading.then(() => null, faultOfError);
    expect(fault).toMatchObject({ code: 'damaged-file', where: 'readings.parquet, row group 1' });
  });
});
