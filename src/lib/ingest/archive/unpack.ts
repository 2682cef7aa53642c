/**
 * A file as the files in it: gzip and ZIP are told by their first bytes, everything else is what it is. An Excel workbook is a
 * ZIP archive too, and stays whole.
 */
import { fail, ok, type Result } from '../../domain/result';
import type { SourceFile } from '../source-file';
import { gunzip } from './gunzip';
import { findExcess, limitPieces } from './limits';
import { readZipDirectory, type ZipEntry } from './zip-directory';
import { fileOfEntry, gather } from './zip-entry';

/**
 * The files inside `file`, unpacked while they are read; `[file]` where it is not packed. Folders, hidden files and what macOS adds
 * are left out. `damaged-file` for a cut-off archive and for one without files, `refused-archive` for one that unpacks to too much.
 */
export async function unpackFile(file: SourceFile): Promise<Result<SourceFile[]>> {
  const magic = await file.range(0, 4);
  if (magic[0] === 0x1f && magic[1] === 0x8b) return ok([gunzipped(file)]);
  if (magic[0] !== 0x50 || magic[1] !== 0x4b || !isZipMark(magic[2], magic[3])) return ok([file]);
  const directory = await readZipDirectory(file);
  if (!directory.ok) return directory;
  if (directory.value.some(({ name }) => name === 'xl/workbook.xml')) return ok([file]);
  const entries = directory.value.filter(isContent);
  if (entries.length === 0) return fail('damaged-file', file.name, 'an empty archive', 'files of readings in it');
  const unpacked = entries.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  const excess = findExcess(file.name, file.bytes, unpacked);
  if (excess) return excess;
  return ok(
    entries
      .map((entry) => fileOfEntry(file, entry))
      .map((inner) => (/\.gz$/i.test(inner.name) ? gunzipped(inner) : inner))
  );
}

/** Begins with a file, or is empty. */
function isZipMark(third: number | undefined, fourth: number | undefined): boolean {
  return (third === 3 && fourth === 4) || (third === 5 && fourth === 6);
}

function isContent({ name }: ZipEntry): boolean {
  return !name.endsWith('/') && !name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

/** How much is in it is not known before it was unpacked: the length at its end counts to 4 GiB only. */
function gunzipped(file: SourceFile): SourceFile {
  const name = file.name.replace(/\.gz$/i, '');
  const pieces = () => limitPieces(gunzip(file.pieces(), name), name, file.bytes);
  let whole: Promise<Uint8Array> | null = null;
  return {
    name,
    bytes: 0,
    pieces,
    async range(from, to) {
      whole ??= gather(pieces());
      return (await whole).slice(from, to);
    }
  };
}
