/**
 * The network of an LSTM autoencoder from its rule: encoder LSTMs, an optional dense latent layer, RepeatVector, decoder
 * LSTMs, a dense head per step. Built from TensorFlow.js's own layers; knows nothing of training or scores.
 */
import type { ModelRule } from '../domain/recipe';
import { createRandom } from '../domain/random';
import { tf, tfl } from '../lstm/tensorflow';
import { glorotUniform, lstmBias, orthogonal } from './initial-weights';

/** Builds the network for windows `[batch, steps, channels]`. The caller disposes it. */
export function buildAutoencoder(rule: ModelRule, steps: number, channels: number): tfl.LayersModel {
  const network = tfl.sequential();
  const lstm = (units: number, returnSequences: boolean, inputShape?: [number, number]) =>
    tfl.layers.lstm({
      units,
      returnSequences,
      recurrentActivation: 'sigmoid',
      // Zero initialisers are cheap; `seedAutoencoder` or a stored model sets the real weights.
      kernelInitializer: 'zeros',
      recurrentInitializer: 'zeros',
      ...(inputShape ? { inputShape } : {})
    });
  rule.encoder.forEach((units, i) =>
    network.add(lstm(units, i < rule.encoder.length - 1, i === 0 ? [steps, channels] : undefined))
  );
  if (rule.latent !== null) network.add(tfl.layers.dense({ units: rule.latent, kernelInitializer: 'zeros' }));
  network.add(tfl.layers.repeatVector({ n: steps }));
  for (const units of rule.decoder) network.add(lstm(units, true));
  network.add(tfl.layers.dense({ units: channels, kernelInitializer: 'zeros' }));
  return network;
}

/** Sets the initial weights from the seed: the same numbers on every backend. */
export function seedAutoencoder(network: tfl.LayersModel, seed: number): void {
  const random = createRandom(seed);
  tf.tidy(() => {
    network.setWeights(
      network.getWeights().map(({ shape }, i) => {
        const name = network.weights[i]!.originalName;
        if (name.endsWith('bias')) {
          const isLstm = network.weights[i - 1]?.originalName.endsWith('recurrent_kernel');
          return tf.tensor(isLstm ? lstmBias(shape[0]! / 4) : new Float32Array(shape[0]!), shape);
        }
        const isRecurrent = name.endsWith('recurrent_kernel');
        return tf.tensor(
          isRecurrent ? orthogonal(shape[0]!, random) : glorotUniform(shape[0]!, shape[1]!, random),
          shape
        );
      })
    );
  });
}

/** Names and shapes of the weights in the order of `readWeights`. */
export function describeWeights(network: tfl.LayersModel): { name: string; shape: number[] }[] {
  return network.weights.map(({ originalName, shape }) => ({ name: originalName, shape: shape as number[] }));
}

/** Copies weights off the device into one flat array. */
export async function readWeights(weights: tf.Tensor[]): Promise<Float32Array> {
  const parts = await Promise.all(weights.map((weight) => weight.data() as Promise<Float32Array>));
  const flat = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    flat.set(part, offset);
    offset += part.length;
  }
  return flat;
}

/** Writes flat weights into the network; the length must match. */
export function writeWeights(network: tfl.LayersModel, flat: Float32Array): void {
  tf.tidy(() => {
    let offset = 0;
    network.setWeights(
      network.getWeights().map(({ shape, size }) => tf.tensor(flat.slice(offset, (offset += size)), shape))
    );
  });
}
