/**
 * Times without loss: whole multiples of a millisecond or a microsecond as differences of differences, which are zero while
 * the step is regular and small where it jitters; any other as the eight bytes they are.
 */
import { foldSign, unfoldSign, type ByteReader, type ByteWriter } from './byte-stream';
import { readPlanes, writePlanes } from './planes';

/** Units per millisecond that are tried, in this order. */
const unitsPerMs = [1, 1000];
/** Written in place of a unit. */
const asTheyAre = 0;
/** Differences of differences of steps up to here are exact in double precision, and so is their fold. */
const largestStep = 2 ** 50;

/** Writes the times, ms; any doubles at all, bit for bit. */
export function writeTimes(writer: ByteWriter, t: Float64Array): void {
  const units = unitsPerMs.find((candidate) => isWhole(t, candidate)) ?? asTheyAre;
  writer.number(units);
  if (units === asTheyAre) {
    const halves = new Uint32Array(Float64Array.from(t).buffer);
    for (const half of [0, 1])
      writePlanes(
        writer,
        halves.filter((_, i) => i % 2 === half)
      );
    return;
  }
  let before = 0;
  let stepBefore = 0;
  for (let row = 0; row < t.length; row++) {
    const now = Math.round(t[row]! * units);
    if (row === 0) writer.bytes(new Uint8Array(Float64Array.of(now).buffer));
    else {
      writer.number(foldSign(now - before - stepBefore));
      stepBefore = now - before;
    }
    before = now;
  }
}

/** Reads `rows` times back. */
export function readTimes(reader: ByteReader, rows: number): Float64Array<ArrayBuffer> {
  const t = new Float64Array(rows);
  const units = reader.number();
  if (units === asTheyAre) {
    const halves = new Uint32Array(t.buffer);
    for (const half of [0, 1]) readPlanes(reader, rows).forEach((bits, row) => (halves[2 * row + half] = bits));
    return t;
  }
  let now = 0;
  let step = 0;
  for (let row = 0; row < rows; row++) {
    if (row === 0) now = new Float64Array(reader.bytes(8).slice().buffer)[0]!;
    else {
      step += unfoldSign(reader.number());
      now += step;
    }
    t[row] = now / units;
  }
  return t;
}

/** Whether every time comes back from whole units, and no step is too large to be exact. */
function isWhole(t: Float64Array, units: number): boolean {
  let before = Math.round(t[0]! * units);
  for (let row = 0; row < t.length; row++) {
    const now = Math.round(t[row]! * units);
    // `Object.is` keeps −0 and NaN out.
    if (!Number.isSafeInteger(now) || !Object.is(now / units, t[row])) return false;
    if (Math.abs(now - before) > largestStep) return false;
    before = now;
  }
  return true;
}
