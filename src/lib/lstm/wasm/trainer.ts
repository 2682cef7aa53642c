/** Trains on the CPU: blocks forwards and backwards, their gradients added up, one step of Adam a batch. */
import {
  checkAny,
  checkBatchSize,
  checkCheckpoint,
  checkStarts,
  type Checkpoint,
  type Series,
  type Trainer,
  type TrainingRule
} from '../engine';
import type { AutoencoderShape } from '../shape';
import { createArena } from './arena';
import { allocateBack, runBackward, turnWeights } from './backpass';
import { pack, packLayout, unpack } from './layout';
import { instantiateKernels, type KernelModule } from './module';
import { allocateBlock, runForward, stageWindows } from './pass';

/** Windows at a time: gates and states of a block stay near the second-level cache. */
const blockRows = 8;

/** Creates a trainer that goes on from a checkpoint, with a memory of its own. */
export function createWasmTrainer(
  module: KernelModule,
  shape: AutoencoderShape,
  from: Checkpoint,
  rule: TrainingRule
): Trainer {
  checkCheckpoint(shape, from);
  const { steps, channels } = shape;
  const layout = packLayout(shape);
  const { size } = layout;
  const arena = createArena();
  const [parameters, gradient, m, v] = [0, 0, 0, 0].map(() => arena.floats(size)) as [number, number, number, number];
  const block = allocateBlock(arena, shape, layout, blockRows, true);
  const back = allocateBack(arena, shape, layout, blockRows);
  const memory = arena.open();
  const kernels = instantiateKernels(module, memory);
  const heap = new Float32Array(memory.buffer);
  const packed = (address: number) => heap.subarray(address / 4, address / 4 + size);
  pack(layout, from.parameters, packed(parameters));
  pack(layout, from.firstMoment, packed(m));
  pack(layout, from.secondMoment, packed(v));
  let taken = from.step;
  const isSquared = rule.loss === 'mse' ? 1 : 0;

  /** Loss of the windows, and, if learning, its gradient in place. */
  function pass(series: Series, starts: Int32Array, isLearning: boolean): number {
    const scale = 1 / (starts.length * steps * channels);
    if (isLearning) packed(gradient).fill(0);
    let loss = 0;
    for (let first = 0; first < starts.length; first += blockRows) {
      const rows = Math.min(blockRows, starts.length - first);
      stageWindows(kernels, heap, block, shape, series, starts, first, rows);
      runForward(kernels, layout, parameters, block, rows, steps);
      loss += kernels.differentiateLoss(block.x, block.y, rows * steps, channels, isSquared, scale) * scale;
      if (isLearning) runBackward(kernels, heap, layout, gradient, block, back, rows, steps);
    }
    return loss;
  }

  function learn(): void {
    const { learningRate, beta1, beta2, epsilon, clipNorm } = rule;
    taken++;
    const norm = clipNorm === null ? 0 : Math.sqrt(kernels.sumSquares(gradient, size));
    const scale = clipNorm !== null && norm > clipNorm ? clipNorm / norm : 1;
    const rate = learningRate / (1 - beta1 ** taken);
    const unbias = 1 / (1 - beta2 ** taken);
    kernels.adam(parameters, gradient, m, v, size, scale, rate, beta1, beta2, unbias, epsilon);
    turnWeights(kernels, layout, parameters, back);
  }
  turnWeights(kernels, layout, parameters, back);

  return {
    shape,
    async fit(series, order, batchSize) {
      checkStarts(series, order, shape);
      checkBatchSize(batchSize);
      const losses = new Float32Array(Math.ceil(order.length / batchSize));
      for (let i = 0; i < losses.length; i++) {
        losses[i] = pass(series, order.subarray(i * batchSize, (i + 1) * batchSize), true);
        learn();
      }
      return losses;
    },
    async evaluate(series, starts) {
      checkStarts(series, starts, shape);
      checkAny(starts);
      return pass(series, starts, false);
    },
    async differentiate(series, starts) {
      checkStarts(series, starts, shape);
      checkAny(starts);
      const loss = pass(series, starts, true);
      return { loss, gradient: unpack(layout, packed(gradient)) };
    },
    save: async () => ({
      parameters: unpack(layout, packed(parameters)),
      firstMoment: unpack(layout, packed(m)),
      secondMoment: unpack(layout, packed(v)),
      step: taken
    }),
    dispose: () => {}
  };
}
