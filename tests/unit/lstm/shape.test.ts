import { describe, expect, test } from 'vitest';
import { countParameters, describeLayers, describeParameters, type AutoencoderShape } from '$lib/lstm/shape';

const modelA: AutoencoderShape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };
const stacked: AutoencoderShape = { steps: 7, channels: 3, encoder: [9, 5], latent: 2, decoder: [6, 4] };

describe('the shape of an autoencoder', () => {
  test('names its tensors in the order of Keras, sizes chained from layer to layer', () => {
    expect(describeParameters(stacked).map(({ name, shape }) => [name, ...shape])).toEqual([
      ['encoder_0/kernel', 3, 36],
      ['encoder_0/recurrent_kernel', 9, 36],
      ['encoder_0/bias', 36],
      ['encoder_1/kernel', 9, 20],
      ['encoder_1/recurrent_kernel', 5, 20],
      ['encoder_1/bias', 20],
      ['latent/kernel', 5, 2],
      ['latent/bias', 2],
      ['decoder_0/kernel', 2, 24],
      ['decoder_0/recurrent_kernel', 6, 24],
      ['decoder_0/bias', 24],
      ['decoder_1/kernel', 6, 16],
      ['decoder_1/recurrent_kernel', 4, 16],
      ['decoder_1/bias', 16],
      ['head/kernel', 4, 3],
      ['head/bias', 3]
    ]);
  });

  test('without a latent layer, the decoder takes the last hidden state', () => {
    expect(describeLayers(modelA).map(({ side, inputs, units }) => [side, inputs, units])).toEqual([
      ['encoder', 10, 64],
      ['decoder', 64, 64],
      ['head', 64, 10]
    ]);
  });

  test.each([modelA, stacked])('lays tensors end to end from 0 to the count', (shape) => {
    let end = 0;
    for (const tensor of describeParameters(shape)) {
      expect(tensor.offset, tensor.name).toBe(end);
      end += tensor.shape.reduce((product, size) => product * size, 1);
    }
    expect(countParameters(shape)).toBe(end);
  });

  test('gives layers and tensors the same offsets', () => {
    const ofLayers = describeLayers(stacked).flatMap((layer) =>
      layer.kind === 'lstm' ? [layer.kernel, layer.recurrent, layer.bias] : [layer.kernel, layer.bias]
    );
    expect(ofLayers).toEqual(describeParameters(stacked).map(({ offset }) => offset));
  });

  test('counts as the closed formula does: 4·u·(in + u + 1) for an LSTM, u·(in + 1) for a dense layer', () => {
    expect(countParameters(modelA)).toBe(4 * 64 * (10 + 64 + 1) + 4 * 64 * (64 + 64 + 1) + 10 * (64 + 1));
  });

  test('does not depend on the steps', () => {
    expect(describeParameters({ ...stacked, steps: 99 })).toEqual(describeParameters(stacked));
  });
});
