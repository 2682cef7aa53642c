/**
 * What the files' thread does when asked. Wires ingest, stages and databases; contains no arithmetic. What only some calls
 * need (a file format, the simulator, metrics) is loaded when it is asked for: this thread is part of the first page.
 */
import type { ChartRequest, FilesApi } from '../bridge/files-api';
import type { Channel } from '../domain/channel';
import type { History, Records } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';
import { fail, ok } from '../domain/result';
import type { ScoreBlock } from '../domain/score';
import { buildChartSlice } from '../history/envelope';
import { proposeHealthyRange } from '../prepare/healthy';
import { guard } from './guard';
import { importLock, trainingLock, whenFree } from './locks';

const sampleId = 'sample-pump';
/** Recordings up to this many rows stay in memory while they are looked at; larger ones are read from the disk per slice. */
const cachedRows = 500_000;

/** A line on a chart breaks where rows are further apart than this many steps. */
const chartGapSteps = 3;

/** Readings and scores of the recording looked at last, when it had so many rows on record. */
interface Looked {
  assetId: string;
  rows: number;
  modelId: string | null;
  blocks: ReadingBlock[];
  scores: ScoreBlock[];
}

/** Creates the files' calls over one thread's databases. */
export function createFilesHost(history: History, records: Records, wallMs: () => number): Omit<FilesApi, 'live'> {
  let looked: Looked | null = null;

  async function read(
    request: Pick<ChartRequest, 'assetId' | 'modelId'>,
    rows: number,
    fromMs?: number,
    toMs?: number
  ): Promise<Looked> {
    const { assetId, modelId } = request;
    const [blocks, scores] = await Promise.all([
      history.readReadings(assetId, fromMs, toMs),
      modelId === null ? [] : history.readScores(assetId, modelId, fromMs, toMs)
    ]);
    return { assetId, rows, modelId, blocks, scores };
  }

  async function look(request: ChartRequest, rows: number): Promise<Looked> {
    const { assetId, modelId } = request;
    if (looked?.assetId === assetId && looked.modelId === modelId && looked.rows === rows) return looked;
    if (rows > cachedRows) return read(request, rows, request.fromMs, request.toMs);
    looked = await read(request, rows);
    return looked;
  }

  return {
    preview: (files, names, wish) =>
      guard('preview', async () => {
        const [{ previewFiles }, { fileOf }] = await Promise.all([
          import('../ingest/files'),
          import('../ingest/source-file')
        ]);
        return previewFiles(files.map(fileOf), names, { wish, nowMs: wallMs() });
      }),

    importFiles: (files, job, onProgress) =>
      guard('import', async () => {
        const [{ importFiles }, { fileOf }] = await Promise.all([
          import('./import-file'),
          import('../ingest/source-file')
        ]);
        const newId = () => crypto.randomUUID();
        // While its lock is held, another tab's sweep leaves a pump alone.
        const hold = (id: string) => holdLock(importLock(id));
        return importFiles(files.map(fileOf), job, { history, records, onProgress, wallMs, newId, hold });
      }),

    importSample: () =>
      guard('sample', () =>
        navigator.locks.request(importLock(sampleId), async () => {
          if (await records.asset(sampleId)) return ok(sampleId);
          await history.deleteAsset(sampleId);
          const { sampleSeed, simulateSamplePump } = await import('../simulate/sample');
          const { block, channels, stepMs } = simulateSamplePump({ seed: sampleSeed, assetId: sampleId });
          await history.appendReadings([block]);
          await records.addAsset(
            {
              id: sampleId,
              name: 'Sample pump',
              createdMs: wallMs(),
              source: 'sample',
              channels,
              rows: block.t.length,
              t0Ms: block.t[0]!,
              t1Ms: block.t.at(-1)!,
              stepMs,
              rejectedRows: 0,
              activeModelId: null
            },
            []
          );
          return ok(sampleId);
        })
      ),

    chart: (request) =>
      guard('chart', async () => {
        const asset = await records.asset(request.assetId);
        if (!asset) return fail('not-found', 'pump', request.assetId, 'a pump on this device');
        const { blocks, scores } = await look(request, asset.rows);
        const { fromMs, toMs, points } = request;
        const maxGapMs = chartGapSteps * asset.stepMs;
        return ok(buildChartSlice({ blocks, scores, channels: asset.channels, fromMs, toMs, points, maxGapMs }));
      }),

    proposeHealthy: (assetId, rule) =>
      guard('propose', async () => proposeHealthyRange(await history.readReadings(assetId), rule)),

    compareLabels: (assetId, modelId) =>
      guard('compare', async () => {
        const [asset, models] = await Promise.all([records.asset(assetId), records.models(assetId)]);
        const model = models.find(({ id }) => id === modelId);
        if (!asset || !model) return fail('not-found', 'model', modelId, 'a model of this pump');
        const labels = asset.channels.filter((channel: Channel) => channel.role === 'label').map(({ name }) => name);
        if (labels.length === 0) return ok([]);
        const [{ blocks, scores }, findings] = await Promise.all([
          read({ assetId, modelId }, NaN),
          records.findings(assetId, modelId)
        ]);
        const { compareLabels } = await import('../evaluate/labels');
        return ok(compareLabels({ blocks, scores, findings, labels, training: model.manifest.training }));
      }),

    deleteAsset: (assetId) =>
      guard('delete', () =>
        // Under the import's lock, so that the sample pump is never made anew while it is being deleted.
        navigator.locks.request(importLock(assetId), async () => {
          looked = null;
          // The record first: if the rest fails, the readings are leftovers that the next sweep deletes.
          await records.deleteAsset(assetId);
          await history.deleteAsset(assetId);
          return ok(null);
        })
      ),

    deleteModel: (assetId, modelId) =>
      guard('delete', async () => {
        looked = null;
        await records.deleteModel(modelId);
        await history.deleteScores(assetId, modelId);
        return ok(null);
      }),

    sweep: () =>
      guard('sweep', async () => {
        let leftovers = 0;
        for (const assetId of await history.assetIds()) {
          leftovers += await whenFree(importLock(assetId), async () => {
            if (await records.asset(assetId)) return 0;
            await history.deleteAsset(assetId);
            return 1;
          });
          leftovers += await whenFree(trainingLock(assetId), async () => {
            const known = new Set((await records.models(assetId)).map(({ id }) => id));
            const orphans = (await history.scoredModelIds(assetId)).filter((modelId) => !known.has(modelId));
            for (const modelId of orphans) await history.deleteScores(assetId, modelId);
            return orphans.length;
          });
        }
        return ok(leftovers);
      }),

    qualityReport: (assetId) =>
      guard('quality', async () => {
        const { reportQuality } = await import('./quality-report');
        return reportQuality(history, records, assetId);
      })
  };
}

/** Takes a lock; what it resolves to lets go of it. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((held, refused) => {
    const hold = () => new Promise<void>((release) => held(release));
    navigator.locks.request(name, hold).catch(refused);
  });
}
