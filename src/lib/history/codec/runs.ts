/** Codes as run lengths: quality and status stay the same for hours. */
import type { ByteReader, ByteWriter } from './byte-stream';

/** Writes runs as pairs of code and length. */
export function writeRuns(writer: ByteWriter, codes: Uint8Array): void {
  for (let from = 0, to = 0; from < codes.length; from = to) {
    while (to < codes.length && codes[to] === codes[from]) to++;
    writer.number(codes[from]!);
    writer.number(to - from);
  }
}

/** Reads `count` codes back. Runs that do not add up to it are a `RangeError`. */
export function readRuns(reader: ByteReader, count: number): Uint8Array {
  const codes = new Uint8Array(count);
  for (let from = 0; from < count;) {
    const code = reader.number();
    const length = reader.number();
    if (length === 0 || length > count - from) throw new RangeError(`a run of ${length} at ${from} of ${count}`);
    codes.fill(code, from, from + length);
    from += length;
  }
  return codes;
}
