/**
 * The other flow: from a healthy range to a model.
 *
 *   ReadingBlock[] ─range→ prepare (fit) → windows ─family→ detector ─healthy scores→ threshold → manifest
 *
 * Nothing outside the range, no label and no clock reaches it.
 */
import type { Channel } from '../domain/channel';
import type { Golden, Manifest, ModelArtifact, Threshold } from '../domain/manifest';
import type { Detector, DetectorFamily, EpochListener } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';
import type { Recipe } from '../domain/recipe';
import { fail, ok, type Result } from '../domain/result';
import { ScoreStatus } from '../domain/score';
import { createFindingTracker } from '../detect/findings';
import { fitThreshold } from '../detect/threshold';
import { joinBlocks, medianStepMs, sliceBlock, type TimeRange } from '../prepare/blocks';
import { createPreparation, fitPreparation, type PreparedRows } from '../prepare/preparation';
import { scoreRows } from './monitor';

/** What to learn from. `stamp` is what only a host can know. */
export interface LearnRequest {
  blocks: ReadingBlock[];
  channels: Pick<Channel, 'name' | 'unit'>[];
  recipe: Recipe;
  range: TimeRange;
  family: DetectorFamily;
  stamp: { id: string; assetName: string; createdMs: number; codeVersion: string };
  /** SHA-256 of the arrays' bytes, hex; a stage has no crypto of its own. */
  hash: (arrays: (Float32Array | Float64Array)[]) => Promise<string>;
  nowMs: () => number;
  onEpoch: EpochListener;
}

/** The model as it is kept, and its detector, ready to score. The caller disposes the detector. */
export interface LearnedModel {
  artifact: ModelArtifact;
  detector: Detector;
}

const goldenWindows = 6;
/** Relative: single precision over some hundred steps, on another backend, stays well below it; a wrong weight does not. */
const goldenTolerance = 1e-3;

/** Trains a model on the range. Fails where the range is too short for windows, the loss diverges or no threshold can be set. */
export async function learnModel(request: LearnRequest): Promise<Result<LearnedModel>> {
  const { blocks, recipe, range, family, stamp, nowMs } = request;
  const block = joinBlocks(blocks.map((each) => sliceBlock(each, range)));
  // The range's own step: what comes after it must not decide what a gap in it is.
  const stepMs = medianStepMs([block]);
  // A sensor that gave nothing on the whole range would leave every window without a score.
  const present = request.channels.filter(({ name }) =>
    block.columns[block.channels.indexOf(name)]?.some(Number.isFinite)
  );
  const { channels, rows } = fitPreparation([block], recipe.prepare, present, stepMs, range);
  const healthy = createPreparation({ recipe, channels, stepMs }).push(block);
  const least = 4 * recipe.window.steps;
  if (healthy.starts.length < least) {
    const broken = healthy.status.filter(
      (status) => status === ScoreStatus.missingValue || status === ScoreStatus.gap
    ).length;
    const found = `${healthy.starts.length} whole windows in ${rows} rows, ${broken} of them at a gap or a missing value`;
    return fail('too-little-healthy-data', 'healthy range', found, `at least ${least} whole windows`);
  }

  const startMs = nowMs();
  const trained = await family.train(healthy.series, healthy.starts, recipe, request.onEpoch);
  if (!trained.ok) return trained;
  const { detector, backend, weights, weightsSha256, tensors, loss, validationLoss, bestEpoch } = trained.value;
  const seconds = (nowMs() - startMs) / 1000;

  const threshold = await judgeHealthy({ ...stamp, recipe, channels, stepMs }, detector, healthy);
  if (!threshold.ok) {
    detector.dispose();
    return threshold;
  }
  const manifest: Manifest = {
    format: 1,
    id: stamp.id,
    assetName: stamp.assetName,
    createdMs: stamp.createdMs,
    recipe,
    channels,
    stepMs,
    threshold: threshold.value,
    training: {
      ...range,
      rows,
      windows: healthy.starts.length,
      loss,
      validationLoss,
      bestEpoch,
      seconds,
      backend,
      codeVersion: stamp.codeVersion,
      dataSha256: await request.hash([block.t, ...columnsOf(block, request.channels)])
    },
    weights: { sha256: weightsSha256, tensors }
  };
  const golden = await drawGolden(detector, healthy);
  return ok({ artifact: { manifest, weights, golden }, detector });
}

/** The columns of the channels asked for that the block has, in their order. */
function columnsOf({ channels, columns }: ReadingBlock, asked: Pick<Channel, 'name'>[]): Float32Array[] {
  return asked.flatMap(({ name }) => columns[channels.indexOf(name)] ?? []);
}

/** Sets the threshold on the healthy windows and counts the findings they would have raised themselves. */
async function judgeHealthy(
  model: Pick<Manifest, 'id' | 'recipe' | 'channels' | 'stepMs'>,
  detector: Detector,
  healthy: PreparedRows
): Promise<Result<Threshold>> {
  const scores = await scoreRows('', model, detector, healthy);
  const value = fitThreshold(scores.score, model.recipe.threshold);
  if (!value.ok) return value;
  const { id: modelId, recipe, channels, stepMs } = model;
  const tracker = createFindingTracker({
    assetId: '',
    modelId,
    rule: recipe.findings,
    threshold: value.value,
    channels
  });
  tracker.push(scores, healthy.seen);
  const healthyWindows = healthy.starts.length;
  return ok({
    value: value.value,
    healthyWindows,
    healthyFindings: tracker.all().length,
    healthyMs: healthyWindows * recipe.window.stride * stepMs
  });
}

/** Keeps a few healthy windows, evenly spread, with the scores they got. */
async function drawGolden(detector: Detector, healthy: PreparedRows): Promise<Golden> {
  const { series, starts } = healthy;
  const spread = Int32Array.from(
    { length: goldenWindows },
    (_, i) => starts[Math.floor((i * (starts.length - 1)) / (goldenWindows - 1))]!
  );
  const { score } = await detector.score(series, spread);
  const size = detector.steps * series.channels;
  const windows = Array.from(spread).flatMap((start) =>
    Array.from(series.values.subarray(start * series.channels, start * series.channels + size))
  );
  return { windows, scores: Array.from(score), tolerance: goldenTolerance };
}
