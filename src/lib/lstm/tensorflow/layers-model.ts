/**
 * An autoencoder as a tf.layers model and back, for files that Keras and TensorFlow.js read and write. What the shape cannot
 * say is refused, not guessed. It reads and writes no files.
 */
import { importDense, importLstm, type ForeignTensor } from '../foreign-weights';
import { joinLayers } from '../layer-tensors';
import { countParameters, describeParameters, type AutoencoderShape } from '../shape';
import { tf, tfl } from './parts';
import { FusedLstm } from './layer';

/** A model of another architecture: `place` names the layer, and what of it. */
export class ArchitectureError extends Error {
  override name = 'ArchitectureError';
  constructor(
    readonly place: string,
    readonly value: string,
    readonly expected: string
  ) {
    super(`${place} is ${value}, expected ${expected}`);
  }
}

/** Builds the model with fused layers, named like the parameters. The caller disposes it. A wrong length gets a `RangeError`. */
export function toLayersModel(shape: AutoencoderShape, parameters: Float32Array): tfl.Sequential {
  const expected = countParameters(shape);
  if (parameters.length !== expected) throw new RangeError(`${parameters.length} parameters, expected ${expected}`);
  const { steps, channels, encoder, latent, decoder } = shape;
  const lstm = (name: string, units: number, returnSequences: boolean, isFirst: boolean) =>
    new FusedLstm({
      name,
      units,
      returnSequences,
      // Keras and TensorFlow.js fill gaps differently. The orthogonal initializer of both takes seconds.
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      kernelInitializer: 'glorotUniform',
      recurrentInitializer: 'glorotUniform',
      unitForgetBias: true,
      ...(isFirst ? { inputShape: [steps, channels] } : {})
    });
  const model = tfl.sequential({
    layers: [
      ...encoder.map((units, i) => lstm(`encoder_${i}`, units, i < encoder.length - 1, i === 0)),
      ...(latent === null ? [] : [tfl.layers.dense({ name: 'latent', units: latent })]),
      tfl.layers.repeatVector({ n: steps }),
      ...decoder.map((units, i) => lstm(`decoder_${i}`, units, true, false)),
      tfl.layers.dense({ name: 'head', units: channels })
    ]
  });
  tf.tidy(() => {
    model.setWeights(
      describeParameters(shape).map(({ shape: sizes, offset }) => {
        const end = offset + sizes.reduce((product, size) => product * size, 1);
        return tf.tensor(parameters.slice(offset, end), [...sizes]);
      })
    );
  });
  return model;
}

/**
 * Reads shape and flat parameters out of a model: LSTM layers, the last of them without its sequence, perhaps Dense,
 * RepeatVector, LSTM layers, Dense or TimeDistributed(Dense). Dropout is passed over: it does nothing in use. Rejects with an
 * `ArchitectureError` where the model is another one.
 */
export async function fromLayersModel(
  model: tfl.LayersModel
): Promise<{ shape: AutoencoderShape; parameters: Float32Array }> {
  const layers = listChain(model);
  const kindOf = (layer: tfl.layers.Layer | undefined) => layer?.getClassName() ?? 'nothing';
  const take = (place: string, ...kinds: string[]) => {
    const layer = layers.shift();
    if (!layer || !kinds.includes(kindOf(layer))) refuse(place, describe(layer), kinds.join(' or '));
    return layer;
  };
  const takeLstms = (side: string) => {
    const taken = [take(`${side} layer`, 'LSTM')];
    while (kindOf(layers[0]) === 'LSTM') taken.push(layers.shift()!);
    return taken;
  };
  const encoder = takeLstms('encoder');
  const latent = kindOf(layers[0]) === 'Dense' ? layers.shift()! : null;
  const repeat = take('layer after the encoder', 'RepeatVector');
  const decoder = takeLstms('decoder');
  const head = take('last layer', 'Dense', 'TimeDistributed');
  if (layers.length > 0) refuse('layer after the head', describe(layers[0]), 'nothing');

  encoder.forEach((layer, i) => checkLstm(layer, i < encoder.length - 1));
  for (const layer of decoder) checkLstm(layer, true);
  for (const layer of latent ? [latent, head] : [head]) checkDense(layer);
  const [, rows, channels] = model.inputs[0]!.shape as [unknown, number | null, number];
  const steps = repeat.getConfig().n as number;
  if (rows !== null && rows !== steps) refuse(`${repeat.name}: n`, String(steps), `${rows}, the steps of the input`);

  const readLstm = async (layer: tfl.layers.Layer) => {
    const [kernel, recurrent_kernel, bias] = await readWeights(layer);
    return importLstm({
      format: 'keras',
      kernel: kernel!,
      recurrent_kernel: recurrent_kernel!,
      ...(bias ? { bias } : {})
    });
  };
  const readDense = async (layer: tfl.layers.Layer) => {
    const [kernel, bias] = await readWeights(layer);
    return importDense({ format: 'keras', kernel: kernel!, ...(bias ? { bias } : {}) });
  };
  const [encoders, decoders, last] = await Promise.all([
    Promise.all(encoder.map(readLstm)),
    Promise.all(decoder.map(readLstm)),
    readDense(head)
  ]);
  const middle = latent ? [await readDense(latent)] : [];
  if (last.units !== channels)
    refuse(`${head.name}: units`, String(last.units), `${channels}, the channels of the input`);
  const shape: AutoencoderShape = {
    steps,
    channels,
    encoder: encoders.map(({ units }) => units),
    latent: middle[0]?.units ?? null,
    decoder: decoders.map(({ units }) => units)
  };
  return { shape, parameters: joinLayers(shape, [...encoders, ...middle, ...decoders, last]) };
}

/** The layers that compute, each of which must read the one before and nothing else. */
function listChain(model: tfl.LayersModel): tfl.layers.Layer[] {
  const count = (place: string, tensors: unknown[]) => {
    if (tensors.length !== 1) refuse(`number of ${place}`, String(tensors.length), '1');
  };
  count('inputs', model.inputs);
  count('outputs', model.outputs);
  let before = model.inputs[0]!;
  if (before.shape.length !== 3) refuse('input', `[${before.shape.join(', ')}]`, '[batch, steps, channels]');
  const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  for (const layer of layers) {
    // A layer that is used twice has no one input.
    if (layer.inboundNodes.length !== 1 || layer.input !== before)
      refuse(layer.name, 'branched', 'fed by the layer before');
    before = layer.output as tfl.SymbolicTensor;
  }
  return layers.filter((layer) => layer.getClassName() !== 'Dropout');
}

function checkLstm(layer: tfl.layers.Layer, returnSequences: boolean): void {
  checkConfig(layer.name, layer.getConfig(), {
    activation: 'tanh',
    recurrentActivation: 'sigmoid',
    returnSequences,
    returnState: false,
    goBackwards: false,
    stateful: false
  });
}

function checkDense(layer: tfl.layers.Layer): void {
  const config = layer.getConfig();
  if (layer.getClassName() === 'Dense') return checkConfig(layer.name, config, { activation: 'linear' });
  const inner = config.layer as { className: string; config: Record<string, unknown> };
  if (inner.className !== 'Dense') refuse(`${layer.name}: layer`, inner.className, 'Dense');
  checkConfig(layer.name, inner.config, { activation: 'linear' });
}

function checkConfig(place: string, found: Record<string, unknown>, expected: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(expected)) {
    if (found[name] !== value) refuse(`${place}: ${name}`, String(found[name]), String(value));
  }
}

function readWeights(layer: tfl.layers.Layer): Promise<ForeignTensor[]> {
  return Promise.all(
    layer.getWeights().map(async (weight) => ({ shape: weight.shape, values: (await weight.data()) as Float32Array }))
  );
}

const describe = (layer: tfl.layers.Layer | undefined) => (layer ? `${layer.getClassName()} ${layer.name}` : 'missing');

function refuse(place: string, value: string, expected: string): never {
  throw new ArchitectureError(place, value, expected);
}
