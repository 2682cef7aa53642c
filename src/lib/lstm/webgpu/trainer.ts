/**
 * Training on a GPU: parameters, moments, the order of the windows and the losses stay on the device; what comes back are the
 * losses at the end of a fit, and a checkpoint when it is asked for. Batches are cut into micro-batches where a device needs it,
 * with the same sums in the same order. One call at a time.
 */
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
import { countParameters, type AutoencoderShape } from '../shape';
import { createBuffers } from './buffers';
import type { GpuContext } from './device';
import { paddedRows } from './lstm-backward.wgsl';
import { createPace, estimateRows } from './pace';
import { planPacking, unpackOrder } from './packing';
import { choosePerSplit } from './partial-sums';
import { createRecorder, type Dispatch, type Run } from './recorder';
import { createTrainingMemory } from './training-buffers';
import { largestTrace, planTraining, type TrainingPlan } from './training-plan';

/** Some windows of what is loaded: a batch to learn from, or all of them. */
interface Batch {
  readonly first: number;
  readonly count: number;
  readonly perSplit: number;
  readonly slot: number;
}

/**
 * Puts a training on the device and compiles its kernels. Rejects with a `RangeError` where the checkpoint does not fit the shape,
 * or the shape does not fit the device. A `values` array that was shown before is taken to be what it was then, and not sent again:
 * whoever changes numbers hands over another array.
 */
export async function createGpuTrainer(
  context: GpuContext,
  shape: AutoencoderShape,
  from: Checkpoint,
  rule: TrainingRule
): Promise<Trainer> {
  const { steps, channels } = shape;
  const { bindingBytes, isSoftware } = context;
  const count = countParameters(shape);
  checkCheckpoint(shape, from);
  const fittingRows = paddedRows * Math.floor(bindingBytes / (4 * paddedRows * largestTrace(shape)));
  if (fittingRows === 0) throw new RangeError(`windows of ${steps} steps are too long to be trained on this device`);
  const buffers = createBuffers(context);
  const recorder = createRecorder(context, buffers);
  const packing = planPacking(shape);
  const memory = createTrainingMemory(buffers, packing, from, bindingBytes);
  const fittingSplits = Math.max(1, Math.floor(bindingBytes / (4 * packing.orderLength)));
  const pace = createPace(Math.min(fittingRows, estimateRows(shape, isSoftware)));
  let plan: TrainingPlan | null = null;
  let step = from.step;

  const replan = async (rows: number) => {
    plan?.dispose();
    plan = null;
    plan = await planTraining(shape, rule, rows, {
      context,
      recorder,
      packing,
      buffers: memory.buffers
    });
    return plan;
  };

  const free = () => {
    plan?.dispose();
    buffers.dispose();
  };
  let isDisposed = false;
  let underWay = 0;
  const refuseDisposed = () => {
    if (isDisposed) throw new Error('the trainer was disposed of');
  };
  /** Keeps the buffers until `work` has settled. */
  const keep = async <T>(work: () => Promise<T>): Promise<T> => {
    refuseDisposed();
    underWay++;
    try {
      return await work();
    } finally {
      underWay--;
      if (isDisposed && underWay === 0) free();
    }
  };

  /** Puts windows on the device, and makes ready for batches of `batchSize`; without `perSplit` none is learned from. */
  const load = async (series: Series, starts: Int32Array, batchSize: number, perSplit?: number) => {
    checkStarts(series, starts, shape);
    const splits = perSplit ? Math.ceil(batchSize / perSplit) : 0;
    const rows = Math.min(batchSize, wholeSplits(pace.rows, perSplit ?? 1));
    if (rows > fittingRows) throw new RangeError(`${rows} windows cannot be learned from together on this device`);
    const mustRebind = memory.take({ series, starts, batchSize, splits });
    return plan && plan.rows >= rows && !mustRebind ? plan : replan(Math.max(rows, plan?.rows ?? 0));
  };

  /** Cuts a batch into micro-batches that do `each`; the last of them does `last` as well. */
  function* cutBatch(batch: Batch, each: readonly Dispatch[], last: readonly Dispatch[]) {
    const room = plan!.rows < batch.count ? plan!.rows : Infinity;
    for (let base = 0; base < batch.count;) {
      refuseDisposed();
      const rows = Math.min(wholeSplits(Math.min(pace.rows, room), batch.perSplit), batch.count - base);
      const scalars = {
        ...batch,
        rows,
        base,
        first: batch.first + base,
        lossScale: 1 / (batch.count * steps * channels),
        firstCorrection: 1 / (1 - rule.beta1 ** step),
        secondCorrection: 1 / (1 - rule.beta2 ** step)
      };
      base += rows;
      yield { dispatches: base === batch.count ? [...each, ...last] : each, step: scalars };
    }
  }

  // One number comes back with every submit: waiting for it is waiting for the submit, in every browser.
  const submit = (runs: readonly Run[]) =>
    buffers.submitAndRead(recorder.encode(runs), [{ buffer: memory.buffers.losses, words: 1 }]);

  const read = (...parts: [buffer: GPUBuffer, words: number][]) =>
    buffers.submitAndRead(
      context.device.createCommandEncoder(),
      parts.map(([buffer, words]) => ({ buffer, words }))
    );

  try {
    await replan(paddedRows);
  } catch (error) {
    free();
    throw error;
  }

  return {
    shape,
    fit: (series, order, batchSize) =>
      keep(async () => {
        checkBatchSize(batchSize);
        if (order.length === 0) return new Float32Array();
        const size = Math.min(batchSize, order.length);
        const perSplit = choosePerSplit(size, steps, fittingSplits);
        const batches = Math.ceil(order.length / size);
        const { forward, backward, loss, gradient, update } = await load(series, order, size, perSplit);
        function* cutOrder() {
          for (let slot = 0; slot < batches; slot++) {
            const first = slot * size;
            const batch = { first, count: Math.min(size, order.length - first), perSplit, slot };
            step++;
            yield* cutBatch(batch, [...forward, ...backward], [...loss, ...gradient, ...update]);
          }
        }
        await pace.submitAll(cutOrder(), submit);
        return read([memory.buffers.losses, batches]);
      }),
    evaluate: (series, starts) =>
      keep(async () => {
        const { length } = starts;
        checkAny(starts);
        const { forward, loss } = await load(series, starts, length);
        await pace.submitAll(cutBatch({ first: 0, count: length, perSplit: 1, slot: 0 }, forward, loss), submit);
        return (await read([memory.buffers.losses, 1]))[0]!;
      }),
    differentiate: (series, starts) =>
      keep(async () => {
        const { length } = starts;
        checkAny(starts);
        const perSplit = choosePerSplit(length, steps, fittingSplits);
        const { forward, backward, loss, gradient } = await load(series, starts, length, perSplit);
        const batch = { first: 0, count: length, perSplit, slot: 0 };
        await pace.submitAll(cutBatch(batch, [...forward, ...backward], [...loss, ...gradient]), submit);
        const found = memory.buffers;
        const numbers = await read([found.losses, 1], [found.gradient, packing.orderLength]);
        return { loss: numbers[0]!, gradient: unpackOrder(packing, numbers.subarray(1)) };
      }),
    save: () =>
      keep(async () => {
        const taken = step;
        const { parameters, firstMoment, secondMoment } = memory.buffers;
        const numbers = await read([parameters, count], [firstMoment, count], [secondMoment, count]);
        const [first, second, third] = [0, 1, 2].map((i) => numbers.slice(i * count, (i + 1) * count));
        return { parameters: first!, firstMoment: second!, secondMoment: third!, step: taken };
      }),
    dispose() {
      isDisposed = true;
      if (underWay === 0) free();
    }
  };
}

/** The largest multiple of `perSplit` up to `rows`, one at least. */
function wholeSplits(rows: number, perSplit: number): number {
  return perSplit * Math.max(1, Math.floor(rows / perSplit));
}
