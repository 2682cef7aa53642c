/**
 * How the bytes of a text file stand for characters, found from the bytes themselves. Everything behind it sees UTF-8 or
 * Windows-1252, in which a digit and a delimiter are one byte each; UTF-16 is written anew as UTF-8.
 */
import type { Encoding } from '../../domain/import-plan';

/** Bytes from which zero bytes in every other place are told from a damaged file. */
const lookedAt = 4096;

/** The encoding of a file from samples of its content, the first from its beginning. */
export function detectEncoding(samples: Uint8Array[]): Encoding {
  const head = samples[0] ?? new Uint8Array(0);
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  const zeros = [0, 0];
  const length = Math.min(head.length, lookedAt);
  for (let at = 0; at < length; at++) if (head[at] === 0) zeros[at & 1]!++;
  // Text of digits and signs has a zero in nearly every other byte, and none in the bytes between.
  const [even, odd] = zeros as [number, number];
  if (odd > length * 0.35 && even < length * 0.05) return 'utf-16le';
  if (even > length * 0.35 && odd < length * 0.05) return 'utf-16be';
  let [right, wrong] = [0, 0];
  for (const sample of samples) {
    const counted = countSequences(sample);
    right += counted.right;
    wrong += counted.wrong;
  }
  return wrong > right ? 'windows-1252' : 'utf-8';
}

/** Characters of several bytes in UTF-8, and bytes that fit none; what is cut at either end does not count. */
function countSequences(bytes: Uint8Array): { right: number; wrong: number } {
  let [right, wrong] = [0, 0];
  let at = 0;
  while (at < 3 && (bytes[at]! & 0xc0) === 0x80) at++;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    const length =
      byte < 0x80
        ? 1
        : byte >= 0xc2 && byte < 0xe0
          ? 2
          : byte >= 0xe0 && byte < 0xf0
            ? 3
            : byte >= 0xf0 && byte < 0xf5
              ? 4
              : 0;
    if (length > 1 && at + length > bytes.length) break;
    let isWhole = length > 0;
    for (let next = at + 1; isWhole && next < at + length; next++) isWhole = (bytes[next]! & 0xc0) === 0x80;
    if (!isWhole) wrong++;
    else if (length > 1) right++;
    at += isWhole ? length : 1;
  }
  return { right, wrong };
}

/** A decoder that keeps a byte order mark, so that one in the middle of a file is not lost unseen. UTF-16 arrives here as UTF-8. */
export function decoderFor(encoding: Encoding): InstanceType<typeof TextDecoder> {
  return new TextDecoder(encoding === 'windows-1252' ? 'windows-1252' : 'utf-8', { ignoreBOM: true });
}

/** Pieces of a file in an encoding that writes ASCII as ASCII: UTF-16 written anew, everything else as it is. */
export async function* asciiPieces(pieces: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncIterable<Uint8Array> {
  if (encoding !== 'utf-16le' && encoding !== 'utf-16be') {
    yield* pieces;
    return;
  }
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield encoder.encode(decoder.decode(piece, { stream: true }));
  const last = decoder.decode();
  if (last !== '') yield encoder.encode(last);
}
