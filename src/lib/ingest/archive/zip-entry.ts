/**
 * One file of a ZIP archive as a source file. Its packed bytes are dressed as a gzip file, so that the platform's decompressor
 * checks their length and CRC-32 as well.
 */
import type { SourceFile } from '../source-file';
import { FileFault } from '../file-fault';
import { gunzip } from './gunzip';
import { limitPieces } from './limits';
import type { ZipEntry } from './zip-directory';

const pieceBytes = 1 << 18;
const localHeaderBytes = 30;
const localMark = 0x04034b50;
const [stored, deflated] = [0, 8] as const;
/** A stored block of DEFLATE holds no more. */
const storedBlockBytes = 65_535;

/** The entry as a file named `archive.zip/inner.csv`. Reading it throws an `FileFault` where it is damaged or cannot be unpacked. */
export function fileOfEntry(archive: SourceFile, entry: ZipEntry): SourceFile {
  const name = `${archive.name}/${entry.name}`;
  const pieces = () => limitPieces(gunzip(dressAsGzip(archive, entry, name), name), name, entry.packedBytes);
  let whole: Promise<Uint8Array> | null = null;
  return {
    name,
    bytes: entry.unpackedBytes,
    pieces,
    async range(from, to) {
      // Nothing inside a packed file can be found without unpacking what is before it.
      whole ??= gather(pieces(), entry.unpackedBytes);
      return (await whole).slice(from, to);
    }
  };
}

/** All pieces in one array. `expectedBytes` is a guess. */
export async function gather(pieces: AsyncIterable<Uint8Array>, expectedBytes = 0): Promise<Uint8Array> {
  let bytes = new Uint8Array(expectedBytes);
  let length = 0;
  for await (const piece of pieces) {
    if (length + piece.length > bytes.length) {
      const grown = new Uint8Array(Math.max(2 * bytes.length, length + piece.length));
      grown.set(bytes);
      bytes = grown;
    }
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes.subarray(0, length);
}

/** RFC 1952: ten bytes of header, DEFLATE, CRC-32 and length. */
async function* dressAsGzip(archive: SourceFile, entry: ZipEntry, where: string): AsyncIterable<Uint8Array> {
  const { method, isEncrypted, crc32, unpackedBytes } = entry;
  if (isEncrypted) throw new FileFault('refused-archive', where, 'encrypted', 'a file without a password');
  if (method !== stored && method !== deflated) {
    throw new FileFault('refused-archive', where, `packing method ${method}`, 'DEFLATE or stored');
  }
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
  const packed = packedPieces(archive, entry, where);
  yield* method === deflated ? packed : asStoredBlocks(packed);
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, crc32, true);
  trailer.setUint32(4, unpackedBytes % 2 ** 32, true);
  yield new Uint8Array(trailer.buffer);
}

async function* packedPieces(archive: SourceFile, entry: ZipEntry, where: string): AsyncIterable<Uint8Array> {
  const bytes = await archive.range(entry.offset, entry.offset + localHeaderBytes);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.byteLength < localHeaderBytes || header.getUint32(0, true) !== localMark) {
    throw new FileFault('damaged-file', where, 'no file where one is listed', 'a whole ZIP archive');
  }
  const start = entry.offset + localHeaderBytes + header.getUint16(26, true) + header.getUint16(28, true);
  const end = start + entry.packedBytes;
  for (let at = start; at < end; at += pieceBytes) yield archive.range(at, Math.min(at + pieceBytes, end));
}

/** Bytes as they are, in blocks that DEFLATE calls stored (RFC 1951, section 3.2.4), and an empty last one. */
async function* asStoredBlocks(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += storedBlockBytes) {
      const block = piece.subarray(at, at + storedBlockBytes);
      yield storedHead(block.length, 0);
      yield block;
    }
  }
  yield storedHead(0, 1);
}

function storedHead(length: number, isLast: 0 | 1): Uint8Array {
  const inverse = length ^ 0xffff;
  return Uint8Array.of(isLast, length & 0xff, length >> 8, inverse & 0xff, inverse >> 8);
}
