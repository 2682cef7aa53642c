/** What every backend's fused LSTM must do, held against the f64 reference and the stock layer. */
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LstmShape } from '$lib/lstm/lstm.reference';
import { tf } from '$lib/lstm/tensorflow/parts';
import { forwardKernel, gradientKernel } from '$lib/lstm/tensorflow/operator';
import { compareFits, compareLayers, gates, measureOperator, shapes } from '../support/fused-lstm';

const options = [
  { returnSequences: true },
  { returnSequences: false },
  { returnSequences: true, goBackwards: true },
  { returnSequences: false, goBackwards: true }
];

/** `open` makes the backend current; `hasKernels` false where the operator is to be composed of stock ones. */
export function describeFusedLstm(
  name: string,
  open: () => Promise<void>,
  { sizes = shapes, hasKernels = true }: { sizes?: LstmShape[]; hasKernels?: boolean } = {}
): void {
  describe(name, () => {
    beforeAll(async () => {
      await open();
      // Small tensors would otherwise be computed on the CPU.
      if (tf.getBackend() === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
      for (const kernel of [forwardKernel, gradientKernel]) {
        expect(tf.getKernel(kernel, tf.getBackend()) !== undefined).toBe(hasKernels);
      }
    });

    test.each(sizes.flatMap((shape, i) => options.map((option) => ({ shape, option, seed: i }))))(
      'agrees with the reference, tape or not, and leaves no tensor: $shape $option',
      async ({ shape, option, seed }) => {
        const errors = await measureOperator(shape, seed, option);
        expect(errors.forward).toBeLessThan(gates.forward);
        expect(errors.untaped).toBeLessThan(gates.forward);
        for (const [weight, error] of Object.entries(errors.gradient))
          expect(error, weight).toBeLessThan(gates.gradient);
        expect(errors.leaked).toBe(0);
      }
    );

    test.each([...options, { useBias: false }, { useBias: false, returnSequences: true }])(
      'the layer agrees with the stock one: %o',
      async (option) => {
        expect(await compareLayers({ batch: 3, steps: 5, features: 14, units: 20 }, option)).toBeLessThan(
          gates.forward
        );
      }
    );

    test('a training takes the same course and leaves no tensor', async () => {
      const { stock, fused, leaked } = await compareFits();
      expect(stock).toHaveLength(10);
      fused.forEach((loss, i) => expect(Math.abs(loss / stock[i]! - 1), `batch ${i}`).toBeLessThan(gates.loss));
      expect(fused).toHaveLength(10);
      expect(leaked).toBe(0);
    });
  });
}
