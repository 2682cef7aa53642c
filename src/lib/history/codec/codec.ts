/**
 * Columns as one compressed block of bytes, and back without loss. It exists so that a year of a pump's readings fits on a
 * tablet. Pure functions: they must know neither Dexie nor what the columns mean.
 *
 * A block, little-endian: `codec` u8, `version` u8, number of float columns u16, of code columns u16, rows u32, bytes of the
 * plain payload u32, CRC-32 u32 over all other bytes; then the payload: times, float columns, code columns. Codec 1 deflates
 * it, codec 0, for small ones, does not.
 */
import { fail, ok, type Result } from '../../domain/result';
import { createByteReader, createByteWriter } from './byte-stream';
import { crc32 } from './crc32';
import { deflate, inflate } from './deflate';
import { readFloats, writeFloats } from './floats';
import { readRuns, writeRuns } from './runs';
import { readTimes, writeTimes } from './times';

/** What a block holds. All columns are as long as `t`. */
export interface Columns {
  /** ms; any doubles. */
  t: Float64Array;
  floats: Float32Array[];
  codes: Uint8Array[];
}

const Codec = { plain: 0, deflated: 1 } as const;
const version = 1;
/** A smaller payload is not worth the half millisecond that setting up a deflate stream takes. */
const worthDeflatingBytes = 1024;
const headerBytes = 18;
const crcAt = 14;

/** Packs columns. They must be equally long. */
export async function encodeColumns({ t, floats, codes }: Columns): Promise<Uint8Array<ArrayBuffer>> {
  const writer = createByteWriter();
  writeTimes(writer, t);
  for (const column of floats) writeFloats(writer, column);
  for (const column of codes) writeRuns(writer, column);
  const plain = writer.finish();
  const codec = plain.length < worthDeflatingBytes ? Codec.plain : Codec.deflated;
  const payload = codec === Codec.plain ? plain : await deflate(plain);

  const block = new Uint8Array(headerBytes + payload.length);
  const header = new DataView(block.buffer);
  header.setUint8(0, codec);
  header.setUint8(1, version);
  header.setUint16(2, floats.length, true);
  header.setUint16(4, codes.length, true);
  header.setUint32(6, t.length, true);
  header.setUint32(10, plain.length, true);
  block.set(payload, headerBytes);
  header.setUint32(crcAt, checksum(block), true);
  return block;
}

/** Unpacks a block. Whatever is wrong with it, a flipped bit or a codec that is not known, is a fault at `where`. */
export async function decodeColumns(block: Uint8Array<ArrayBuffer>, where: string): Promise<Result<Columns>> {
  const damaged = (found: string, expected: string) => fail('storage', where, found, expected);
  if (block.length < headerBytes) return damaged(`${block.length} bytes`, `at least ${headerBytes}`);
  const header = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const crc = checksum(block);
  if (header.getUint32(crcAt, true) !== crc) {
    return damaged(`CRC-32 ${crc.toString(16)}`, `CRC-32 ${header.getUint32(crcAt, true).toString(16)}`);
  }
  const [codec, ofVersion] = block;
  if ((codec !== Codec.plain && codec !== Codec.deflated) || ofVersion !== version) {
    return damaged(
      `codec ${codec} version ${ofVersion}`,
      `codec ${Codec.plain} or ${Codec.deflated}, version ${version}`
    );
  }
  const rows = header.getUint32(6, true);
  try {
    const payload = block.subarray(headerBytes);
    const plain = codec === Codec.plain ? payload : await inflate(payload);
    if (plain.length !== header.getUint32(10, true)) return damaged(`${plain.length} bytes`, 'as many as written');
    const reader = createByteReader(plain);
    const t = readTimes(reader, rows);
    const floats = Array.from({ length: header.getUint16(2, true) }, () => readFloats(reader, rows));
    const codes = Array.from({ length: header.getUint16(4, true) }, () => readRuns(reader, rows));
    return reader.isAtEnd() ? ok({ t, floats, codes }) : damaged('bytes left over', 'none');
  } catch (error) {
    return damaged(String(error), 'columns as written');
  }
}

function checksum(block: Uint8Array): number {
  return crc32(block.subarray(headerBytes), crc32(block.subarray(0, crcAt)));
}
