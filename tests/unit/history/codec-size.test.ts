/** What the codec makes of readings: bytes per value, times and quality included, and the time it takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeColumns, encodeColumns, type Columns } from '$lib/history/codec/codec';
import { simulateSamplePump } from '$lib/simulate/sample';
import { dataPack, hasDataPack } from '../../support/data-pack';

/** Packs and unpacks the columns some times; tells size and median times of a value. */
async function measure(name: string, columns: Columns): Promise<number> {
  const took: { encode: number[]; decode: number[] } = { encode: [], decode: [] };
  const values = columns.t.length * columns.floats.length;
  let block = await encodeColumns(columns);
  for (let run = 0; run < 9; run++) {
    const beganMs = performance.now();
    block = await encodeColumns(columns);
    const packedMs = performance.now();
    await decodeColumns(block, name);
    took.encode.push(packedMs - beganMs);
    took.decode.push(performance.now() - packedMs);
  }
  const nsPerValue = (ms: number[]) => Math.round((1e6 * ms.sort((a, b) => a - b)[ms.length >> 1]!) / values);
  const bytesPerValue = block.length / values;
  console.info(name, { values, bytesPerValue, encodeNs: nsPerValue(took.encode), decodeNs: nsPerValue(took.decode) });
  return bytesPerValue;
}

describe('bytes per value', () => {
  it('of a simulated pump with the steps of its instruments', async () => {
    const { block } = simulateSamplePump({ seed: 11, assetId: 'pump' });
    const cut = <A extends Float64Array | Float32Array | Uint8Array>(column: A) => column.slice(0, 3600) as A;
    const columns = { t: cut(block.t), floats: block.columns.map(cut), codes: block.quality.map(cut) };
    expect(await measure('sample pump', columns)).toBeLessThan(0.8);
  });

  it.skipIf(!hasDataPack)('of SKAB valve1/0.csv, six digits each (needs the data pack)', async () => {
    const text = readFileSync(join(dataPack, 'skab/valve1/0.csv'), 'utf8');
    const lines = text.trimEnd().split('\r\n').slice(1);
    const rows = lines.map((line) => line.split(';'));
    const columns = {
      t: Float64Array.from(rows, ([time]) => Date.parse(`${time!.replace(' ', 'T')}Z`)),
      floats: Array.from({ length: 8 }, (_, c) => Float32Array.from(rows, (fields) => Number(fields[c + 1]))),
      codes: Array.from({ length: 8 }, () => new Uint8Array(rows.length))
    };
    expect(await measure('SKAB', columns)).toBeLessThan(2);
  });
});
