/**
 * Bytes written one after the other and read again: single bytes, whole numbers in as few bytes as they need (LEB128), and
 * runs of bytes. It must not know what they mean.
 */

/** Collects bytes. Numbers are whole, 0 … 2⁵³ − 1. */
export interface ByteWriter {
  number(value: number): void;
  bytes(part: Uint8Array): void;
  /** All of it, a copy. */
  finish(): Uint8Array<ArrayBuffer>;
}

/** Reads what a writer wrote. Running past the end throws a `RangeError`. */
export interface ByteReader {
  number(): number;
  bytes(count: number): Uint8Array;
  isAtEnd(): boolean;
}

export function createByteWriter(): ByteWriter {
  let buffer = new Uint8Array(1024);
  let used = 0;

  function reserve(count: number): void {
    if (used + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * buffer.length, used + count));
    larger.set(buffer);
    buffer = larger;
  }

  return {
    number(value) {
      reserve(8);
      // Bitwise operators would cut the number to 32 bits.
      while (value >= 128) {
        buffer[used++] = (value % 128) + 128;
        value = Math.floor(value / 128);
      }
      buffer[used++] = value;
    },
    bytes(part) {
      reserve(part.length);
      buffer.set(part, used);
      used += part.length;
    },
    finish: () => buffer.slice(0, used)
  };
}

export function createByteReader(buffer: Uint8Array): ByteReader {
  let at = 0;

  function bytes(count: number): Uint8Array {
    if (!(count <= buffer.length - at)) throw new RangeError(`${count} bytes wanted at ${at} of ${buffer.length}`);
    at += count;
    return buffer.subarray(at - count, at);
  }

  return {
    number() {
      let value = 0;
      for (let unit = 1; ; unit *= 128) {
        const byte = bytes(1)[0]!;
        value += (byte % 128) * unit;
        if (byte < 128) return value;
      }
    },
    bytes,
    isAtEnd: () => at === buffer.length
  };
}

/** Folds a signed whole number (|value| ≤ 2⁵²) into one without sign: 0, −1, 1, −2, 2 … become 0, 1, 2, 3, 4 …. */
export function foldSign(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** Undoes `foldSign`. */
export function unfoldSign(folded: number): number {
  return folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2;
}
