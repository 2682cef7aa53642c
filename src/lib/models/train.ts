/**
 * Trains an LSTM autoencoder by its recipe: Adam, random order from the seed, validation on the last share of the windows,
 * early stopping that restores the best weights. The network comes back with those weights in place.
 */
import type { EpochListener, ScaledSeries } from '../domain/ports';
import { createRandom, shuffledIndices } from '../domain/random';
import type { Recipe } from '../domain/recipe';
import { fail, ok, type Result } from '../domain/result';
import { tf, type tfl } from '../lstm/tensorflow';
import { gatherWindows, splitWindows } from './windows';

/** Losses per epoch, and the epoch whose weights were kept. */
export interface TrainingLosses {
  loss: number[];
  validationLoss: number[];
  bestEpoch: number;
}

const validationBatch = 256;

/** Trains in place. Fails with `training-diverged` when a loss is not finite and `too-little-healthy-data` without a window to fit. */
export async function trainAutoencoder(
  network: tfl.LayersModel,
  series: ScaledSeries,
  starts: Int32Array,
  recipe: Recipe,
  nowMs: () => number,
  onEpoch: EpochListener
): Promise<Result<TrainingLosses>> {
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
  const optimizer = tf.train.adam(train.learningRate, 0.9, 0.999, 1e-7);
  const random = createRandom(train.seed + 1);
  const losses: TrainingLosses = { loss: [], validationLoss: [], bestEpoch: 0 };
  let best = Infinity;
  let bestWeights: tf.Tensor[] = [];
  let diverged = false;
  for (let epoch = 0; epoch < train.maxEpochs; epoch++) {
    const startMs = nowMs();
    const order = shuffledIndices(fitted.length, random).map((index) => fitted[index]!);
    const loss = await fitEpoch(network, optimizer, series, order, recipe);
    const validationLoss = await meanLoss(network, series, validating, recipe);
    losses.loss.push(loss);
    losses.validationLoss.push(validationLoss);
    const seconds = (nowMs() - startMs) / 1000;
    await onEpoch({
      epoch: epoch + 1,
      loss,
      validationLoss,
      windowsPerSecond: (fitted.length + validating.length) / seconds
    });
    diverged = !Number.isFinite(loss) || !Number.isFinite(validationLoss);
    if (diverged) break;
    if (validationLoss < best - train.minGain) {
      best = validationLoss;
      losses.bestEpoch = epoch;
      tf.dispose(bestWeights);
      bestWeights = network.getWeights().map((weight) => weight.clone());
    } else if (epoch - losses.bestEpoch >= train.patience) break;
  }
  if (bestWeights.length > 0) network.setWeights(bestWeights);
  tf.dispose(bestWeights);
  optimizer.dispose();
  if (diverged)
    return fail('training-diverged', `epoch ${losses.loss.length}`, 'a loss that is not a number', 'a finite loss');
  return ok(losses);
}

/** One pass over the windows in the order given; returns the mean loss. It is read once, because reading drains a GPU. */
async function fitEpoch(
  network: tfl.LayersModel,
  optimizer: tf.Optimizer,
  series: ScaledSeries,
  order: Int32Array,
  recipe: Recipe
): Promise<number> {
  const batchLosses: tf.Tensor[] = [];
  const weights: number[] = [];
  for (let from = 0; from < order.length; from += recipe.train.batchSize) {
    const count = Math.min(recipe.train.batchSize, order.length - from);
    const loss = tf.tidy(() => {
      const x = toTensor(series, order, from, count, recipe.window.steps);
      return optimizer.minimize(() => reconstructionLoss(network, x, recipe), true)!;
    });
    batchLosses.push(loss);
    weights.push(count);
  }
  const stacked = tf.stack(batchLosses);
  const values = await stacked.data();
  tf.dispose([stacked, ...batchLosses]);
  return weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0) / order.length;
}

async function meanLoss(
  network: tfl.LayersModel,
  series: ScaledSeries,
  starts: Int32Array,
  recipe: Recipe
): Promise<number> {
  let sum = 0;
  for (let from = 0; from < starts.length; from += validationBatch) {
    const count = Math.min(validationBatch, starts.length - from);
    const loss = tf.tidy(() =>
      reconstructionLoss(network, toTensor(series, starts, from, count, recipe.window.steps), recipe)
    );
    sum += (await loss.data())[0]! * count;
    loss.dispose();
  }
  return sum / starts.length;
}

function toTensor(series: ScaledSeries, starts: Int32Array, from: number, count: number, steps: number): tf.Tensor3D {
  return tf.tensor3d(gatherWindows(series, starts, from, count, steps), [count, steps, series.channels]);
}

function reconstructionLoss(network: tfl.LayersModel, x: tf.Tensor3D, recipe: Recipe): tf.Scalar {
  const residual = tf.sub(x, network.apply(x, { training: true }) as tf.Tensor3D);
  return tf.mean(recipe.train.loss === 'mse' ? tf.square(residual) : tf.abs(residual));
}
