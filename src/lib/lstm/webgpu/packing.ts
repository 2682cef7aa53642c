/**
 * Where the flat parameters lie a second and a third time, as the kernels read them: LSTM layers with their gates interleaved as
 * vec4, by row for the forward pass and transposed for the backward one. One buffer holds all copies; a table of places fills it. The
 * first stretch of it, `order`, has every parameter once; gradients are summed in that order.
 */
import { countParameters, describeLayers, type AutoencoderShape } from '../shape';

/** A stretch of the buffer, in numbers. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Where a layer lies in `order`; of an LSTM layer `[(inputs + units + 1), units]` vec4, rows of input, recurrence, bias. */
export interface LayerCopies {
  readonly forward: Stretch;
  /** `[units, units]` vec4, transposed; empty for a dense layer. */
  readonly recurrent: Stretch;
  /** `[units, inputs]` vec4, transposed; empty for a dense layer. */
  readonly kernel: Stretch;
}

export interface Packing {
  /** Numbers in the buffer of copies. */
  readonly length: number;
  /** Numbers in its first stretch, a multiple of 4; some belong to no parameter. */
  readonly orderLength: number;
  /** One for each layer, in their order. */
  readonly copies: readonly LayerCopies[];
  /** Two places for each parameter: in `order`, and among the transposed copies or `noPlace`. */
  readonly places: Uint32Array<ArrayBuffer>;
}

/** Says of a place that a parameter has no such copy. */
export const noPlace = 0xffffffff;

/** Buffers are bound from multiples of 256 bytes on. */
const alignment = 64;

/** Lays out the copies of an autoencoder's parameters. */
export function planPacking(shape: AutoencoderShape): Packing {
  const layers = describeLayers(shape);
  const places = new Uint32Array(2 * countParameters(shape)).fill(noPlace);
  let length = 0;
  const take = (count: number): Stretch => {
    const offset = length;
    length += Math.ceil(count / alignment) * alignment;
    return { offset, length: count };
  };
  const forward = layers.map(({ kind, inputs, units }) =>
    take(kind === 'lstm' ? (inputs + units + 1) * units * 4 : (inputs + 1) * units)
  );
  const orderLength = length;
  const copies = layers.map(({ kind, inputs, units }, i) => ({
    forward: forward[i]!,
    recurrent: take(kind === 'lstm' ? units * units * 4 : 0),
    kernel: take(kind === 'lstm' ? units * inputs * 4 : 0)
  }));
  layers.forEach((layer, i) => {
    const { forward, recurrent, kernel } = copies[i]!;
    const { inputs, units } = layer;
    if (layer.kind === 'dense') {
      for (let at = 0; at < forward.length; at++) places[2 * (layer.kernel + at)] = forward.offset + at;
      return;
    }
    // Kernel, recurrent kernel and bias follow each other in the flat parameters: rows of one matrix.
    for (let row = 0; row <= inputs + units; row++) {
      for (let gate = 0; gate < 4; gate++) {
        for (let unit = 0; unit < units; unit++) {
          const parameter = layer.kernel + (row * 4 + gate) * units + unit;
          places[2 * parameter] = forward.offset + (row * units + unit) * 4 + gate;
          if (row < inputs) places[2 * parameter + 1] = kernel.offset + (unit * inputs + row) * 4 + gate;
          else if (row < inputs + units) {
            places[2 * parameter + 1] = recurrent.offset + (unit * units + row - inputs) * 4 + gate;
          }
        }
      }
    }
  });
  return { length, orderLength, copies, places };
}

/** Fills the buffer of copies from the flat `parameters`. */
export function packParameters({ length, places }: Packing, parameters: Float32Array): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(length);
  places.forEach((place, i) => {
    if (place !== noPlace) packed[place] = parameters[i >> 1]!;
  });
  return packed;
}

/** Numbers in `order`, flat again. */
export function unpackOrder({ places }: Packing, ordered: Float32Array): Float32Array {
  return Float32Array.from({ length: places.length / 2 }, (_, parameter) => ordered[places[2 * parameter]!]!);
}
