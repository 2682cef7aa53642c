/** The way back through a block: gradients of the loss by every parameter, added to the packed gradient. */
import type { AutoencoderShape } from '../shape';
import type { Arena } from './arena';
import type { PackedLayout } from './layout';
import type { Kernels } from './module';
import type { BlockMemory } from './pass';

/** What the way back needs besides the block. */
export interface BackMemory {
  /** Per layer: kernel and recurrent kernel turned round, 0 where nobody asks for the gradient by the input. */
  readonly kernelT: readonly number[];
  readonly recurrentT: readonly number[];
  /** Gradient by each hidden state of the layer below `[step][row][stride]`. */
  readonly dHidden: number;
  /** Gradient by the state handed on `[row][stride]`, and by the latent layer's output `[panel][row][16]`. */
  readonly dState: number;
  readonly dCell: number;
  readonly dLatent: number;
}

/** Takes the memory from the arena. */
export function allocateBack(
  arena: Arena,
  { steps }: AutoencoderShape,
  { layers }: PackedLayout,
  rows: number
): BackMemory {
  const turned = (depth: number, panels: number) => arena.floats(Math.ceil(depth / 16) * panels * 256);
  const stride = Math.max(...layers.map((layer) => Math.max(layer.stride, Math.ceil(layer.inputs / 16) * 64))) / 4;
  return {
    kernelT: layers.map(({ inputs, panels }, i) => (i > 0 ? turned(inputs, panels) : 0)),
    recurrentT: layers.map(({ kind, units, panels }) => (kind === 'lstm' ? turned(units, panels) : 0)),
    dHidden: arena.floats(steps * rows * stride),
    dState: arena.floats(rows * stride),
    dCell: arena.floats(rows * stride),
    dLatent: arena.floats(rows * stride)
  };
}

/** Turns the weights round; to be done whenever they have changed. */
export function turnWeights(kernels: Kernels, { layers }: PackedLayout, parameters: number, back: BackMemory): void {
  layers.forEach(({ inputs, units, panels, kernel, recurrent }, i) => {
    if (back.kernelT[i]) kernels.transpose(parameters + 4 * kernel, panels, inputs, back.kernelT[i]!);
    if (back.recurrentT[i]) kernels.transpose(parameters + 4 * recurrent, panels, units, back.recurrentT[i]!);
  });
}

/**
 * Goes back through `rows` windows whose forward pass kept everything. `y` holds the gradient by the reconstruction; gates and
 * `y` are used up. `gradient` is the address of the packed gradient, which is added to.
 */
export function runBackward(
  kernels: Kernels,
  heap: Float32Array,
  { layers }: PackedLayout,
  gradient: number,
  block: BlockMemory,
  back: BackMemory,
  rows: number,
  steps: number
): void {
  const at = (offset: number) => gradient + 4 * offset;
  const clear = (address: number, bytes: number) => heap.fill(0, address / 4, (address + bytes) / 4);
  const count = steps * rows;
  const plane = rows * 64;
  const panel = count * 64;

  /** Gradient by what a layer read, from the gradients `d` of its sums: `[row][stride]`. */
  const passDown = (i: number, d: number, many: number, out: number, outStride: number, outPanel: number) => {
    const { inputs, panels } = layers[i]!;
    const wide = Math.ceil(inputs / 16);
    kernels.multiply(
      d,
      64,
      16,
      panels,
      many * 64,
      many,
      back.kernelT[i]!,
      wide,
      block.zero,
      0,
      0,
      out,
      outStride,
      outPanel
    );
  };

  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const below = layers[i - 1];
    const { inputs, units, panels, stride } = layer;
    // What the layer read, and how far apart its rows are.
    const input = below ? block.hidden[i - 1]! : block.x;
    const inputStride = below ? below.stride : 4 * inputs;
    const lastPlane = below?.kind === 'lstm' ? (steps - 1) * rows * below.stride : 0;

    if (layer.side === 'head') {
      kernels.accumulate(input, inputStride, inputs, count, block.y, panel, panels, at(layer.kernel));
      kernels.addRows(block.y, panel, count, panels, at(layer.bias));
      passDown(i, block.y, count, back.dHidden, inputStride, 64);
      continue;
    }
    if (layer.side === 'latent') {
      kernels.accumulate(input + lastPlane, inputStride, inputs, rows, back.dLatent, plane, panels, at(layer.kernel));
      kernels.addRows(back.dLatent, plane, rows, panels, at(layer.bias));
      passDown(i, back.dLatent, rows, back.dState, inputStride, 64);
      continue;
    }

    const gates = block.gates[i]!;
    const isRepeated = layer.side === 'decoder' && below?.side !== 'decoder';
    const isHandedOn = layer.side === 'encoder' && layers[i + 1]!.side !== 'encoder';
    if (!isHandedOn) clear(back.dState, rows * stride);
    clear(back.dCell, rows * stride);
    kernels.backward(
      back.recurrentT[i]!,
      block.zero,
      rows,
      steps,
      units,
      gates,
      block.cell[i]!,
      isHandedOn ? 0 : back.dHidden,
      back.dState,
      back.dCell,
      stride
    );
    kernels.accumulate(
      block.hidden[i]!,
      stride,
      units,
      count - rows,
      gates + plane,
      panel,
      panels,
      at(layer.recurrent)
    );
    if (isRepeated) {
      kernels.addSteps(gates, steps, rows, panels, block.repeated);
      kernels.accumulate(input + lastPlane, inputStride, inputs, rows, block.repeated, plane, panels, at(layer.kernel));
      kernels.addRows(block.repeated, plane, rows, panels, at(layer.bias));
      const toLatent = below!.kind === 'dense';
      if (toLatent) passDown(i, block.repeated, rows, back.dLatent, 64, plane);
      else passDown(i, block.repeated, rows, back.dState, inputStride, 64);
    } else {
      kernels.accumulate(input, inputStride, inputs, count, gates, panel, panels, at(layer.kernel));
      kernels.addRows(gates, panel, count, panels, at(layer.bias));
      if (below) passDown(i, gates, count, back.dHidden, inputStride, 64);
    }
  }
}
