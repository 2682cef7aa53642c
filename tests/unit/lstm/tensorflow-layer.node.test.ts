/** The fused layer in models and in files, and models of that architecture to our parameters and back. */
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { countParameters, type AutoencoderShape } from '$lib/lstm/shape';
import { tf, tfl } from '$lib/lstm/tensorflow/parts';
import { registerCpuKernels } from '$lib/lstm/tensorflow/cpu-kernel';
import { StockLstm } from '$lib/lstm/tensorflow/internals';
import { FusedLstm, fuseLoadedModels } from '$lib/lstm/tensorflow/layer';
import { ArchitectureError, fromLayersModel, toLayersModel } from '$lib/lstm/tensorflow/layers-model';
import { forwardKernel } from '$lib/lstm/tensorflow/operator';
import { buildAutoencoder } from '../../support/fused-lstm';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerCpuKernels();
});

// Other tests of this process must find the stock class again.
afterAll(() => void tf.serialization.registerClass(StockLstm));

const draw = (count: number, seed = 1) => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random.normal());
};

/** Saves to memory and loads again. */
async function reload(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (given) => {
      // What a file keeps: JSON and bytes.
      artifacts = { ...given, modelTopology: JSON.parse(JSON.stringify(given.modelTopology)) };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }
  });
  return tfl.loadLayersModel(tf.io.fromMemory(artifacts!));
}

const predict = (model: tfl.LayersModel, x: tf.Tensor) => (model.predict(x) as tf.Tensor).dataSync();

describe('the layer', () => {
  /** How often the fused kernel ran. */
  const countRuns = (run: () => void) => {
    const spy = vi.spyOn(tf.getKernel(forwardKernel, 'cpu'), 'kernelFunc');
    tf.tidy(run);
    const runs = spy.mock.calls.length;
    spy.mockRestore();
    return runs;
  };
  const x = () => tf.ones([2, 4, 3]);
  const sigmoid = { units: 5, recurrentActivation: 'sigmoid' as const };

  test.each([
    ['sigmoid', sigmoid, {}],
    [
      'a whole sequence backwards without bias',
      { ...sigmoid, returnSequences: true, goBackwards: true, useBias: false },
      {}
    ],
    ['dropout in use', { ...sigmoid, dropout: 0.5 }, { training: false }]
  ])('is fused for %s', (_, args, options) => {
    expect(countRuns(() => new FusedLstm(args).apply(x(), options))).toBe(1);
  });

  test.each([
    ['hard sigmoid, the default', { units: 5 }, {}],
    ['relu', { ...sigmoid, activation: 'relu' as const }, {}],
    ['states handed out', { ...sigmoid, returnState: true }, {}],
    ['states kept', { ...sigmoid, stateful: true, batchInputShape: [2, 4, 3] }, {}],
    ['dropout in training', { ...sigmoid, dropout: 0.5 }, { training: true }],
    ['a mask', sigmoid, { mask: 'mask' }],
    ['states handed in', sigmoid, { initialState: 'states' }]
  ])('goes the stock way for %s', (_, args, options) => {
    const given: Record<string, unknown> = {
      ...options,
      ...('mask' in options ? { mask: tf.ones([2, 4]) } : {}),
      ...('initialState' in options ? { initialState: [tf.ones([2, 5]), tf.ones([2, 5])] } : {})
    };
    expect(countRuns(() => new FusedLstm({ ...args }).apply(x(), given))).toBe(0);
    tf.dispose(given as tf.TensorContainer);
  });
});

describe('files', () => {
  beforeAll(() => fuseLoadedModels());
  const isFused = (model: tfl.LayersModel) =>
    model.layers.filter((layer) => layer.getClassName() === 'LSTM').map((layer) => layer instanceof FusedLstm);

  test.each(['fused', 'stock'] as const)(
    'a model of %s layers loads into fused ones and predicts the same',
    async (kind) => {
      const model = buildAutoencoder(kind, 6, 3, 5);
      const loaded = await reload(model);
      expect(isFused(loaded)).toEqual([true, true]);
      const x = tf.tensor3d(draw(4 * 6 * 3), [4, 6, 3]);
      const expected = predict(model, x);
      predict(loaded, x).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
      model.dispose();
      loaded.dispose();
      x.dispose();
    }
  );

  test('what fused layers save, stock ones load', async () => {
    const model = buildAutoencoder('fused', 6, 3, 5);
    const topology = JSON.parse(JSON.stringify(model.toJSON(null, false))) as unknown;
    const stock = JSON.parse(JSON.stringify(buildAutoencoder('stock', 6, 3, 5).toJSON(null, false))) as unknown;
    const plain = (json: unknown) => JSON.stringify(json).replace(/"name":"[^"]*"/g, '');
    expect(plain(topology)).toBe(plain(stock));
  });
});

describe('our parameters', () => {
  const shapes: AutoencoderShape[] = [
    { steps: 5, channels: 3, encoder: [7], latent: null, decoder: [6] },
    { steps: 4, channels: 2, encoder: [6, 5], latent: 3, decoder: [4, 7] }
  ];

  test.each(shapes)('go into a model, through a file, and come back as they were: %o', async (shape) => {
    const parameters = draw(countParameters(shape));
    const model = toLayersModel(shape, parameters);
    expect(await fromLayersModel(model)).toEqual({ shape, parameters });
    const loaded = await reload(model);
    expect(await fromLayersModel(loaded)).toEqual({ shape, parameters });
    model.dispose();
    loaded.dispose();
  });

  test('of a wrong number are refused', () => {
    expect(() => toLayersModel(shapes[0]!, new Float32Array(3))).toThrow('3 parameters, expected');
  });

  const lstm = (options: object = {}) =>
    tfl.layers.lstm({ units: 4, recurrentActivation: 'sigmoid', returnSequences: true, ...options });
  const first = { inputShape: [5, 3] };
  const chain = (...layers: tfl.layers.Layer[]) => tfl.sequential({ layers });
  const repeat = (n = 5) => tfl.layers.repeatVector({ n });
  const code = (options: object = {}) => lstm({ returnSequences: false, ...first, ...options });
  const dense = (options: object = {}) => tfl.layers.dense({ units: 3, ...options });

  test("come out of Keras' ways of writing: TimeDistributed, no bias, dropout between, a functional model", async () => {
    const input = tfl.input({ shape: [5, 3] });
    let tensor = code({ useBias: false, dropout: 0.2 }).apply(input) as tfl.SymbolicTensor;
    for (const layer of [
      repeat(),
      lstm(),
      tfl.layers.dropout({ rate: 0.2 }),
      tfl.layers.timeDistributed({ layer: dense() })
    ]) {
      tensor = layer.apply(tensor) as tfl.SymbolicTensor;
    }
    const model = tfl.model({ inputs: input, outputs: tensor });
    const { shape, parameters } = await fromLayersModel(model);
    expect(shape).toEqual({ steps: 5, channels: 3, encoder: [4], latent: null, decoder: [4] });
    const again = toLayersModel(shape, parameters);
    const x = tf.tensor3d(draw(2 * 5 * 3), [2, 5, 3]);
    const expected = predict(model, x);
    predict(again, x).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    for (const disposable of [model, again, x]) disposable.dispose();
  });

  const shared = dense();
  test.each<[string, () => tfl.LayersModel, Partial<ArchitectureError>]>([
    ['no LSTM', () => chain(dense(first)), { place: 'encoder layer', expected: 'LSTM' }],
    ['no code', () => chain(lstm(first), dense()), { place: 'layer after the encoder', expected: 'RepeatVector' }],
    [
      'an encoder with its sequence',
      () => chain(code({ returnSequences: true }), tfl.layers.flatten(), repeat(), lstm(), dense()),
      { place: 'layer after the encoder' }
    ],
    [
      'no head',
      () => chain(code(), repeat(), lstm()),
      { place: 'last layer', value: 'missing', expected: 'Dense or TimeDistributed' }
    ],
    [
      'more behind the head',
      () => chain(code(), repeat(), lstm(), dense(), tfl.layers.flatten()),
      { place: 'layer after the head', expected: 'nothing' }
    ],
    [
      'another activation',
      () => chain(code({ name: 'e', activation: 'relu' }), repeat(), lstm(), dense()),
      { place: 'e: activation', value: 'relu', expected: 'tanh' }
    ],
    [
      'another gate',
      () => chain(code({ name: 'e', recurrentActivation: 'hardSigmoid' }), repeat(), lstm(), dense()),
      { place: 'e: recurrentActivation', value: 'hardSigmoid', expected: 'sigmoid' }
    ],
    [
      'steps taken backwards',
      () => chain(code(), repeat(), lstm({ name: 'd', goBackwards: true }), dense()),
      { place: 'd: goBackwards', value: 'true', expected: 'false' }
    ],
    [
      'a curved head',
      () => chain(code(), repeat(), lstm(), dense({ name: 'h', activation: 'sigmoid' })),
      { place: 'h: activation', value: 'sigmoid', expected: 'linear' }
    ],
    [
      'a curved head per step',
      () =>
        chain(
          code(),
          repeat(),
          lstm(),
          tfl.layers.timeDistributed({ name: 'h', layer: dense({ activation: 'relu' }) })
        ),
      { place: 'h: activation', value: 'relu' }
    ],
    [
      'another layer per step',
      () => chain(code(), repeat(), lstm(), tfl.layers.timeDistributed({ name: 'h', layer: tfl.layers.flatten() })),
      { place: 'h: layer', value: 'Flatten', expected: 'Dense' }
    ],
    [
      'other steps',
      () => chain(code(), tfl.layers.repeatVector({ n: 6, name: 'r' }), lstm(), dense()),
      { place: 'r: n', value: '6' }
    ],
    [
      'other channels',
      () => chain(code(), repeat(), lstm(), dense({ units: 2, name: 'h' })),
      { place: 'h: units', value: '2' }
    ],
    ['flat input', () => chain(dense({ inputShape: [3] })), { place: 'input', expected: '[batch, steps, channels]' }],
    [
      'states kept between batches',
      () =>
        chain(
          code({ name: 'e', stateful: true, batchInputShape: [2, 5, 3] }),
          repeat(),
          lstm({ stateful: true }),
          dense()
        ),
      { place: 'e: stateful', value: 'true', expected: 'false' }
    ],
    [
      'states handed from layer to layer',
      () => {
        const input = tfl.input({ shape: [5, 3] });
        const state = code().apply(input) as tfl.SymbolicTensor;
        const repeated = repeat().apply(state) as tfl.SymbolicTensor;
        const hidden = lstm({ name: 'd' }).apply(repeated, { initialState: [state, state] }) as tfl.SymbolicTensor;
        return tfl.model({ inputs: input, outputs: dense().apply(hidden) as tfl.SymbolicTensor });
      },
      { place: 'd', value: 'branched', expected: 'fed by the layer before' }
    ],
    [
      'a layer used twice',
      () => {
        const input = tfl.input({ shape: [5, 3] });
        return tfl.model({ inputs: input, outputs: shared.apply(shared.apply(input)) as tfl.SymbolicTensor });
      },
      { place: shared.name, value: 'branched' }
    ],
    [
      'two inputs',
      () => {
        const inputs = [tfl.input({ shape: [5, 3] }), tfl.input({ shape: [5, 3] })];
        return tfl.model({ inputs, outputs: tfl.layers.add().apply(inputs) as tfl.SymbolicTensor });
      },
      { place: 'number of inputs', value: '2', expected: '1' }
    ]
  ])('do not come out of a model with %s', async (_, build, refusal) => {
    const model = build();
    const error = await fromLayersModel(model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ArchitectureError);
    expect(error).toMatchObject(refusal);
    model.dispose();
  });
});
