/** A readings file as a recording: the same reader as on the page, fed from the disk. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Channel } from '../lib/domain/channel';
import type { ReadingBlock } from '../lib/domain/reading-block';
import { previewCsv } from '../lib/ingest/csv/preview';
import { createCsvReader } from '../lib/ingest/csv/reader';
import { InputError, UsageError } from './usage';

const previewBytes = 256 * 1024;

/** A recording in memory: blocks with readings and labels, the channels, and how many rows could not be read. */
export interface Recording {
  name: string;
  blocks: ReadingBlock[];
  channels: Channel[];
  stepMs: number;
  rows: number;
  rejectedRows: number;
}

/** Reads a whole file by the plan its preview proposes. */
export async function readRecording(path: string): Promise<Recording> {
  const name = basename(path);
  const preview = await previewFile(path, name);
  const reader = createCsvReader(preview.plan, name);
  const blocks: ReadingBlock[] = [];
  for await (const text of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    blocks.push(...reader.push(text as string));
  }
  const finished = reader.finish();
  if (!finished.ok) throw new InputError({ ...finished.fault, where: `${name}, ${finished.fault.where}` });
  return {
    name,
    blocks: [...blocks, ...finished.value.blocks],
    channels: preview.plan.channels.filter(({ role }) => role !== 'ignored'),
    stepMs: finished.value.stepMs,
    rows: finished.value.rows,
    rejectedRows: finished.value.rejectedCount
  };
}

async function previewFile(path: string, name: string) {
  const found = await stat(path).catch(() => null);
  if (!found) throw new UsageError(`${path}: there is no such file`);
  if (!found.isFile()) throw new UsageError(`${path}: a folder, expected a file of readings`);
  const { size } = found;
  const file = await open(path);
  try {
    const head = Buffer.alloc(Math.min(size, previewBytes));
    await file.read(head, 0, head.length, 0);
    const isWhole = size <= previewBytes;
    const text = new TextDecoder().decode(head, { stream: !isWhole });
    const preview = previewCsv(text, { name, bytes: size }, isWhole);
    if (!preview.ok) throw new InputError(preview.fault);
    return preview.value;
  } finally {
    await file.close();
  }
}
