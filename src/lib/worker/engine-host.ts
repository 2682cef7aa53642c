/** What the engine's thread does when asked: wires history, stages and models, and stores the outcome. No arithmetic. */
import type { EngineApi } from '../bridge/engine-api';
import type { Asset } from '../domain/asset';
import type { Precision, TrainingProgress } from '../domain/engine';
import type { ModelArtifact } from '../domain/manifest';
import type { Detector, DetectorFamily, History, Records } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';
import { fail, ok, type Result } from '../domain/result';
import { checkGolden, labelPrecision } from '../models/artifact';
import { chooseEngine, type ChosenEngine, type DeviceHost } from '../models/device';
import { createAutoencoderFamily } from '../models/family';
import { hashBytes } from '../models/hash';
import { parseRecipe } from '../models/recipe';
import { learnModel } from '../monitor/learn';
import { createMonitor } from '../monitor/monitor';
import { guard } from './guard';
import { trainingLock } from './locks';
import { loadShipped } from './shipped';

/** What a thread gives its engine. */
export interface EngineHost extends Omit<DeviceHost, 'onLost'> {
  history: History;
  records: Records;
  /** Wall clock, ms; only stamps models. */
  wallMs: () => number;
  codeVersion: string;
}

/** Rows scored between two progress messages. */
const scoringRows = 16384;
const idle: Omit<TrainingProgress, 'phase' | 'done'> = {
  epoch: 0,
  maxEpochs: 0,
  loss: NaN,
  validationLoss: NaN,
  windowsPerSecond: NaN,
  secondsLeft: NaN
};

/** Creates the engine's calls over one thread's host. */
export function createEngineHost(host: EngineHost): Omit<EngineApi, 'live'> {
  const { history, records } = host;
  let chosen: ChosenEngine | null = null;

  function family(precision?: Precision): Result<DetectorFamily> {
    if (!chosen) return fail('no-backend', 'engine', 'not started', 'a backend that passed its self-test');
    return ok(createAutoencoderFamily(chosen.engine, host.now, precision));
  }

  return {
    start: (choice, onChange) =>
      guard('start', async () => {
        const onLost: DeviceHost['onLost'] = (reason, now) => {
          if (!chosen) return;
          chosen = { ...chosen, status: { ...chosen.status, ...now, lost: reason } };
          onChange(chosen.status);
        };
        const found = await chooseEngine(choice, { ...host, onLost });
        if (!found.ok) return found;
        chosen = found.value;
        return ok(chosen.status);
      }),

    train: (request, onProgress) =>
      alone('train', request.assetId, async () => {
        onProgress({ ...idle, phase: 'starting', done: 0 });
        const recipe = parseRecipe(request.recipe);
        if (!recipe.ok) return recipe;
        const detectors = family(request.precision);
        if (!detectors.ok) return detectors;
        const { train } = recipe.value;
        const asset = await records.asset(request.assetId);
        if (!asset) return fail('not-found', 'pump', request.assetId, 'a pump on this device');
        const blocks = await history.readReadings(asset.id);
        const range = { t0Ms: request.t0Ms, t1Ms: request.t1Ms };
        const readings = asset.channels.filter(
          ({ name, role }) => role === 'reading' && !request.leaveOut.includes(name)
        );
        const startMs = host.now();
        const learned = await learnModel({
          blocks,
          channels: readings,
          recipe: recipe.value,
          range,
          family: detectors.value,
          stamp: {
            id: crypto.randomUUID(),
            assetName: asset.name,
            createdMs: host.wallMs(),
            codeVersion: host.codeVersion
          },
          hash: hashBytes,
          nowMs: host.now,
          onEpoch: ({ epoch, loss, validationLoss, windowsPerSecond }) => {
            onProgress({
              phase: 'training',
              epoch,
              maxEpochs: train.maxEpochs,
              loss,
              validationLoss,
              windowsPerSecond,
              // At most: early stopping usually ends it sooner.
              secondsLeft: ((host.now() - startMs) / 1000 / epoch) * (train.maxEpochs - epoch),
              done: (0.8 * epoch) / train.maxEpochs
            });
            return host.pause();
          }
        });
        if (!learned.ok) return learned;
        const { artifact, detector } = learned.value;
        return scoreAndStore(asset, blocks, labelPrecision(artifact), detector, onProgress);
      }),

    applyShipped: (assetId, modelName, onProgress) =>
      alone('apply', assetId, async () => {
        onProgress({ ...idle, phase: 'starting', done: 0 });
        const detectors = family();
        if (!detectors.ok) return detectors;
        const shipped = await loadShipped(modelName);
        if (!shipped.ok) return shipped;
        const asset = await records.asset(assetId);
        if (!asset) return fail('not-found', 'pump', assetId, 'a pump on this device');
        const detector = await detectors.value.load(shipped.value.manifest, shipped.value.weights);
        if (!detector.ok) return detector;
        const golden = await checkGolden(detector.value, shipped.value.golden);
        if (!golden.ok) {
          detector.value.dispose();
          return golden;
        }
        return scoreAndStore(asset, await history.readReadings(assetId), shipped.value, detector.value, onProgress);
      })
  };

  /** Scores the whole recording, then stores scores first and the model last: from that moment on it exists. */
  async function scoreAndStore(
    asset: Asset,
    blocks: ReadingBlock[],
    artifact: ModelArtifact,
    detector: Detector,
    onProgress: (progress: TrainingProgress) => void
  ): Promise<Result<string>> {
    try {
      const monitor = createMonitor({ assetId: asset.id, manifest: artifact.manifest, detector });
      const total = blocks.reduce((sum, { t }) => sum + t.length, 0);
      let rows = 0;
      for (const block of cutBlocks(blocks)) {
        const { scores } = await monitor.push(block);
        await history.appendScores([scores]);
        rows += block.t.length;
        onProgress({ ...idle, phase: 'scoring', done: 0.8 + (0.2 * rows) / total });
      }
      onProgress({ ...idle, phase: 'storing', done: 1 });
      const now = await records.asset(asset.id);
      if (now?.createdMs !== asset.createdMs) {
        // Deleted meanwhile, or, like the sample pump, deleted and made anew.
        await history.deleteScores(asset.id, artifact.manifest.id);
        return fail('not-found', 'pump', asset.id, 'the pump that was scored');
      }
      await records.addModel(asset.id, artifact, monitor.findings(), monitor.state());
      return ok(artifact.manifest.id);
    } catch (error) {
      await history.deleteScores(asset.id, artifact.manifest.id).catch(() => undefined); // the first error is the one to tell
      throw error;
    } finally {
      detector.dispose();
    }
  }
}

/** Runs a job under the pump's training lock, so that no sweep mistakes its scores for leftovers. */
function alone(where: string, assetId: string, run: () => Promise<Result<string>>): Promise<Result<string>> {
  return navigator.locks.request(trainingLock(assetId), () => guard(where, run));
}

/** The same rows in blocks of at most `scoringRows`. */
function* cutBlocks(blocks: ReadingBlock[]): Generator<ReadingBlock> {
  for (const block of blocks) {
    for (let from = 0; from < block.t.length; from += scoringRows) {
      const to = Math.min(from + scoringRows, block.t.length);
      yield {
        ...block,
        t: block.t.subarray(from, to),
        columns: block.columns.map((column) => column.subarray(from, to)),
        quality: block.quality.map((column) => column.subarray(from, to))
      };
    }
  }
}
