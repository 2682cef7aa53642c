/** Stock TensorFlow.js layers as a peer, on whatever backend is set: the whole batch at once, the optimiser without a callback. */
import { tf, tfl } from '$lib/lstm/tensorflow/parts';
import { describeParameters } from '$lib/lstm/shape';
import { rule, shape, type BenchCase } from '../case';
import type { Subject } from '../subject';

/** Prepares the peer on the backend that is set; `device` is told to the reader. */
export function prepareTensorflow({ parameters, windows }: BenchCase, device: string): Subject {
  const network = buildNetwork();
  const tensors = describeParameters(shape).map(({ shape: sizes, offset }) =>
    tf.tensor(parameters.subarray(offset, offset + sizes.reduce((product, size) => product * size, 1)), [...sizes])
  );
  network.setWeights(tensors);
  tf.dispose(tensors);
  const trained = buildNetwork();
  trained.setWeights(network.getWeights());
  const adam = tf.train.adam(rule.learningRate, rule.beta1, rule.beta2, rule.epsilon);
  const inputs = new Map<number, tf.Tensor>();

  function take(batch: number): tf.Tensor {
    const { steps, channels } = shape;
    const input =
      inputs.get(batch) ?? tf.tensor(windows.subarray(0, batch * steps * channels), [batch, steps, channels]);
    inputs.set(batch, input);
    return input;
  }

  return {
    detail: `TensorFlow.js ${tf.version_core}, ${device}`,
    output: 'reconstruction',
    predict: async (batch) => {
      const output = network.predict(take(batch), { batchSize: batch }) as tf.Tensor;
      const values = (await output.data()) as Float32Array;
      output.dispose();
      return [values];
    },
    trainStep: async (batch) => {
      const input = take(batch);
      const loss = adam.minimize(() => {
        const residual = tf.sub(trained.apply(input, { training: true }) as tf.Tensor, input);
        return tf.mean(tf.square(residual)) as tf.Scalar;
      }, true)!;
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    },
    dispose: () => {
      for (const input of inputs.values()) input.dispose();
      network.dispose();
      trained.dispose();
      adam.dispose();
    }
  };
}

function buildNetwork(): tfl.LayersModel {
  const { steps, channels, encoder, decoder } = shape;
  const network = tfl.sequential();
  // Cheap; the case's weights replace them.
  const zeros = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' } as const;
  const lstm = (units: number, returnSequences: boolean, input: { inputShape?: [number, number] }) =>
    tfl.layers.lstm({ units, returnSequences, recurrentActivation: 'sigmoid', ...zeros, ...input });
  encoder.forEach((units, i) => {
    network.add(lstm(units, i < encoder.length - 1, i === 0 ? { inputShape: [steps, channels] } : {}));
  });
  network.add(tfl.layers.repeatVector({ n: steps }));
  for (const units of decoder) network.add(lstm(units, true, {}));
  network.add(tfl.layers.dense({ units: channels, kernelInitializer: 'zeros' }));
  return network;
}
