/** Readings with structure in them, written as CSV, for the tests of the import. */
import type { Delimiter, ImportPlan, TimeFormat } from '$lib/domain/import-plan';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { createCsvReader } from '$lib/ingest/csv/reader';
import type { ReadSummary } from '$lib/ingest/csv/row-reader';

export const t0Ms = Date.UTC(2020, 2, 9, 10, 14, 33);

/** A 1 Hz recording of a ramp, a step and a sine, with a verdict over the second half of the step. */
export const recording = Array.from({ length: 240 }, (_, i) => ({
  tMs: t0Ms + i * 1000,
  ramp: i * 0.25,
  step: i < 120 ? 1.5 : -2.75,
  sine: Number((50 + 10 * Math.sin(i / 20)).toFixed(4)),
  anomaly: i >= 180 ? 1 : 0
}));

export const header = ['datetime', 'ramp', 'step', 'sine', 'anomaly'];

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

export function planFor(delimiter: Delimiter = ',', timeFormat: TimeFormat = 'iso'): ImportPlan {
  const channels = header.map((name, index) => {
    const role = index === 0 ? 'ignored' : name === 'anomaly' ? 'label' : 'reading';
    return { name, unit: '', role } as const;
  });
  return { delimiter, timeColumn: 0, timeFormat, channels };
}

/** Reads pieces of text to the end; throws on a fault. `blocks` are all blocks in order, those of `push` first. */
export function readAll(
  pieces: string[],
  plan: ImportPlan,
  options?: { blockRows?: number; maxRejected?: number }
): ReadSummary {
  const reader = createCsvReader(plan, 'pump-1', options);
  const blocks = pieces.flatMap((piece) => reader.push(piece));
  const finished = reader.finish();
  if (!finished.ok) throw new Error(JSON.stringify(finished.fault));
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
