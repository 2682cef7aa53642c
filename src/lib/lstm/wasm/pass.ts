/**
 * One block of windows through an autoencoder, forwards and backwards: which kernel runs on what. Scoring and training share
 * it; a training keeps all states and gates, a scoring only what the next layer reads.
 */
import type { Series } from '../engine';
import type { AutoencoderShape } from '../shape';
import type { Arena } from './arena';
import type { PackedLayer, PackedLayout } from './layout';
import type { Kernels } from './module';

/** Addresses of a block of at most `rows` windows. */
export interface BlockMemory {
  readonly rows: number;
  /** Windows as copied from the series `[row][step][channels]`, and as the kernels read them `[step][row][channels]`. */
  readonly staged: number;
  readonly x: number;
  /** Output of the head `[panel][step][row][16]`; a training turns it into the gradient of the loss. */
  readonly y: number;
  /** Sixteen zeros. */
  readonly zero: number;
  /** Product of the repeated input with the kernel of the first decoder layer `[group][row][16]`; its gradient in training. */
  readonly repeated: number;
  /** Per layer: hidden states or dense output, cell states, gates. */
  readonly hidden: readonly number[];
  readonly cell: readonly number[];
  readonly gates: readonly number[];
  readonly keepAll: boolean;
}

/** Takes a block's memory from the arena. */
export function allocateBlock(
  arena: Arena,
  { steps, channels }: AutoencoderShape,
  { layers }: PackedLayout,
  rows: number,
  keepAll: boolean
): BlockMemory {
  const count = steps * rows;
  const widest = (measure: (layer: PackedLayer) => number) => Math.max(...layers.map(measure));
  const states = ({ kind, stride }: PackedLayer) => ((kind === 'lstm' ? count : rows) * stride) / 4;
  const gates = ({ kind, panels }: PackedLayer) => (kind === 'lstm' ? panels * count * 16 : 0);
  const each = (measure: (layer: PackedLayer) => number, shared: boolean) => {
    const one = shared ? arena.floats(widest(measure)) : 0;
    return layers.map((layer) => (shared ? one : arena.floats(measure(layer))));
  };
  return {
    rows,
    staged: arena.floats(count * channels),
    x: arena.floats(count * channels),
    y: arena.floats(Math.ceil(channels / 16) * count * 16),
    zero: arena.floats(16),
    repeated: arena.floats(widest(({ panels }) => panels) * rows * 16),
    hidden: each(states, false),
    cell: each(states, !keepAll),
    gates: each(gates, !keepAll),
    keepAll
  };
}

/** Copies windows into the block. `count` at most `rows`. */
export function stageWindows(
  kernels: Kernels,
  heap: Float32Array,
  block: BlockMemory,
  { steps, channels }: AutoencoderShape,
  { values }: Series,
  starts: Int32Array,
  from: number,
  count: number
): void {
  const size = steps * channels;
  for (let row = 0; row < count; row++) {
    const begin = starts[from + row]! * channels;
    heap.set(values.subarray(begin, begin + size), block.staged / 4 + row * size);
  }
  kernels.interleave(block.staged, count, steps, channels, block.x);
}

/** Runs `rows` staged windows forwards; leaves the reconstruction in `y`. `parameters` is the address of the packed ones. */
export function runForward(
  kernels: Kernels,
  { layers }: PackedLayout,
  parameters: number,
  block: BlockMemory,
  rows: number,
  steps: number
): void {
  const at = (offset: number) => parameters + 4 * offset;
  const plane = rows * 64;
  const panel = steps * plane;
  // What the next layer reads: a row per window and step, until the encoder leaves one per window.
  let input = block.x;
  let inputStride = 4 * layers[0]!.inputs;
  let isSequence = true;
  layers.forEach((layer, i) => {
    const { kind, side, inputs, units, panels, stride } = layer;
    const hidden = block.hidden[i]!;
    if (kind === 'dense') {
      const isHead = side === 'head';
      const out = isHead ? block.y : hidden;
      const count = isHead ? steps * rows : rows;
      kernels.project(
        input,
        inputStride,
        inputs,
        count,
        at(layer.kernel),
        panels,
        at(layer.bias),
        out,
        isHead ? 64 : stride,
        isHead ? panel : 64
      );
    } else {
      const gates = block.gates[i]!;
      const sums = isSequence ? gates : block.repeated;
      const count = isSequence ? steps * rows : rows;
      const sumsPanel = count * 64;
      kernels.multiply(
        input,
        inputStride,
        inputs,
        1,
        0,
        count,
        at(layer.kernel),
        panels,
        at(layer.bias),
        0,
        64,
        sums,
        64,
        sumsPanel
      );
      const isLast = side === 'encoder' && layers[i + 1]!.side !== 'encoder';
      const keepAll = block.keepAll || !isLast;
      kernels.forward(
        at(layer.recurrent),
        sums,
        isSequence ? plane : 0,
        sumsPanel,
        rows,
        steps,
        units,
        gates,
        hidden,
        block.cell[i]!,
        stride,
        keepAll ? 1 : 0
      );
      isSequence = !isLast;
      input = isLast ? hidden + (keepAll ? steps - 1 : (steps - 1) & 1) * rows * stride : hidden;
      inputStride = stride;
      return;
    }
    input = hidden;
    inputStride = stride;
  });
}
