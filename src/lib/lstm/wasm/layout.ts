/**
 * How the kernels want an autoencoder's parameters: every tensor in panels of sixteen columns, one array for all of them, so
 * that Adam is one loop. Columns that pad a panel are zero and stay zero.
 */
import { describeLayers, type AutoencoderShape } from '../shape';

/** One layer in panels; offsets in numbers from the beginning of the packed parameters. */
export interface PackedLayer {
  readonly kind: 'lstm' | 'dense';
  readonly side: 'encoder' | 'latent' | 'decoder' | 'head';
  readonly inputs: number;
  readonly units: number;
  /** Panels of sixteen columns: the four gates of four units each, or sixteen units of a dense layer. */
  readonly panels: number;
  /** Bytes from row to row of states and of dense outputs: units in sixteens. */
  readonly stride: number;
  /** `[panels][inputs][16]` */
  readonly kernel: number;
  /** `[panels][units][16]`, -1 in a dense layer. */
  readonly recurrent: number;
  /** `[panels][16]` */
  readonly bias: number;
}

/** The packed layout of a shape. */
export interface PackedLayout {
  readonly layers: readonly PackedLayer[];
  /** Numbers, a multiple of sixteen. */
  readonly size: number;
  /** Place in the packed array of each canonical parameter. */
  readonly places: Int32Array;
}

/** Lays out a shape. */
export function packLayout(shape: AutoencoderShape): PackedLayout {
  const places: number[] = [];
  let size = 0;
  const take = (count: number) => (size += count) - count;
  const layers = describeLayers(shape).map((layer): PackedLayer => {
    const { kind, side, inputs, units } = layer;
    const isLstm = kind === 'lstm';
    const panels = Math.ceil(units / (isLstm ? 4 : 16));
    const kernel = take(panels * inputs * 16);
    const recurrent = isLstm ? take(panels * units * 16) : -1;
    const bias = take(panels * 16);
    const columns = isLstm ? 4 * units : units;
    const place = (column: number, row: number, rows: number): number => {
      if (!isLstm) return ((column >> 4) * rows + row) * 16 + (column & 15);
      const unit = column % units;
      return ((unit >> 2) * rows + row) * 16 + Math.floor(column / units) * 4 + (unit & 3);
    };
    const tensors: [at: number, rows: number][] = isLstm
      ? [
          [kernel, inputs],
          [recurrent, units],
          [bias, 1]
        ]
      : [
          [kernel, inputs],
          [bias, 1]
        ];
    for (const [at, rows] of tensors) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) places.push(at + place(column, row, rows));
      }
    }
    return { kind, side, inputs, units, panels, stride: Math.ceil(units / 16) * 64, kernel, recurrent, bias };
  });
  return { layers, size, places: Int32Array.from(places) };
}

/** Writes canonical numbers to their packed places. */
export function pack({ places }: PackedLayout, canonical: Float32Array, packed: Float32Array): void {
  for (let i = 0; i < places.length; i++) packed[places[i]!] = canonical[i]!;
}

/** Reads them back. */
export function unpack({ places }: PackedLayout, packed: Float32Array): Float32Array {
  return Float32Array.from(places, (place) => packed[place]!);
}
