/**
 * Trains an LSTM autoencoder by its recipe: random order from the seed, validation on the last share of the windows, early
 * stopping that keeps the best parameters. What computes is the engine's matter.
 */
import type { EpochListener, ScaledSeries } from '../domain/ports';
import { createRandom, shuffledIndices } from '../domain/random';
import type { Recipe, TrainRule } from '../domain/recipe';
import { fail, ok, type Result } from '../domain/result';
import { beginTraining, type LstmEngine, type TrainingRule } from '../lstm/engine';
import { describeShape, drawParameters } from './autoencoder';
import { splitWindows } from './windows';

/** What trained, the best parameters, losses per epoch, and the epoch whose parameters were kept. */
export interface Training {
  backend: string;
  parameters: Float32Array;
  loss: number[];
  validationLoss: number[];
  bestEpoch: number;
}

/** Fails with `training-diverged` when a loss is not finite and `too-little-healthy-data` without a window to fit. */
export async function trainAutoencoder(
  engine: LstmEngine,
  series: ScaledSeries,
  starts: Int32Array,
  recipe: Recipe,
  nowMs: () => number,
  onEpoch: EpochListener
): Promise<Result<Training>> {
  const { train, window } = recipe;
  const { fitted, validating } = splitWindows(starts, train.validationShare, window.steps);
  if (fitted.length === 0) {
    return fail(
      'too-little-healthy-data',
      'healthy range',
      `${starts.length} windows`,
      `more than ${2 * window.steps} windows`
    );
  }
  const shape = describeShape(recipe.model, window.steps, series.channels);
  const from = beginTraining(drawParameters(shape, train.seed));
  const trainer = await engine.createTrainer(shape, from, adamOf(train));
  const random = createRandom(train.seed + 1);
  const training: Training = {
    backend: engine.kind,
    parameters: from.parameters,
    loss: [],
    validationLoss: [],
    bestEpoch: 0
  };
  let best = Infinity;
  try {
    for (let epoch = 0; epoch < train.maxEpochs; epoch++) {
      const startMs = nowMs();
      const order = shuffledIndices(fitted.length, random).map((index) => fitted[index]!);
      const loss = meanLoss(await trainer.fit(series, order, train.batchSize), order.length, train.batchSize);
      const validationLoss = await trainer.evaluate(series, validating);
      training.loss.push(loss);
      training.validationLoss.push(validationLoss);
      const windowsPerSecond = (1000 * (fitted.length + validating.length)) / (nowMs() - startMs);
      await onEpoch({ epoch: epoch + 1, loss, validationLoss, windowsPerSecond });
      if (!Number.isFinite(loss) || !Number.isFinite(validationLoss)) {
        return fail('training-diverged', `epoch ${epoch + 1}`, 'a loss that is not a number', 'a finite loss');
      }
      if (validationLoss < best - train.minGain) {
        best = validationLoss;
        training.bestEpoch = epoch;
        training.parameters = (await trainer.save()).parameters;
      } else if (epoch - training.bestEpoch >= train.patience) break;
    }
    return ok({ ...training, backend: trainer.kind ?? engine.kind });
  } finally {
    trainer.dispose();
  }
}

/** Adam with the moments' usual decays and the ε of Keras. */
function adamOf({ loss, learningRate, clipNorm }: TrainRule): TrainingRule {
  return { loss, learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, clipNorm: clipNorm ?? null };
}

/** Mean over the windows; the last batch may be smaller. */
function meanLoss(losses: Float32Array, count: number, batchSize: number): number {
  return losses.reduce((sum, loss, i) => sum + loss * Math.min(batchSize, count - i * batchSize), 0) / count;
}
