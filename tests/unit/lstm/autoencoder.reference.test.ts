import { describe, expect, test } from 'vitest';
import {
  differentiateAutoencoder,
  gatherWindows,
  measureErrors,
  runAutoencoder,
  takeAdamStep
} from '$lib/lstm/autoencoder.reference';
import { runLstm } from '$lib/lstm/lstm.reference';
import type { TrainingRule } from '$lib/lstm/engine';
import type { AutoencoderShape } from '$lib/lstm/shape';
import { drawCase, tensorRanges } from '../../support/lstm-cases';

const stacked: AutoencoderShape = { steps: 4, channels: 2, encoder: [5, 3], latent: 2, decoder: [3, 5] };
const plain: AutoencoderShape = { steps: 3, channels: 2, encoder: [5], latent: null, decoder: [6] };
const rule: TrainingRule = { loss: 'mse', learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-7, clipNorm: null };

function draw(shape: AutoencoderShape, count: number, seed: number) {
  const { parameters, series, starts } = drawCase(shape, count, seed, 'clear');
  return { parameters: Float64Array.from(parameters), windows: gatherWindows(series, starts, shape.steps) };
}

describe('the reconstruction', () => {
  test('is encoder, last state, repetition, decoder and head, put together by hand', () => {
    const { steps, channels } = plain;
    const { parameters, windows } = draw(plain, 1, 1);
    const [ek, er, eb, dk, dr, db, hk, hb] = tensorRanges(plain).map(({ from, to }) => parameters.subarray(from, to));
    const encoder = { kernel: ek!, recurrent: er!, bias: eb! };
    const decoder = { kernel: dk!, recurrent: dr!, bias: db! };
    const last = runLstm({ batch: 1, steps, features: channels, units: 5 }, encoder, windows).hidden.slice(-5);
    const repeated = Float64Array.from([...last, ...last, ...last]);
    const { hidden } = runLstm({ batch: 1, steps, features: 5, units: 6 }, decoder, repeated);
    const { reconstruction } = runAutoencoder(plain, parameters, windows);
    for (let step = 0; step < steps; step++) {
      for (let channel = 0; channel < channels; channel++) {
        let y = hb![channel]!;
        for (let u = 0; u < 6; u++) y += hidden[step * 6 + u]! * hk![u * channels + channel]!;
        expect(reconstruction[step * channels + channel]).toBeCloseTo(y, 14);
      }
    }
  });

  test('of a window does not depend on the others', () => {
    const { parameters, windows } = draw(stacked, 5, 2);
    const size = stacked.steps * stacked.channels;
    const together = runAutoencoder(stacked, parameters, windows).reconstruction;
    const third = runAutoencoder(stacked, parameters, windows.slice(2 * size, 3 * size)).reconstruction;
    expect(third).toEqual(together.slice(2 * size, 3 * size));
  });
});

test('errors are means over the steps, and the score their mean over the channels', () => {
  const windows = Float64Array.of(1, 2, 3, 4, 0, 0, 0, 0);
  const reconstruction = Float64Array.of(0, 2, 0, 8, 1, 2, -1, -4);
  const shape = { ...plain, steps: 2 };
  expect(measureErrors(shape, windows, reconstruction, 'mae')).toEqual({
    channelError: Float64Array.of(2, 2, 1, 3),
    score: Float64Array.of(2, 2),
    expected: Float64Array.of(0, 8, -1, -4)
  });
  expect(measureErrors(shape, windows, reconstruction, 'mse')).toEqual({
    channelError: Float64Array.of(5, 8, 1, 10),
    score: Float64Array.of(6.5, 5.5),
    expected: Float64Array.of(0, 8, -1, -4)
  });
});

describe('the gradient', () => {
  test.each([
    ['mse', stacked],
    ['mae', stacked],
    ['mse', plain],
    ['mae', { ...plain, steps: 1 }]
  ] as const)('of %s agrees with central differences, every parameter', (loss, shape) => {
    const { parameters, windows } = draw(shape, 3, 3);
    const { gradient } = differentiateAutoencoder(shape, parameters, windows, loss);
    const step = 1e-6;
    const lossAt = (i: number, value: number) => {
      const moved = parameters.slice();
      moved[i] = value;
      return differentiateAutoencoder(shape, moved, windows, loss).loss;
    };
    parameters.forEach((value, i) => {
      // In double precision: truncation about 1e-12, rounding about 1e-10.
      expect(gradient[i]).toBeCloseTo((lossAt(i, value + step) - lossAt(i, value - step)) / (2 * step), 8);
    });
  });

  test('of a batch is the mean over its windows, and so is the loss', () => {
    const { parameters, windows } = draw(stacked, 4, 4);
    const size = windows.length / 4;
    const whole = differentiateAutoencoder(stacked, parameters, windows, 'mse');
    const parts = [0, 1, 2, 3].map((i) =>
      differentiateAutoencoder(stacked, parameters, windows.slice(i * size, (i + 1) * size), 'mse')
    );
    expect(whole.loss).toBeCloseTo(
      parts.reduce((sum, { loss }) => sum + loss / 4, 0),
      14
    );
    whole.gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(
        parts.reduce((sum, { gradient }) => sum + gradient[i]! / 4, 0),
        14
      );
    });
  });

  test('of |r| is 0 where the residual is 0', () => {
    const parameters = draw(plain, 1, 5).parameters.fill(0);
    const { loss, gradient } = differentiateAutoencoder(plain, parameters, new Float64Array(6), 'mae');
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });
});

describe('Adam', () => {
  const begin = () => ({
    parameters: Float64Array.of(1, -2),
    firstMoment: new Float64Array(2),
    secondMoment: new Float64Array(2),
    step: 0
  });

  test('moves by the rate against the sign of the gradient at first', () => {
    const state = begin();
    takeAdamStep(state, Float64Array.of(5, -0.001), rule);
    expect(state.parameters[0]).toBeCloseTo(0.9, 7);
    // ε is outside the root: 0.001 / (0.001 + 1e-7).
    expect(state.parameters[1]).toBeCloseTo(-2 + 0.1 * (0.001 / (0.001 + 1e-7)), 12);
    expect(state.firstMoment[0]).toBeCloseTo(0.5, 14);
    expect(state.secondMoment[0]).toBeCloseTo(0.25, 14);
    expect(state.step).toBe(1);
  });

  test('takes two steps as worked by hand', () => {
    const state = begin();
    takeAdamStep(state, Float64Array.of(1, 0), rule);
    takeAdamStep(state, Float64Array.of(-2, 0), rule);
    const m = 0.9 * 0.1 - 0.1 * 2;
    const v = 0.99 * 0.01 + 0.01 * 4;
    const second = (0.1 * (m / (1 - 0.81))) / (Math.sqrt(v / (1 - 0.99 ** 2)) + 1e-7);
    expect(state.parameters[0]).toBeCloseTo(1 - 0.1 / (1 + 1e-7) - second, 14);
    expect(state.parameters[1]).toBe(-2);
  });

  test.each([
    [2.5, [1.5, -2]],
    [5, [3, -4]],
    [null, [3, -4]]
  ])('clips a gradient of norm 5 to %s', (clipNorm, clipped) => {
    const state = begin();
    takeAdamStep(state, Float64Array.of(3, -4), { ...rule, clipNorm });
    expect(Array.from(state.firstMoment, (m) => m / 0.1)).toEqual(clipped.map((g) => expect.closeTo(g, 12)));
  });
});
