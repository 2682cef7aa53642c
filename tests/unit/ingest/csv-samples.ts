/** Readings with structure in them, written as CSV, for the tests of the import. */
import type { Answers, Delimiter, ImportPlan, ImportPreview, PlanWish, TimeFormat } from '$lib/domain/import-plan';
import type { ReadingBlock } from '$lib/domain/reading-block';
import type { Result } from '$lib/domain/result';
import { createByteReader } from '$lib/ingest/csv/byte-reader';
import { readFiles } from '$lib/ingest/files';
import { previewFile } from '$lib/ingest/preview';
import { createRowReader, type ReadOptions, type ReadSummary } from '$lib/ingest/row-reader';
import { fileOf, type SourceFile } from '$lib/ingest/source-file';

export const t0Ms = Date.UTC(2020, 2, 9, 10, 14, 33);

/** A 1 Hz recording of a ramp, a step and a sine, with a verdict over the second half of the step. */
export const recording = Array.from({ length: 240 }, (_, i) => ({
  tMs: t0Ms + i * 1000,
  ramp: i * 0.25,
  step: i < 120 ? 1.5 : -2.75,
  sine: Number((50 + 10 * Math.sin(i / 20)).toFixed(4)),
  anomaly: i >= 180 ? 1 : 0
}));

const header = ['datetime', 'ramp', 'step', 'sine', 'anomaly'];

/** `YYYY-MM-DD hh:mm:ss`, without a zone. */
export const stamp = (tMs: number): string => new Date(tMs).toISOString().slice(0, 19).replace('T', ' ');

/** The recording as text; `writeTime` writes the time column. */
export function writeRecording(
  delimiter: Delimiter = ',',
  lineEnd = '\n',
  writeTime: (tMs: number) => string = stamp
): string {
  const rows = recording.map((r) => [writeTime(r.tMs), r.ramp, r.step, r.sine, r.anomaly].join(delimiter));
  return [header.join(delimiter), ...rows, ''].join(lineEnd);
}

export function planFor(delimiter: Delimiter = ',', format: TimeFormat = 'iso'): ImportPlan {
  const channels = header.map((name, column) => {
    const role = column === 0 ? 'ignored' : name === 'anomaly' ? 'label' : 'reading';
    return { name, unit: '', role, column, tag: null, mappedTo: null, factor: 1, offset: 0, sentinels: [] } as const;
  });
  return {
    format: 'csv',
    encoding: 'utf-8',
    delimiter,
    decimal: '.',
    grouping: '',
    sheet: null,
    headerLine: 1,
    unitsLine: null,
    dataLine: 2,
    width: channels.length,
    time: {
      column: 0,
      clockColumn: null,
      format,
      zone: 'UTC',
      doubledHour: 'by-order',
      rowMs: 3_600_000,
      order: 'rising'
    },
    layout: 'wide',
    tagColumn: null,
    valueColumn: null,
    assetColumn: null,
    channels: channels.map((channel) => ({ ...channel, sentinels: [] })),
    questions: []
  };
}

/** A plan with one more column that is not imported. */
export function withNote(plan: ImportPlan): ImportPlan {
  const note = { ...plan.channels[1]!, name: 'note', role: 'ignored' as const, column: plan.width };
  return { ...plan, width: plan.width + 1, channels: [...plan.channels, note] };
}

/** A reader of text in pieces, cut anywhere; each is read as the bytes it is in UTF-8. */
export function createTextReader(plan: ImportPlan, options?: ReadOptions) {
  const rows = createRowReader(plan, options);
  const bytes = createByteReader(plan, rows);
  const encoder = new TextEncoder();
  return {
    rows,
    push(text: string): ReadingBlock[] {
      bytes.push(encoder.encode(text));
      return rows.takeBlocks();
    },
    finish(): Result<ReadSummary> {
      bytes.finish();
      return rows.finish();
    }
  };
}

/** Reads pieces of text to the end; throws on a fault. `blocks` are all blocks in order, those of `push` first. */
export function readAll(pieces: string[], plan: ImportPlan, options?: ReadOptions): ReadSummary {
  const reader = createTextReader(plan, options);
  const blocks = pieces.flatMap((piece) => reader.push(piece));
  const finished = reader.finish();
  if (!finished.ok) throw new Error(JSON.stringify(finished.fault));
  return { ...finished.value, blocks: [...blocks, ...finished.value.blocks] };
}

/** A file in memory, of text in UTF-8 or of any bytes. */
export function fileWith(content: string | Uint8Array, name = 'pump.csv'): SourceFile {
  const blob = new Blob([typeof content === 'string' ? content : Uint8Array.from(content)]);
  return fileOf({ name, size: blob.size, slice: (from, to) => blob.slice(from, to) });
}

/** Long after every stamp of these tests. */
export const nowMs = Date.UTC(2030, 0, 1);

/** Previews one file; throws on a fault. */
export async function previewOf(content: string | Uint8Array, wish?: PlanWish, name?: string): Promise<ImportPreview> {
  const previewed = await previewFile(fileWith(content, name), { nowMs, wish: wish ?? null });
  if (!previewed.ok) throw new Error(JSON.stringify(previewed.fault));
  return previewed.value;
}

/** Imports a file under these answers, as the page does; throws where a question is open. */
export async function readFileWith(content: string | Uint8Array, answers: Answers = {}): Promise<ReadSummary> {
  const { plan } = await previewOf(content, { answers });
  const reader = createRowReader(plan);
  const blocks: ReadingBlock[] = [];
  const file = fileWith(content);
  const read = await readFiles([file], [file.name], plan, reader, () => void blocks.push(...reader.takeBlocks()));
  const finished = reader.finish();
  if (!read.ok || !finished.ok) throw new Error(JSON.stringify({ read, finished }));
  return { ...finished.value, blocks: [...blocks, ...finished.value.blocks] };
}

/** One channel, or `t`, of all blocks in one array. */
export function gather(blocks: ReadingBlock[], channel: string): number[] {
  return blocks.flatMap((block) =>
    Array.from(channel === 't' ? block.t : block.columns[block.channels.indexOf(channel)]!)
  );
}

/** The quality codes of one channel of all blocks. */
export function gatherQuality(blocks: ReadingBlock[], channel: string): number[] {
  return blocks.flatMap((block) => Array.from(block.quality[block.channels.indexOf(channel)]!));
}
