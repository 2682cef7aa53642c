/** gzip and ZIP files, written by another library, as the files in them. */
import { crc32 as nodeCrc32, gzipSync } from 'node:zlib';
import { strToU8, zipSync, type Zippable } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOfError } from '$lib/ingest/file-fault';
import { findExcess, mostRatio } from '$lib/ingest/archive/limits';
import { unpackFile } from '$lib/ingest/archive/unpack';
import { gather } from '$lib/ingest/archive/zip-entry';
import { fileOf, type SourceFile } from '$lib/ingest/source-file';

const fileFrom = (name: string, bytes: Uint8Array): SourceFile => {
  const blob = new Blob([bytes.slice()]);
  return fileOf({ name, size: blob.size, slice: (from, to) => blob.slice(from, to) });
};
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => `2024-01-01 00:00:${i % 60},${Math.sin(i)}`).join('\n');

async function unpackAll(name: string, bytes: Uint8Array): Promise<{ name: string; bytes: number; text: string }[]> {
  const unpacked = await unpackFile(fileFrom(name, bytes));
  if (!unpacked.ok) throw new Error(JSON.stringify(unpacked.fault));
  const files = [];
  for (const file of unpacked.value) {
    const text = new TextDecoder().decode(await gather(file.pieces()));
    files.push({ name: file.name, bytes: file.bytes, text });
  }
  return files;
}

/** The code of the fault that opening or reading gives; null where the file is read whole. */
async function faultOf(name: string, bytes: Uint8Array): Promise<string | null> {
  const unpacked = await unpackFile(fileFrom(name, bytes));
  if (!unpacked.ok) return unpacked.fault.code;
  try {
    for (const file of unpacked.value) await gather(file.pieces());
    return null;
  } catch (error) {
    const fault = faultOfError(error);
    if (!fault) throw error;
    expect(fault.where).toContain(name.replace(/\.gz$/, ''));
    return fault.code;
  }
}

describe('what is not packed', () => {
  it('stays as it is', async () => {
    const file = fileFrom('a.csv', strToU8('time,a\n1,2'));
    expect(await unpackFile(file)).toEqual({ ok: true, value: [file] });
    expect((await unpackAll('empty', new Uint8Array(0)))[0]!.text).toBe('');
    expect((await unpackAll('PK.txt', strToU8('PK is how it begins')))[0]!.text).toBe('PK is how it begins');
  });

  it('is a workbook as well, though it is a ZIP archive', async () => {
    const workbook = zipSync({ 'xl/workbook.xml': strToU8('<workbook/>'), '[Content_Types].xml': strToU8('') });
    expect((await unpackAll('a.xlsx', workbook)).map(({ name }) => name)).toEqual(['a.xlsx']);
  });
});

describe('gzip', () => {
  it('is read to its end, twice, under its name without the ending', async () => {
    const text = rows(50_000);
    const unpacked = await unpackFile(fileFrom('log.CSV.GZ', gzipSync(text)));
    const [file] = unpacked.ok ? unpacked.value : [];
    expect(file).toMatchObject({ name: 'log.CSV', bytes: 0 });
    expect(new TextDecoder().decode(await gather(file!.pieces()))).toBe(text);
    expect(new TextDecoder().decode(await gather(file!.pieces()))).toBe(text);
    expect(new TextDecoder().decode(await file!.range(11, 19))).toBe(text.slice(11, 19));
  });

  it('that is left before its end lets go of its source', async () => {
    const bytes = gzipSync(Buffer.from(Array.from({ length: 3e6 }, (_, i) => (i * i * 2654435761) >>> 24)));
    const source = fileFrom('log.gz', bytes);
    let isLetGo = false;
    const watched: SourceFile = {
      ...source,
      async *pieces() {
        try {
          for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
        } finally {
          isLetGo = true;
        }
      }
    };
    const unpacked = await unpackFile(watched);
    const pieces = unpacked.ok ? unpacked.value[0]!.pieces()[Symbol.asyncIterator]() : null;
    expect((await pieces!.next()).done).toBe(false);
    await pieces!.return!();
    await expect.poll(() => isLetGo).toBe(true);
  });

  it('that is cut off, flipped or longer than it says is damaged', async () => {
    const bytes = gzipSync(rows(2000));
    expect(await faultOf('a.csv.gz', bytes.subarray(0, bytes.length - 9))).toBe('damaged-file');
    expect(await faultOf('a.csv.gz', bytes.subarray(0, 12))).toBe('damaged-file');
    const flipped = bytes.slice();
    flipped[flipped.length - 7]! ^= 1;
    expect(await faultOf('a.csv.gz', flipped)).toBe('damaged-file');
  });

  it('that unpacks to more than any recording is refused while it is read', async () => {
    expect(await faultOf('bomb.csv.gz', gzipSync(Buffer.alloc(66 << 20)))).toBe('refused-archive');
  });
});

describe('ZIP', () => {
  const packed: Zippable = {
    'day 1.csv': strToU8(rows(9000)),
    'pumps/P-101/tag.csv': [strToU8(rows(9000)), { level: 0 }],
    'pumps/Ölpumpe.csv': strToU8('time,a'),
    'pumps/': new Uint8Array(0),
    '__MACOSX/._day 1.csv': strToU8('x'),
    '.DS_Store': strToU8('x'),
    'packed.csv.gz': gzipSync('time,b')
  };

  it('is its files, packed and stored ones, without folders and hidden files', async () => {
    expect(await unpackAll('a.zip', zipSync(packed))).toEqual([
      { name: 'a.zip/day 1.csv', bytes: rows(9000).length, text: rows(9000) },
      { name: 'a.zip/pumps/P-101/tag.csv', bytes: rows(9000).length, text: rows(9000) },
      { name: 'a.zip/pumps/Ölpumpe.csv', bytes: 6, text: 'time,a' },
      { name: 'a.zip/packed.csv', bytes: 0, text: 'time,b' }
    ]);
  });

  it('gives a range of a packed file', async () => {
    const unpacked = await unpackFile(fileFrom('a.zip', zipSync(packed)));
    const file = unpacked.ok ? unpacked.value[0]! : null;
    expect(new TextDecoder().decode(await file!.range(5, 25))).toBe(rows(9000).slice(5, 25));
  });

  it('is damaged where it is cut off, has no files or its list points elsewhere', async () => {
    const bytes = zipSync(packed);
    expect(await faultOf('a.zip', bytes.subarray(0, bytes.length - 30))).toBe('damaged-file');
    expect(await faultOf('a.zip', bytes.subarray(0, 100))).toBe('damaged-file');
    expect(await faultOf('a.zip', zipSync({}))).toBe('damaged-file');
    expect(await faultOf('a.zip', bytes.subarray(1000))).not.toBe('refused-archive');
  });

  it('is refused where a file is encrypted or packed in another way', async () => {
    const one = zipSync({ 'a.csv': strToU8('time,a') });
    const listed = new DataView(one.buffer, one.byteOffset).getUint32(one.length - 6, true);
    const encrypted = one.slice();
    encrypted[listed + 8]! |= 1;
    expect(await faultOf('a.zip', encrypted)).toBe('refused-archive');
    const other = one.slice();
    other[listed + 10] = 14;
    expect(await faultOf('a.zip', other)).toBe('refused-archive');
  });

  it('is refused as a bomb before anything is unpacked', async () => {
    expect(await faultOf('bomb.zip', zipSync({ 'a.csv': new Uint8Array(66 << 20) }))).toBe('refused-archive');
    expect(findExcess('a', 1, mostRatio + 1)).toBeNull();
    expect(findExcess('a', 1e6, 1e6 * mostRatio)).toBeNull();
    expect(findExcess('a', 1e6, 1e6 * mostRatio + 1)).not.toBeNull();
    expect(findExcess('a', 1e12, 17 * 2 ** 30)).not.toBeNull();
  });

  it('with a changed byte is read right or not at all', async () => {
    const bytes = zipSync({ 'a.csv': strToU8(rows(40)), 'b.csv': [strToU8(rows(40)), { level: 0 }] });
    const before = nodeCrc32(rows(40));
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(change, async ([at, flip]) => {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        const unpacked = await unpackFile(fileFrom('a.zip', changed));
        for (const file of unpacked.ok ? unpacked.value : []) {
          try {
            const whole = await gather(file.pieces());
            // A byte of the first mark makes it another file altogether, which stays as it is.
            if (file.name !== 'a.zip') expect(nodeCrc32(whole)).toBe(before);
          } catch (error) {
            if (!faultOfError(error)) throw error;
          }
        }
      }),
      { seed: 6, numRuns: 400 }
    );
  });
});
