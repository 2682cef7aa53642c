/** What TensorFlow.js's own layers on the CPU make of windows: the measure of how far off single precision may be. */
import { gatherWindows } from '$lib/lstm/autoencoder.reference';
import { tf, tfl } from '$lib/lstm/tensorflow/parts';
import { tensorRanges, type LstmCase } from './lstm-cases';

/** Reconstructs the last row of each window of a case with one layer a side and no latent one, `[count, channels]`. */
export async function reconstructStock({ shape, parameters, series, starts }: LstmCase): Promise<Float32Array> {
  await tf.setBackend('cpu');
  const { steps, channels, encoder, decoder } = shape;
  const lstm = (units: number, returnSequences: boolean) =>
    tfl.layers.lstm({ units, returnSequences, recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' });
  const model = tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [steps, channels] }),
      lstm(encoder[0]!, false),
      tfl.layers.repeatVector({ n: steps }),
      lstm(decoder[0]!, true),
      tfl.layers.dense({ units: channels })
    ]
  });
  const last = tf.tidy(() => {
    const sides = model.getWeights().map((weight) => weight.shape);
    model.setWeights(tensorRanges(shape).map(({ from, to }, i) => tf.tensor(parameters.slice(from, to), sides[i]!)));
    const windows = Float32Array.from(gatherWindows(series, starts, steps));
    const all = model.predict(tf.tensor3d(windows, [starts.length, steps, channels])) as tf.Tensor;
    return tf.slice(all, [0, steps - 1, 0], [starts.length, 1, channels]).dataSync() as Float32Array;
  });
  model.dispose();
  return last;
}
