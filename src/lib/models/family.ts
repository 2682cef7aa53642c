/** The LSTM autoencoders of the current TensorFlow.js backend, behind the `DetectorFamily` port. */
import type { Manifest } from '../domain/manifest';
import type { Detector, DetectorFamily } from '../domain/ports';
import { fail, ok, type Result } from '../domain/result';
import { buildAutoencoder, describeWeights, readWeights, seedAutoencoder, writeWeights } from './autoencoder';
import { hashBytes } from './hash';
import { createNetworkDetector } from './score';
import { trainAutoencoder } from './train';

/** Creates the family. `backend` is the name reports carry; `nowMs` times epochs. */
export function createAutoencoderFamily(backend: string, nowMs: () => number): DetectorFamily {
  return {
    backend,

    async train(series, starts, recipe, onEpoch) {
      const network = buildAutoencoder(recipe.model, recipe.window.steps, series.channels);
      seedAutoencoder(network, recipe.train.seed);
      const losses = await trainAutoencoder(network, series, starts, recipe, nowMs, onEpoch);
      if (!losses.ok) {
        network.dispose();
        return losses;
      }
      const weights = await readWeights(network.getWeights());
      return ok({
        ...losses.value,
        detector: createNetworkDetector(network, recipe.score, recipe.window.steps, series.channels),
        weights,
        weightsSha256: await hashBytes([weights]),
        tensors: describeWeights(network)
      });
    },

    load(manifest: Manifest, weights: Float32Array): Result<Detector> {
      const { recipe, channels } = manifest;
      const network = buildAutoencoder(recipe.model, recipe.window.steps, channels.length);
      const found = shapes(describeWeights(network));
      const expected = shapes(manifest.weights.tensors);
      if (found !== expected) {
        network.dispose();
        return fail('bad-model', 'weights', expected, found);
      }
      writeWeights(network, weights);
      return ok(createNetworkDetector(network, recipe.score, recipe.window.steps, channels.length));
    }
  };
}

/** Shapes alone: layer names count up within a session and say nothing. */
function shapes(tensors: { shape: number[] }[]): string {
  return tensors.map(({ shape }) => shape.join('×')).join(' ');
}
