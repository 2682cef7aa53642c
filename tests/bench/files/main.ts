/** Measures the import of CSV text: against PapaParse in the same process, alternating, and by memory on a generated stream. */
import { parseArgs } from 'node:util';
import Papa from 'papaparse';
import { previewFiles, readFiles } from '$lib/ingest/files';
import { createRowReader } from '$lib/ingest/row-reader';
import { fileOf, type SourceFile } from '$lib/ingest/source-file';
import { importFiles } from '$lib/worker/import-file';
import { createMemoryRecords } from '../../support/memory-records';
import { createEndlessCsv } from '../../support/endless-csv';
import { createForgetfulHistory } from '../../support/forgetful-history';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '1000' }
  }
});
const [rows, runs, megabytes] = [values.rows, values.runs, values.megabytes].map(Number) as [number, number, number];
const nowMs = Date.UTC(2040, 0, 1);

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

async function timed(run: () => unknown): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

async function importWhole(file: SourceFile, expected: number, look = () => {}): Promise<void> {
  const previewed = await previewFiles([file], null, { nowMs, onProgress: look });
  if (!previewed.ok) throw new Error(JSON.stringify(previewed.fault));
  const { fileNames, plan, survey } = previewed.value.groups[0]!;
  if (expected > 0 && survey.accepted !== expected) throw new Error(`${survey.accepted} rows of ${expected}`);
  const imported = await importFiles(
    [file],
    { fileNames, plan, name: 'Pump' },
    {
      history: createForgetfulHistory(),
      records: createMemoryRecords(),
      onProgress: look,
      wallMs: () => nowMs,
      newId: () => 'pump',
      hold: async () => () => undefined
    }
  );
  if (!imported.ok) throw new Error(JSON.stringify(imported.fault));
}

async function gather(file: SourceFile): Promise<BlobPart[]> {
  const pieces: BlobPart[] = [];
  for await (const piece of file.pieces()) pieces.push(Uint8Array.from(piece));
  return pieces;
}

/** PapaParse alone, then ours, in turn; medians. */
async function compare(): Promise<void> {
  const blob = new Blob(await gather(createEndlessCsv(rows)));
  const text = await blob.text();
  const file = fileOf({ name: 'pump.csv', size: blob.size, slice: (from, to) => blob.slice(from, to) });
  const previewed = await previewFiles([file], null, { nowMs });
  if (!previewed.ok) throw new Error(JSON.stringify(previewed.fault));
  const { plan } = previewed.value.groups[0]!;
  const papa: number[] = [];
  const reading: number[] = [];
  const importing: number[] = [];
  for (let run = 0; run < runs; run++) {
    papa.push(await timed(() => void Papa.parse(text, { delimiter: ',' })));
    reading.push(
      await timed(async () => {
        const reader = createRowReader(plan);
        await readFiles([file], ['pump.csv'], plan, reader, () => void reader.takeBlocks());
        if (!reader.finish().ok) throw new Error('not read');
      })
    );
    importing.push(await timed(() => importWhole(file, rows)));
  }
  const [p, r, i] = [median(papa), median(reading), median(importing)];
  const figures = [
    `${rows} rows x 10 columns, ${(blob.size / 1e6).toFixed(0)} MB, median of ${runs}`,
    `PapaParse alone           ${p.toFixed(0)} ms`,
    `reading with all checks   ${r.toFixed(0)} ms, ${(r / p).toFixed(2)} x`,
    `preview, survey, import   ${i.toFixed(0)} ms, ${(i / p).toFixed(2)} x (stored into a history that only copies)`
  ];
  console.log(figures.join('\n'));
}

/** A stream that exists piece by piece only. */
async function measureMemory(): Promise<void> {
  const file = createEndlessCsv(Math.round(megabytes * 1e4));
  const held = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const baseBytes = held();
  let mostBytes = 0;
  // Asked between pieces: no timer runs while the stream is made in memory.
  const ms = await timed(() => importWhole(file, 0, () => void (mostBytes = Math.max(mostBytes, held()))));
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);
  console.log(
    `${mb(file.bytes)} MB as a stream: ${(ms / 1000).toFixed(1)} s, at most ${mb(mostBytes - baseBytes)} MB more than before`
  );
}

if (megabytes > 0) await measureMemory();
if (rows > 0) await compare();
