/** What every device can run, read off the texts of the forward kernels: workgroup memory, threads, buffers. */
import { describe, expect, test } from 'vitest';
import { countParameters, type AutoencoderShape } from '$lib/lstm/shape';
import type { Kernel } from '$lib/lstm/webgpu/kernel.wgsl';
import { createForwardKernel, fitTile, type ForwardOptions, type Tile } from '$lib/lstm/webgpu/lstm-forward.wgsl';
import { packWeights } from '$lib/lstm/webgpu/weights';
import { createWholeWindowKernel, fitsWholeWindow } from '$lib/lstm/webgpu/whole-window.wgsl';

const bytesOf: Record<string, number> = { f32: 4, u32: 4, 'vec2<f32>': 8, 'vec4<f32>': 16 };

function measure({ code, buffers }: Kernel) {
  const arrays = [...code.matchAll(/var<workgroup> \w+ : array<(.+), (\d+)>;/g)];
  const size = code.match(/@workgroup_size\((\d+)(?:, (\d+))?\)/)!;
  return {
    bytes: arrays.reduce((sum, [, type, count]) => sum + bytesOf[type!]! * Number(count), 0),
    threads: Number(size[1]) * Number(size[2] ?? 1),
    storages: Object.keys(buffers).length,
    // A thread that leaves early never reaches a barrier the others wait at; a register has no index.
    main: code.slice(code.indexOf('fn main'))
  };
}

function expectToRunAnywhere(kernel: Kernel) {
  const { bytes, threads, storages, main } = measure(kernel);
  expect(bytes).toBeLessThanOrEqual(16_384);
  expect(bytes).toBeGreaterThan(0);
  expect(threads).toBeLessThanOrEqual(256);
  expect(storages).toBeLessThanOrEqual(8);
  expect(main).not.toMatch(/return;|: array</);
}

describe('the tile kernel', () => {
  const layers: ForwardOptions[] = [1, 7, 10, 52].flatMap((inputs) =>
    [1, 16, 33, 64, 100, 128, 300, 1000].flatMap((units): ForwardOptions[] => [
      { steps: 30, inputs, units, input: 'windows', output: 'sequence' },
      { steps: 1, inputs: units, units, input: 'sequence', output: 'trace' },
      { steps: 30, inputs, units, input: 'repeated', output: 'last', latent: 5 },
      { steps: 7, inputs, units, input: 'repeated-last', output: 'head', head: { channels: inputs, error: 'mse' } }
    ])
  );
  const tiles = [
    [1, 1],
    [2, 2],
    [4, 1],
    [8, 8],
    [16, 4],
    [32, 8],
    [32, 16]
  ] as const;

  test.each(tiles)('%d windows, %d a thread: fits every device, for any layer', (windows, perThread) => {
    for (const options of layers) {
      for (const f16 of [false, true]) {
        const wanted: Tile = { windows, perThread, f16 };
        const tile = fitTile(options, wanted);
        expect(tile.windows).toBeLessThanOrEqual(windows);
        expectToRunAnywhere(createForwardKernel(options, tile));
      }
    }
  });

  test('refuses what fits no workgroup', () => {
    const options: ForwardOptions = { steps: 2, inputs: 1, units: 5000, input: 'windows', output: 'last' };
    const tile: Tile = { windows: 1, perThread: 1, f16: false };
    expect(() => fitTile(options, tile)).toThrow(RangeError);
    expect(() => createForwardKernel(options, tile)).toThrow(RangeError);
  });
});

describe('the small-batch kernel', () => {
  const shapes: AutoencoderShape[] = [
    { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] },
    { steps: 30, channels: 14, encoder: [64, 64], latent: 32, decoder: [64, 64] },
    { steps: 1, channels: 1, encoder: [1], latent: 1, decoder: [1] },
    { steps: 7, channels: 52, encoder: [100, 33, 16], latent: 200, decoder: [128] }
  ];

  test.each([64, 128, 256])('with %d threads fits every device, or says that it does not', (threads) => {
    for (const shape of shapes) {
      if (!fitsWholeWindow(shape, threads)) continue;
      const weights = packWeights(shape, new Float32Array(countParameters(shape)), false);
      const kernel = createWholeWindowKernel(shape, 'mae', weights, threads);
      expectToRunAnywhere(kernel);
      expect(measure(kernel).threads).toBe(threads);
    }
  });

  test('takes the models it is made for, and not those too long or too wide', () => {
    expect(shapes.slice(0, 2).map((shape) => fitsWholeWindow(shape, 256))).toEqual([true, true]);
    expect(fitsWholeWindow({ ...shapes[0]!, steps: 128 }, 256)).toBe(false);
    expect(fitsWholeWindow({ ...shapes[0]!, steps: 2, encoder: [100] }, 64)).toBe(false);
  });
});
