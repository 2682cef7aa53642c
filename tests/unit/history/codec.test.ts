/** The codec: whatever goes in comes back bit for bit, and no damaged bit goes unnoticed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeColumns, encodeColumns, type Columns } from '$lib/history/codec/codec';
import { crc32 } from '$lib/history/codec/crc32';
import { makeReadings } from '../../support/pump-readings';

/** Columns as their bytes, so that −0 differs from 0 and one NaN from another. */
const bytesOf = ({ t, floats, codes }: Columns) =>
  [t, ...floats, ...codes].map((column) => [...new Uint8Array(column.buffer, column.byteOffset, column.byteLength)]);

async function roundTrip(columns: Columns): Promise<void> {
  const decoded = await decodeColumns(await encodeColumns(columns), 'block');
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.fault));
  expect(bytesOf(decoded.value)).toEqual(bytesOf(columns));
}

const rows = fc.integer({ min: 0, max: 80 });
const fromBits = (bits: number[]) => new Float32Array(Uint32Array.from(bits).buffer);
const anyBits = (count: number) => fc.array(fc.nat({ max: 0xffffffff }), { minLength: count, maxLength: count });

/** Columns of any bits at all; of decimals with holes; of awkward values; of one value. */
const floatColumn = (count: number): fc.Arbitrary<Float32Array> => {
  const many = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: count, maxLength: count });
  const decimal = fc
    .record({
      steps: fc.constantFrom(1, 2, 10, 200, 1000, 1e6),
      multiples: many(fc.option(fc.integer({ min: -5000, max: 5000 })))
    })
    .map(({ steps, multiples }) =>
      Float32Array.from(multiples, (multiple) => (multiple === null ? NaN : multiple / steps))
    );
  const awkward = fc.constantFrom(
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1e-45,
    -1e-45,
    3.4028234e38,
    16777216,
    16777217,
    0.1
  );
  return fc.oneof(
    anyBits(count).map(fromBits),
    decimal,
    many(awkward).map((values) => Float32Array.from(values)),
    many(fc.float()).map((values) => Float32Array.from(values)),
    fc.float().map((value) => new Float32Array(count).fill(value))
  );
};

/** Times of regular and irregular steps, in ms, µs and fractions; and any doubles. */
const timeColumn = (count: number): fc.Arbitrary<Float64Array> => {
  const many = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: count, maxLength: count });
  const steps = fc
    .record({
      t0: fc.integer({ min: -2e12, max: 4e12 }),
      units: fc.constantFrom(1, 1000, 8, 3),
      steps: many(fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1e14 })))
    })
    .map(({ t0, units, steps: parts }) => {
      let at = t0;
      return Float64Array.from(parts, (step) => (at += step / units));
    });
  return fc.oneof(
    steps,
    many(fc.double()).map((values) => Float64Array.from(values))
  );
};

const anyColumns: fc.Arbitrary<Columns> = rows.chain((count) =>
  fc.record({
    t: timeColumn(count),
    floats: fc.array(floatColumn(count), { maxLength: 4 }),
    codes: fc.array(
      fc
        .array(fc.oneof(fc.constant(0), fc.nat({ max: 255 })), { minLength: count, maxLength: count })
        .map((codes) => Uint8Array.from(codes)),
      { maxLength: 3 }
    )
  })
);

/** Readings of a made-up pump; the first channel shows steps of 0.01, and one value is missing. */
function pumpColumns(count: number): Columns {
  const { t, columns, quality } = makeReadings(count, { holeRow: 3 });
  const shown = columns.map((column, c) => (c === 0 ? column.map((value) => Math.round(value * 100) / 100) : column));
  return { t, floats: shown, codes: quality };
}

describe('the codec', () => {
  it('gives any columns back bit for bit', async () => {
    await fc.assert(fc.asyncProperty(anyColumns, roundTrip), { seed: 4, numRuns: 400 });
  });

  it('gives views into larger buffers back', async () => {
    const { t, floats, codes } = pumpColumns(100);
    const from = 33;
    await roundTrip({
      t: t.subarray(from),
      floats: floats.map((column) => column.subarray(from)),
      codes: codes.map((column) => column.subarray(from))
    });
  });

  it.each([20, 150])('notices every single flipped bit in a block of %i rows', async (rows) => {
    const block = await encodeColumns(pumpColumns(rows));
    let unnoticed = 0;
    for (let bit = 0; bit < 8 * block.length; bit++) {
      const flipped = block.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      if ((await decodeColumns(flipped, 'block')).ok) unnoticed++;
    }
    expect(block[0], 'small ones are plain, larger ones deflated').toBe(rows > 100 ? 1 : 0);
    expect(unnoticed).toBe(0);
  });

  it('notices a block cut short anywhere, and says where', async () => {
    const block = await encodeColumns(pumpColumns(150));
    for (let length = 0; length < block.length; length++) {
      expect(await decodeColumns(block.slice(0, length), 'block 7')).toMatchObject({
        ok: false,
        fault: { code: 'storage', where: 'block 7' }
      });
    }
  });

  it('refuses a codec or version it does not know, whose checksum is right', async () => {
    for (const at of [0, 1]) {
      const block = await encodeColumns(pumpColumns(5));
      block[at] = 9;
      const body = new Uint8Array([...block.slice(0, 14), ...block.slice(18)]);
      new DataView(block.buffer).setUint32(14, crc32(body), true);
      expect(await decodeColumns(block, 'block')).toMatchObject({
        fault: { expected: 'codec 0 or 1, version 1', found: expect.stringMatching(/codec \d version \d/) }
      });
    }
  });
});

it('computes the CRC-32 of the standard check string', () => {
  const text = new TextEncoder().encode('123456789');
  expect(crc32(text)).toBe(0xcbf43926);
  expect(crc32(text.subarray(4), crc32(text.subarray(0, 4)))).toBe(0xcbf43926);
});
