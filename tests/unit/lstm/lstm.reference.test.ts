import { describe, expect, test } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { differentiateLstm, runLstm, type LstmShape, type LstmWeights } from '$lib/lstm/lstm.reference';

const shape: LstmShape = { batch: 2, steps: 4, features: 3, units: 5 };
const random = createRandom(1);
const draw = (count: number) => Float64Array.from({ length: count }, () => 0.6 * random.normal());
const weights: LstmWeights = {
  kernel: draw(shape.features * 4 * shape.units),
  recurrent: draw(shape.units * 4 * shape.units),
  bias: draw(4 * shape.units)
};
const input = draw(shape.batch * shape.steps * shape.features);
const direction = draw(shape.batch * shape.steps * shape.units);

/** The number whose gradient is taken. */
function objective(at: LstmWeights, x: Float64Array): number {
  return runLstm(shape, at, x).hidden.reduce((sum, value, i) => sum + value * direction[i]!, 0);
}

describe('the LSTM reference', () => {
  test('one step of one unit is the formula, worked by hand', () => {
    const one: LstmShape = { batch: 1, steps: 1, features: 1, units: 1 };
    const { hidden, cell } = runLstm(
      one,
      {
        kernel: Float64Array.of(1, 2, 3, 4),
        recurrent: new Float64Array(4),
        bias: Float64Array.of(0.1, 0.2, 0.3, 0.4)
      },
      Float64Array.of(0.5)
    );
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const expectedCell = sigmoid(0.6) * Math.tanh(1.8);
    expect(cell[0]).toBeCloseTo(expectedCell, 14);
    expect(hidden[0]).toBeCloseTo(sigmoid(2.4) * Math.tanh(expectedCell), 14);
  });

  test('every gradient agrees with central differences', () => {
    const gradients = differentiateLstm(shape, weights, input, runLstm(shape, weights, input), direction);
    const step = 1e-6;
    const check = (array: Float64Array, gradient: Float64Array) =>
      array.forEach((value, i) => {
        array[i] = value + step;
        const above = objective(weights, input);
        array[i] = value - step;
        const below = objective(weights, input);
        array[i] = value;
        // Central differences in double precision: truncation ~1e-12, rounding ~1e-10.
        expect(gradient[i]).toBeCloseTo((above - below) / (2 * step), 8);
      });
    check(weights.kernel, gradients.kernel);
    check(weights.recurrent, gradients.recurrent);
    check(weights.bias, gradients.bias);
    check(input, gradients.input);
  });

  test('windows of a batch do not see each other', () => {
    const single = { ...shape, batch: 1 };
    const size = shape.steps * shape.features;
    const { hidden } = runLstm(shape, weights, input);
    const second = runLstm(single, weights, input.slice(size)).hidden;
    expect(Array.from(hidden.slice(second.length))).toEqual(Array.from(second));
  });
});
