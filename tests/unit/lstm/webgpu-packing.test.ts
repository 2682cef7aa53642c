import { describe, expect, test } from 'vitest';
import { roundToHalf } from '$lib/lstm/half';
import { countParameters, describeLayers, type AutoencoderShape, type LstmLayer } from '$lib/lstm/shape';
import { cutPieces } from '$lib/lstm/webgpu/pieces';
import { packWeights } from '$lib/lstm/webgpu/weights';

const shape: AutoencoderShape = { steps: 4, channels: 3, encoder: [5], latent: 2, decoder: [6, 7] };
const parameters = Float32Array.from({ length: countParameters(shape) }, (_, i) => i + 1);

describe('weights', () => {
  test('the gates of a unit lie side by side, and every layer begins where a binding may', () => {
    const { gates, lstm } = packWeights(shape, parameters, false);
    expect(lstm.map(({ layer }) => layer.units)).toEqual([5, 6, 7]);
    for (const { layer, offset } of lstm) {
      expect((offset * 4) % 256).toBe(0);
      const at = (row: number, gate: number, unit: number) => gates[offset + (row * layer.units + unit) * 4 + gate];
      expect(at(1, 2, 3)).toBe(parameters[layer.kernel + 4 * layer.units + 2 * layer.units + 3]);
      expect(at(layer.inputs, 1, 0)).toBe(parameters[layer.recurrent + layer.units]);
      expect(at(layer.inputs + layer.units, 3, 4)).toBe(parameters[layer.bias + 3 * layer.units + 4]);
    }
  });

  test('dense layers lie as they were, kernel and bias', () => {
    const { dense, latent, head } = packWeights(shape, parameters, false);
    const layers = describeLayers(shape).filter(({ kind }) => kind === 'dense');
    [latent!, head].forEach(({ layer, offset, words }, i) => {
      expect(layer).toEqual(layers[i]);
      expect(words).toBe((layer.inputs + 1) * layer.units);
      expect(dense.slice(offset, offset + words)).toEqual(parameters.slice(layer.kernel, layer.kernel + words));
    });
  });

  test('16-bit weights go two to a word, the first one low', () => {
    const first = describeLayers(shape)[0]! as LstmLayer;
    const rounded = new Float32Array(parameters.length);
    [1, -2, 1 / 3, 65504, -(2 ** -14), 0].forEach((value, i) => {
      // Unit 0 has its four gates a row of units apart, the next row of weights lies behind them.
      rounded[first.kernel + i * first.units] = value;
    });
    const { gates, lstm } = packWeights(shape, roundToHalf(rounded), true);
    const words = gates.subarray(lstm[0]!.offset);
    expect([words[0], words[1]]).toEqual([0xc000_3c00, 0x7bff_3555]);
    expect(words[(4 * first.units) / 2]).toBe(0x0000_8400);
  });

  test('what 16 bits do not hold is not put into them', () => {
    expect(() => packWeights(shape, parameters.with(7, 0.1), true)).toThrow(RangeError);
    expect(packWeights(shape, parameters.with(7, 0.1), false).f16).toBe(false);
  });
});

describe('pieces of a series', () => {
  const channels = 2;
  const values = Float32Array.from({ length: 40 * channels }, (_, i) => i);
  const steps = 3;
  const cut = (starts: number[], maxRows = 100, maxWindows = 100) => [
    ...cutPieces({ values, channels }, Int32Array.from(starts), steps, maxRows, maxWindows)
  ];

  test.each([
    ['one window', [7], 100, 100],
    ['one after another', [0, 1, 2, 3, 4, 5], 100, 100],
    ['out of order, some twice, some far apart', [30, 2, 3, 30, 0, 37, 12, 31], 100, 100],
    ['more rows than a piece may have', [0, 1, 2, 3, 4, 5, 20, 21, 37], 4, 100],
    ['more windows than a piece may have', [5, 5, 5, 5, 6], 100, 2],
    ['pieces as small as a window', [9, 0, 1], 3, 1]
  ])('%s: every window finds its rows', (_, starts, maxRows, maxWindows) => {
    const seen: number[] = [];
    for (const piece of cut(starts, maxRows, maxWindows)) {
      expect(piece.values.length / channels).toBeLessThanOrEqual(maxRows);
      expect(piece.order.length).toBeLessThanOrEqual(maxWindows);
      piece.order.forEach((window, i) => {
        seen.push(window);
        const from = starts[window]! * channels;
        const moved = piece.starts[i]! * channels;
        expect(piece.values.slice(moved, moved + steps * channels)).toEqual(
          values.slice(from, from + steps * channels)
        );
      });
    }
    expect(seen.sort((a, b) => a - b)).toEqual(starts.map((_, i) => i));
  });

  test('rows go up once, and rows under no window do not', () => {
    const [piece] = cut([10, 11, 30, 12, 30]);
    expect(piece!.values).toHaveLength((5 + 3) * channels);
  });

  test('no windows, no pieces', () => {
    expect(cut([])).toEqual([]);
  });
});
