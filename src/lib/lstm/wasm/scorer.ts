/** Scores windows on the CPU: blocks of a few windows through `runForward`, then their errors. */
import { checkParameters, checkStarts, type ErrorKind, type Scorer, type Series, type WindowErrors } from '../engine';
import type { AutoencoderShape } from '../shape';
import { createArena } from './arena';
import { pack, packLayout } from './layout';
import { instantiateKernels, type KernelModule } from './module';
import { allocateBlock, runForward, stageWindows } from './pass';

/** Windows at a time: their gates stay in the second-level cache. Measured flat from 6 to 32. */
const blockRows = 8;

/** Creates a scorer with a memory of its own. */
export function createWasmScorer(module: KernelModule, shape: AutoencoderShape, parameters: Float32Array): Scorer {
  checkParameters(shape, parameters);
  const { steps, channels } = shape;
  const layout = packLayout(shape);
  const arena = createArena();
  const packed = arena.floats(layout.size);
  const block = allocateBlock(arena, shape, layout, blockRows, false);
  const width = Math.ceil(channels / 16) * 16;
  const errors = arena.floats(blockRows * width);
  const last = arena.floats(blockRows * width);
  const memory = arena.open();
  const kernels = instantiateKernels(module, memory);
  const heap = new Float32Array(memory.buffer);
  pack(layout, parameters, heap.subarray(packed / 4));

  function scoreWindows(series: Series, starts: Int32Array, error: ErrorKind): WindowErrors {
    checkStarts(series, starts, shape);
    const found: WindowErrors = {
      score: new Float32Array(starts.length),
      channelError: new Float32Array(starts.length * channels),
      expected: new Float32Array(starts.length * channels)
    };
    for (let from = 0; from < starts.length; from += blockRows) {
      const rows = Math.min(blockRows, starts.length - from);
      stageWindows(kernels, heap, block, shape, series, starts, from, rows);
      runForward(kernels, layout, packed, block, rows, steps);
      kernels.sumErrors(block.x, block.y, rows, steps, channels, error === 'mse' ? 1 : 0, errors, last);
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) {
          const mean = heap[errors / 4 + row * width + channel]! / steps;
          sum += mean;
          found.channelError[(from + row) * channels + channel] = mean;
          found.expected[(from + row) * channels + channel] = heap[last / 4 + row * width + channel]!;
        }
        found.score[from + row] = sum / channels;
      }
    }
    return found;
  }

  return { shape, score: async (series, starts, error) => scoreWindows(series, starts, error), dispose: () => {} };
}
