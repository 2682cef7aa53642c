/**
 * How much an archive may unpack to. Exists because a few kilobytes can be made to hold petabytes: what nobody can have meant as a
 * recording is refused before it fills a device.
 */
import { fail } from '../../domain/result';
import { FileFault } from '../file-fault';

/** What all files of an archive may hold together, bytes. */
const mostUnpackedBytes = 16 * 2 ** 30;
/** Text of readings shrinks to a tenth, of a constant value to a two-hundredth; DEFLATE cannot go beyond a thousandth. */
export const mostRatio = 400;
/** Below this size no ratio is looked at: a short file of one repeated row is harmless. */
const freeBytes = 64 * 2 ** 20;

/** The fault of unpacking `packed` bytes to `unpacked`, or null where that is fine. */
export function findExcess(where: string, packed: number, unpacked: number): ReturnType<typeof fail> | null {
  if (unpacked > mostUnpackedBytes) {
    return fail('refused-archive', where, `${unpacked} bytes or more`, `at most ${mostUnpackedBytes} bytes unpacked`);
  }
  if (unpacked > freeBytes && unpacked > packed * mostRatio) {
    return fail(
      'refused-archive',
      where,
      `${packed} bytes that unpack to ${unpacked} or more`,
      `at most ${mostRatio} times as many`
    );
  }
  return null;
}

/** Passes pieces on as long as they stay within what `packed` bytes may unpack to; throws an `FileFault` where they do not. */
export async function* limitPieces(
  pieces: AsyncIterable<Uint8Array>,
  where: string,
  packed: number
): AsyncIterable<Uint8Array> {
  let unpacked = 0;
  for await (const piece of pieces) {
    unpacked += piece.length;
    const excess = findExcess(where, packed, unpacked);
    if (excess) throw new FileFault(excess.fault.code, where, excess.fault.found, excess.fault.expected);
    yield piece;
  }
}
