/** How far the CPU kernels are off the double-precision reference, beside TensorFlow.js's own kernels on the CPU. */
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { gatherWindows } from '$lib/lstm/autoencoder.reference';
import { describeParameters, type AutoencoderShape } from '$lib/lstm/shape';
import { tf, tfl } from '$lib/lstm/tensorflow/parts';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { loadKernels } from '../../support/kernels';
import { drawCase, largestDifference, scoreExactly } from '../../support/lstm-cases';

const shape: AutoencoderShape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };

test.each([1, 2, 3, 4, 5, 6])('no worse than four times the stock kernels, seed %i', async (seed) => {
  await tf.setBackend('cpu');
  const { steps, channels } = shape;
  const lstm = (returnSequences: boolean) =>
    tfl.layers.lstm({ units: 64, returnSequences, recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' });
  const model = tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [steps, channels] }),
      lstm(false),
      tfl.layers.repeatVector({ n: steps }),
      lstm(true),
      tfl.layers.dense({ units: channels })
    ]
  });
  const drawn = drawCase(shape, 17, seed);
  const { parameters, series, starts } = drawn;
  const stock = tf.tidy(() => {
    const weights = describeParameters(shape).map(({ offset, shape: sizes }) => {
      const length = sizes.reduce((product, size) => product * size, 1);
      return tf.tensor(parameters.slice(offset, offset + length), [...sizes]);
    });
    model.setWeights(weights);
    const windows = tf.tensor3d(Float32Array.from(gatherWindows(series, starts, steps)), [17, steps, channels]);
    return tf.slice(model.predict(windows) as tf.Tensor, [0, steps - 1, 0], [17, 1, channels]).dataSync();
  });
  model.dispose();
  const scorer = await (await createWasmEngine(loadKernels)).createScorer(shape, parameters);
  const { expected } = await scorer.score(series, starts, 'mae');
  const exact = scoreExactly(drawn, 'mae').expected;
  const ours = largestDifference(expected, exact);
  expect(ours).toBeLessThan(4 * largestDifference(stock as Float32Array, exact));
  expect(ours).toBeGreaterThan(0);
});
