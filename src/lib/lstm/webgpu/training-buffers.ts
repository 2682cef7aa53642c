/** What a training keeps on the device from step to step, and the buffers that grow with what it is shown. */
import type { Checkpoint, Series } from '../engine';
import type { GpuBuffers } from './buffers';
import { countSumGroups } from './gradient-sum.wgsl';
import { packParameters, type Packing } from './packing';

/** Parameters and moments are flat; the gradient and its partial sums lie in the order of `Packing`. */
export interface TrainingBuffers {
  readonly parameters: GPUBuffer;
  readonly firstMoment: GPUBuffer;
  readonly secondMoment: GPUBuffer;
  /** Copies of the parameters as the kernels read them, and where each parameter lies in it. */
  readonly packed: GPUBuffer;
  readonly places: GPUBuffer;
  readonly gradient: GPUBuffer;
  /** Sums of squares of the gradient. */
  readonly squares: GPUBuffer;
  /** `[splits, orderLength]` */
  readonly partials: GPUBuffer;
  readonly series: GPUBuffer;
  readonly starts: GPUBuffer;
  /** One number per window of a batch. */
  readonly windowLoss: GPUBuffer;
  /** One number per batch. */
  readonly losses: GPUBuffer;
}

/** What is shown to a training: windows of a series in batches, each cut into splits. */
export interface Lesson {
  readonly series: Series;
  readonly starts: Int32Array;
  readonly batchSize: number;
  readonly splits: number;
}

/** The buffers of one training, from a checkpoint on. */
export interface TrainingMemory {
  readonly buffers: TrainingBuffers;
  /**
   * Puts the lesson on the device, its series only where another array was shown last; true where buffers had to be replaced, so that what was bound to them must be bound anew.
   * Throws a `RangeError` where a binding cannot show that much.
   */
  take(lesson: Lesson): boolean;
}

/** Uploads the checkpoint. */
export function createTrainingMemory(
  account: GpuBuffers,
  packing: Packing,
  { parameters, firstMoment, secondMoment }: Checkpoint,
  bindingBytes: number
): TrainingMemory {
  const fixed = {
    parameters: account.upload('parameters', parameters),
    firstMoment: account.upload('first moment', firstMoment),
    secondMoment: account.upload('second moment', secondMoment),
    packed: account.upload('packed parameters', packParameters(packing, parameters)),
    places: account.upload('places', packing.places),
    gradient: account.storage('gradient', packing.orderLength),
    squares: account.storage('squares', countSumGroups(packing.orderLength))
  };
  const growing = {
    partials: account.storage('partial gradients', 1),
    series: account.storage('series', 1),
    starts: account.storage('starts', 1),
    windowLoss: account.storage('window losses', 1),
    losses: account.storage('losses', 1)
  };
  let shown: Float32Array | null = null;
  return {
    get buffers() {
      return { ...fixed, ...growing };
    },
    take({ series, starts, batchSize, splits }) {
      const words: Record<keyof typeof growing, number> = {
        partials: packing.orderLength * splits,
        series: series.values.length,
        starts: starts.length,
        windowLoss: batchSize,
        losses: Math.ceil(starts.length / batchSize)
      };
      const names = Object.keys(words) as (keyof typeof growing)[];
      for (const name of names) {
        const bytes = 4 * words[name];
        if (bytes > bindingBytes) throw new RangeError(`${name}: ${bytes} bytes, the device can bind ${bindingBytes}`);
      }
      const small = names.filter((name) => growing[name].size < 4 * words[name]);
      for (const name of small) {
        account.release(growing[name]);
        growing[name] = account.storage(name, words[name]);
      }
      if (series.values !== shown || small.includes('series')) account.write(growing.series, series.values);
      shown = series.values;
      account.write(growing.starts, starts);
      return small.length > 0;
    }
  };
}
