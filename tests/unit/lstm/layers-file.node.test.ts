/** A model in TensorFlow.js's own format, read back by its stock layers. */
import { expect, test } from 'vitest';
import { measureErrors, gatherWindows, runAutoencoder } from '$lib/lstm/autoencoder.reference';
import { writeLayersModel } from '$lib/lstm/tensorflow/layers-file';
import { tf, tfl } from '$lib/lstm/tensorflow/parts';
import { drawCase, largestDifference } from '../../support/lstm-cases';

test('stock layers reconstruct from the files what the reference does', async () => {
  const shape = { steps: 5, channels: 3, encoder: [6, 5], latent: 4, decoder: [7] };
  const { parameters, series, starts } = drawCase(shape, 4, 8);
  const { json, weights } = await writeLayersModel(shape, parameters, 'weights.bin');
  const { modelTopology, weightsManifest } = JSON.parse(json);
  expect(weightsManifest[0].paths).toEqual(['weights.bin']);
  expect(weights.length).toBe(4 * parameters.length);
  await tf.setBackend('cpu');
  const model = await tfl.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData: weights.slice().buffer })
  );
  const windows = gatherWindows(series, starts, shape.steps);
  const output = tf.tidy(() =>
    (model.predict(tf.tensor3d(Float32Array.from(windows), [4, 5, 3])) as tf.Tensor).dataSync()
  );
  model.dispose();
  const exact = runAutoencoder(shape, new Float64Array(parameters), windows).reconstruction;
  expect(largestDifference(output as Float32Array, exact)).toBeLessThan(2e-5);
  expect(measureErrors(shape, windows, exact, 'mae').score.every((score) => score > 0.1)).toBe(true);
});
