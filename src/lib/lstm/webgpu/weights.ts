/**
 * The weights of an autoencoder as the scoring kernels read them: those of the LSTM layers with the four gates of a unit side
 * by side, those of the dense layers as they are. One buffer each; a layer's part begins where a binding may begin.
 */
import { isHalf } from '../half';
import { describeLayers, type AutoencoderShape, type DenseLayer, type LstmLayer } from '../shape';

/** Where a layer's weights lie in their buffer, in words of four bytes. */
export interface Stretch {
  readonly offset: number;
  readonly words: number;
}

/** Both buffers and the place of every layer in one of them. */
export interface PackedWeights {
  /** Whether `gates` are 16-bit floats, two to a word. */
  readonly f16: boolean;
  /** `[inputs + units + 1, units]` vectors i, f, c, o per LSTM layer. */
  readonly gates: Float32Array | Uint32Array;
  /** `[inputs + 1, units]` per dense layer. */
  readonly dense: Float32Array;
  readonly lstm: readonly (Stretch & { readonly layer: LstmLayer })[];
  readonly latent: (Stretch & { readonly layer: DenseLayer }) | null;
  readonly head: Stretch & { readonly layer: DenseLayer };
}

/** Bindings begin at multiples of 256 bytes. */
const alignment = 64;

/** Packs flat `parameters` in the order of `describeParameters`; throws a `RangeError` where `f16` would change them. */
export function packWeights(shape: AutoencoderShape, parameters: Float32Array, f16: boolean): PackedWeights {
  if (f16 && !isHalf(parameters)) throw new RangeError('weights that are no 16-bit floats, expected rounded ones');
  const sizes = { lstm: 0, dense: 0 };
  const take = (kind: 'lstm' | 'dense', words: number): Stretch => {
    const offset = sizes[kind];
    sizes[kind] += Math.ceil(words / alignment) * alignment;
    return { offset, words };
  };
  const layers = describeLayers(shape);
  const lstm = layers
    .filter((layer) => layer.kind === 'lstm')
    .map((layer) => ({ layer, ...take('lstm', ((layer.inputs + layer.units + 1) * layer.units * 4) / (f16 ? 2 : 1)) }));
  const [latent, head] = (['latent', 'head'] as const).map((side) => {
    const layer = layers.find((layer) => layer.kind === 'dense' && layer.side === side) as DenseLayer | undefined;
    return layer ? { layer, ...take('dense', (layer.inputs + 1) * layer.units) } : null;
  });

  const gates = f16 ? new Uint32Array(sizes.lstm) : new Float32Array(sizes.lstm);
  for (const { layer, offset } of lstm) {
    const packed = interleaveGates(layer, parameters);
    if (f16) {
      new Uint32Array(packed.buffer).forEach(
        (bits, i) => (gates[offset + (i >> 1)]! |= shorten(bits) << (16 * (i & 1)))
      );
    } else gates.set(packed, offset);
  }
  const dense = new Float32Array(sizes.dense);
  for (const part of [latent, head]) {
    if (part) dense.set(parameters.subarray(part.layer.kernel, part.layer.kernel + part.words), part.offset);
  }
  return { f16, gates, dense, lstm, latent: latent ?? null, head: head! };
}

/** Kernel, recurrent kernel and bias follow each other, so they are one matrix `[inputs + units + 1, gate, unit]`. */
function interleaveGates({ inputs, units, kernel }: LstmLayer, parameters: Float32Array) {
  const packed = new Float32Array((inputs + units + 1) * units * 4);
  for (let row = 0; row <= inputs + units; row++) {
    for (let gate = 0; gate < 4; gate++) {
      for (let unit = 0; unit < units; unit++) {
        packed[(row * units + unit) * 4 + gate] = parameters[kernel + (row * 4 + gate) * units + unit]!;
      }
    }
  }
  return packed;
}

/** The 16 bits of a rounded number from its 32: sign, an exponent counted from 2⁻¹⁵ instead of 2⁻¹²⁷, ten digits. */
function shorten(bits: number): number {
  const size = bits & 0x7fffffff;
  return ((bits >>> 16) & 0x8000) | (size && (size - 0x38000000) >>> 13);
}
