/** The fused LSTM of TensorFlow.js on its cpu backend, without kernels and with them, and what the operator refuses. */
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, test } from 'vitest';
import { tf } from '$lib/lstm/tensorflow/parts';
import { registerCpuKernels } from '$lib/lstm/tensorflow/cpu-kernel';
import { forwardKernel, gradientKernel, lstmSequence } from '$lib/lstm/tensorflow/operator';
import { describeFusedLstm } from '../../contract/fused-lstm.contract';
import { shapes } from '../../support/fused-lstm';

const sizes = shapes.slice(0, 2);

async function open(): Promise<void> {
  await tf.setBackend('cpu');
  // Test files share a process, and TensorFlow.js with it.
  for (const name of [forwardKernel, gradientKernel]) if (tf.getKernel(name, 'cpu')) tf.unregisterKernel(name, 'cpu');
}

describeFusedLstm('composed of stock operators', open, { sizes, hasKernels: false });

describeFusedLstm(
  'the kernels of cpu',
  async () => {
    await open();
    registerCpuKernels();
  },
  { sizes }
);

describe('the operator', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
    registerCpuKernels();
  });

  test('without the gradient by its input counts it as a constant', () => {
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R3>([2, 3, 2]);
      const kernel = tf.variable(tf.ones<tf.Rank.R2>([2, 8]));
      const recurrent = tf.variable(tf.ones<tf.Rank.R2>([2, 8]));
      const run = (input: tf.Tensor) =>
        lstmSequence(input as tf.Tensor3D, kernel, recurrent, null, { inputGradient: false });
      const { grads } = tf.variableGrads(() => tf.sum(run(x)) as tf.Scalar);
      expect(Object.keys(grads).sort()).toEqual([kernel.name, recurrent.name].sort());
      expect(() => tf.grad((value) => run(value))(x)).toThrow('Cannot compute gradient');
      kernel.dispose();
      recurrent.dispose();
    });
  });

  test('refuses shapes that do not fit, by name', () => {
    tf.tidy(() => {
      const run = (x: number[], w: number[], u: number[], b: number[]) =>
        lstmSequence(
          tf.zeros(x as [number, number, number]),
          tf.zeros(w as [number, number]),
          tf.zeros(u as [number, number]),
          tf.zeros(b as [number])
        );
      expect(() => run([2, 3], [2, 8], [2, 8], [8])).toThrow('x is [2,3]');
      expect(() => run([2, 0, 2], [2, 8], [2, 8], [8])).toThrow('x is [2,0,2]');
      expect(() => run([2, 3, 2], [3, 8], [2, 8], [8])).toThrow('kernel is [3,8], expected [2,8]');
      expect(() => run([2, 3, 2], [2, 8], [2, 6], [8])).toThrow('recurrent is [2,6], expected [2,8]');
      expect(() => run([2, 3, 2], [2, 8], [2, 8], [4])).toThrow('bias is [4], expected [8]');
    });
  });

  test('takes whole numbers as real ones', () => {
    tf.tidy(() => {
      const weights = [tf.ones<tf.Rank.R2>([2, 8]), tf.ones<tf.Rank.R2>([2, 8]), tf.zeros<tf.Rank.R1>([8])] as const;
      const whole = lstmSequence(tf.ones<tf.Rank.R3>([1, 3, 2], 'int32'), ...weights);
      const real = lstmSequence(tf.ones<tf.Rank.R3>([1, 3, 2]), ...weights);
      expect(whole.dataSync()).toEqual(real.dataSync());
    });
  });
});
