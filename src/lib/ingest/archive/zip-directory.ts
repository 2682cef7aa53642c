/**
 * The list of files at the end of a ZIP archive. Read by hand, in some sixty lines, because the library at hand neither tells an
 * entry's checksum nor skips what is not wanted, and a damaged archive must not become wrong readings. PKWARE APPNOTE 6.3.10,
 * sections 4.3.12 to 4.3.16. It knows no content.
 */
import { fail, ok, type Result } from '../../domain/result';
import type { SourceFile } from '../source-file';

/** One file of an archive. */
export interface ZipEntry {
  name: string;
  /** 0 is stored, 8 is DEFLATE. */
  method: number;
  isEncrypted: boolean;
  crc32: number;
  packedBytes: number;
  unpackedBytes: number;
  /** Where its local header begins. */
  offset: number;
}

const endBytes = 22;
const longestComment = 65_535;
const mostEntries = 10_000;
const [endMark, locatorMark, end64Mark, entryMark] = [0x06054b50, 0x07064b50, 0x06064b50, 0x02014b50] as const;
const inExtra = 0xffffffff;

/** The files listed, folders included; `damaged-file` where there is no list or it is cut off. */
export async function readZipDirectory(file: SourceFile): Promise<Result<ZipEntry[]>> {
  const damaged = (found: string) => fail('damaged-file', file.name, found, 'a whole ZIP archive');
  const tailStart = Math.max(0, file.bytes - endBytes - longestComment);
  const tail = viewOf(await file.range(tailStart, file.bytes));
  let end = tail.byteLength - endBytes;
  while (end >= 0 && tail.getUint32(end, true) !== endMark) end--;
  if (end < 0) return damaged('no list of its files at its end');

  let count = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let start = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === locatorMark) {
    const at = Number(tail.getBigUint64(end - 12, true));
    const end64 = viewOf(await file.range(at, at + 56));
    if (end64.byteLength < 56 || end64.getUint32(0, true) !== end64Mark) return damaged('no long list of its files');
    count = Number(end64.getBigUint64(32, true));
    size = Number(end64.getBigUint64(40, true));
    start = Number(end64.getBigUint64(48, true));
  }
  if (count > mostEntries) return fail('refused-archive', file.name, `${count} files`, `at most ${mostEntries} files`);
  if (start + size > file.bytes) return damaged('a list of its files beyond its end');

  const list = viewOf(await file.range(start, start + size));
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + 46 > list.byteLength || list.getUint32(at, true) !== entryMark)
      return damaged(`file ${entries.length + 1} not listed`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => list.getUint16(at + field, true)) as [
      number,
      number,
      number
    ];
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > list.byteLength) return damaged(`file ${entries.length + 1} listed in part`);
    entries.push(readEntry(list, at, nameBytes, extraBytes));
    at = next;
  }
  return ok(entries);
}

function readEntry(list: DataView, at: number, nameBytes: number, extraBytes: number): ZipEntry {
  const flags = list.getUint16(at + 8, true);
  const long = longFields(list, at + 46 + nameBytes, extraBytes);
  /** A field of four bytes, or of eight in the extra fields, in this order, where it did not fit. */
  const field = (offset: number): number => {
    const short = list.getUint32(at + offset, true);
    return short === inExtra ? (long.shift() ?? short) : short;
  };
  const unpackedBytes = field(24);
  const packedBytes = field(20);
  const offset = field(42);
  const name = decodeName(new Uint8Array(list.buffer, list.byteOffset + at + 46, nameBytes));
  const [method, crc32] = [list.getUint16(at + 10, true), list.getUint32(at + 16, true)];
  return { name, method, isEncrypted: (flags & 1) === 1, crc32, packedBytes, unpackedBytes, offset };
}

/** The numbers of the ZIP64 extra field; empty where there is none. */
function longFields(list: DataView, start: number, bytes: number): number[] {
  for (let at = start; at + 4 <= start + bytes; at += 4 + list.getUint16(at + 2, true)) {
    if (list.getUint16(at, true) !== 1) continue;
    const count = Math.min(list.getUint16(at + 2, true), start + bytes - at - 4) >> 3;
    return Array.from({ length: count }, (_, i) => Number(list.getBigUint64(at + 4 + 8 * i, true)));
  }
  return [];
}

/** UTF-8 where it is that, marked as such or not; older tools write the code page of their system. */
function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
