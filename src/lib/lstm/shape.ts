/**
 * What an LSTM autoencoder is: encoder LSTMs, an optional dense latent layer, its output repeated over the steps, decoder
 * LSTMs, a dense head on every step. And how its parameters lie in one flat array, the same for every engine, in every file.
 *
 * All LSTMs: tanh and sigmoid, gates i, f, c, o along the last axis, zero initial state. Dense layers are linear.
 */

/** Sizes of an autoencoder over windows `[batch, steps, channels]`. */
export interface AutoencoderShape {
  readonly steps: number;
  readonly channels: number;
  /** Units of each encoder layer; at least one. The last one hands on its last hidden state alone. */
  readonly encoder: readonly number[];
  /** Width of the dense layer behind the encoder; null for none. */
  readonly latent: number | null;
  /** Units of each decoder layer; at least one. */
  readonly decoder: readonly number[];
}

/** One tensor inside the flat parameters: row-major `shape`, from `offset` on. */
export interface ParameterTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** One LSTM layer: its sizes and where its three tensors begin. */
export interface LstmLayer {
  readonly kind: 'lstm';
  readonly side: 'encoder' | 'decoder';
  readonly inputs: number;
  readonly units: number;
  /** `[inputs, 4·units]`, `[units, 4·units]`, `[4·units]`. */
  readonly kernel: number;
  readonly recurrent: number;
  readonly bias: number;
}

/** One dense layer: `kernel` begins `[inputs, units]`, `bias` `[units]`. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly side: 'latent' | 'head';
  readonly inputs: number;
  readonly units: number;
  readonly kernel: number;
  readonly bias: number;
}

/** The layers in the order the data takes, each with the offsets of its tensors in the flat parameters. */
export function describeLayers(shape: AutoencoderShape): (LstmLayer | DenseLayer)[] {
  const layers: (LstmLayer | DenseLayer)[] = [];
  let offset = 0;
  let inputs = shape.channels;
  const take = (count: number) => (offset += count) - count;
  const lstm = (side: LstmLayer['side'], units: number) => {
    layers.push({
      kind: 'lstm',
      side,
      inputs,
      units,
      kernel: take(inputs * 4 * units),
      recurrent: take(units * 4 * units),
      bias: take(4 * units)
    });
    inputs = units;
  };
  const dense = (side: DenseLayer['side'], units: number) => {
    layers.push({ kind: 'dense', side, inputs, units, kernel: take(inputs * units), bias: take(units) });
    inputs = units;
  };
  for (const units of shape.encoder) lstm('encoder', units);
  if (shape.latent !== null) dense('latent', shape.latent);
  for (const units of shape.decoder) lstm('decoder', units);
  dense('head', shape.channels);
  return layers;
}

/** Every tensor with name, shape and offset, in flat order. Names follow Keras: `encoder_0/kernel`, `head/bias`. */
export function describeParameters(shape: AutoencoderShape): ParameterTensor[] {
  const counts = { encoder: 0, decoder: 0 };
  return describeLayers(shape).flatMap((layer): ParameterTensor[] => {
    const { inputs, units } = layer;
    if (layer.kind === 'dense') {
      return [
        { name: `${layer.side}/kernel`, shape: [inputs, units], offset: layer.kernel },
        { name: `${layer.side}/bias`, shape: [units], offset: layer.bias }
      ];
    }
    const name = `${layer.side}_${counts[layer.side]++}`;
    return [
      { name: `${name}/kernel`, shape: [inputs, 4 * units], offset: layer.kernel },
      { name: `${name}/recurrent_kernel`, shape: [units, 4 * units], offset: layer.recurrent },
      { name: `${name}/bias`, shape: [4 * units], offset: layer.bias }
    ];
  });
}

/** Length of the flat parameters. */
export function countParameters(shape: AutoencoderShape): number {
  const last = describeLayers(shape).at(-1)!;
  return last.kind === 'dense' ? last.bias + last.units : last.bias + 4 * last.units;
}
