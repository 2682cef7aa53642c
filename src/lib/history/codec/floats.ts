/**
 * A column of single-precision values without loss. Instruments show steps of 0.1 or 0.005, so most columns are whole
 * multiples of one: those are stored as the differences of their multiples. Any other column is stored as its bits. Bits of
 * the second kind include −0, infinities and every NaN; the NaN of an ordinary missing value is a hole in either kind.
 */
import { foldSign, unfoldSign, type ByteReader, type ByteWriter } from './byte-stream';
import { readPlanes, writePlanes } from './planes';
import { readRuns, writeRuns } from './runs';

/** Steps per unit that are tried, in this order; the place in this list, from 1, is written. */
const stepsPerUnit = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((factor) => factor * 10 ** power)).flat();
/** Written in place of a grid. */
const asBits = 0;
/** Larger multiples have more digits than single precision. */
const largestMultiple = 2 ** 24;
/** The bits of the NaN that JavaScript writes, and of −0. */
const plainNaN = 0x7fc00000;
const minusZero = 0x80000000;

/** Writes the values, bit for bit. */
export function writeFloats(writer: ByteWriter, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const grid = 1 + stepsPerUnit.findIndex((steps) => isOnGrid(values, bits, steps));
  writer.number(grid);
  if (grid === asBits) return writePlanes(writer, bits);

  const steps = stepsPerUnit[grid - 1]!;
  writeRuns(
    writer,
    Uint8Array.from(values, (value) => Number(Number.isNaN(value)))
  );
  const differences = new Uint32Array(values.length);
  let before: number | undefined;
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    const multiple = Math.round(values[row]! * steps);
    // The first value apart, or its size would cost every row a plane.
    if (before === undefined) writer.number(foldSign(multiple));
    else differences[row] = foldSign(multiple - before);
    before = multiple;
  }
  writePlanes(writer, differences);
}

/** Reads `rows` values back. */
export function readFloats(reader: ByteReader, rows: number): Float32Array<ArrayBuffer> {
  const grid = reader.number();
  if (grid === asBits) return new Float32Array(readPlanes(reader, rows).buffer as ArrayBuffer);

  const steps = stepsPerUnit[grid - 1];
  if (steps === undefined) throw new RangeError(`grid ${grid}`);
  const values = new Float32Array(rows);
  const isHole = readRuns(reader, rows);
  let multiple = isHole.includes(0) ? unfoldSign(reader.number()) : 0;
  const differences = readPlanes(reader, rows);
  for (let row = 0; row < rows; row++) {
    multiple += unfoldSign(differences[row]!);
    values[row] = isHole[row] ? NaN : multiple / steps;
  }
  return values;
}

function isOnGrid(values: Float32Array, bits: Uint32Array, steps: number): boolean {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (bits[row] === plainNaN) continue;
    const multiple = Math.round(value * steps);
    // No infinity and no other NaN passes.
    if (!(Math.abs(multiple) <= largestMultiple) || Math.fround(multiple / steps) !== value) return false;
    if (bits[row] === minusZero) return false;
  }
  return true;
}
