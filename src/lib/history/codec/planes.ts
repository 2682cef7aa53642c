/**
 * Whole numbers as byte planes: all lowest bytes, then all second ones, and so on. Neighbouring readings differ in their low
 * bytes and agree in the others, which deflate then packs to almost nothing.
 */
import type { ByteReader, ByteWriter } from './byte-stream';

/** Writes unsigned 32-bit numbers in as many planes as the largest needs, after the count of planes. */
export function writePlanes(writer: ByteWriter, values: Uint32Array): void {
  let all = 0;
  for (let i = 0; i < values.length; i++) all |= values[i]!;
  const planes = Math.ceil((32 - Math.clz32(all)) / 8);
  writer.number(planes);
  const plane = new Uint8Array(values.length);
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < values.length; i++) plane[i] = values[i]! >>> (8 * p);
    writer.bytes(plane);
  }
}

/** Reads `count` numbers back. */
export function readPlanes(reader: ByteReader, count: number): Uint32Array {
  const values = new Uint32Array(count);
  const planes = reader.number();
  for (let p = 0; p < planes; p++) {
    const plane = reader.bytes(count);
    for (let i = 0; i < count; i++) values[i]! |= plane[i]! << (8 * p);
  }
  return values;
}
