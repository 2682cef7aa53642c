/**
 * Scores windows on the GPU: weights go up once, rows of the series as they are needed, errors come back and nothing else.
 * A call is cut so that no dispatch blocks the device for long. Which kernel runs it is a matter of the number of windows asked
 * for and of what was measured on the device, not of the cut: two runs are equal bit for bit.
 */
import { checkParameters, checkStarts, type ErrorKind, type Scorer, type Series, type WindowErrors } from '../engine';
import type { AutoencoderShape } from '../shape';
import { createBuffers } from './buffers';
import type { GpuContext } from './device';
import type { StepScalars } from './kernel.wgsl';
import { cutPieces } from './pieces';
import { createRecorder, type Dispatch } from './recorder';
import { checkFit, prepareScoring } from './scoring-plan';
import { chooseUntuned, type GpuTuning, type Variant } from './variant';
import { packWeights } from './weights';

/** A scorer that says how it computes: `f32`, or `f16 weights`. */
export interface GpuScorer extends Scorer {
  readonly detail: string;
}

/** Windows given to the device at a time: fewer next time where they took longer than this, more where it was quicker. */
const longMs = 120;
const shortMs = 40;
const firstWindows = 64;
const mostWindows = { software: 256, hardware: 8192 };
/** What is on the device at a time of the series, of the windows asked for, and of the states between two layers. */
const mostSeriesBytes = 2 ** 24;
const mostStarts = 2 ** 18;
const mostStateBytes = 2 ** 26;
/** Batches given to the device before the first of them is read. */
const inFlight = 2;

/**
 * Packs flat `parameters` and uploads them. Rejects with a `RangeError` where they are not the shape's, a layer is too wide for
 * a workgroup, or 16 bits do not hold them and the tuning asks for that.
 */
export async function createGpuScorer(
  context: GpuContext,
  shape: AutoencoderShape,
  parameters: Float32Array,
  tuning: GpuTuning = chooseUntuned(context, shape)
): Promise<GpuScorer> {
  checkParameters(shape, parameters);
  checkFit(shape);
  const { steps, channels, encoder, decoder } = shape;
  const buffers = createBuffers(context);
  const recorder = createRecorder(context, buffers);
  const weights = packWeights(shape, parameters, tuning.f16);
  const gates = buffers.upload('gates', weights.gates);
  const dense = buffers.upload('dense', weights.dense);
  const [series, starts, errors, last] = ['series', 'starts', 'errors', 'last states'].map(buffers.growing);
  const sequences = [buffers.growing('states'), buffers.growing('other states')] as const;
  const prepared = new Map<string, Promise<Dispatch[]>>();

  const widest = Math.max(channels, ...encoder, ...decoder);
  const isStacked = Math.max(encoder.length, decoder.length) > 1;
  const mostRows = Math.max(steps, Math.floor(mostSeriesBytes / (4 * channels)));
  const limit = Math.max(
    1,
    Math.min(
      context.isSoftware ? mostWindows.software : mostWindows.hardware,
      Math.floor(mostStateBytes / (4 * steps * widest))
    )
  );
  let atATime = Math.min(firstWindows, limit);
  let isDisposed = false;

  function reserve(seriesWords: number, startsWords: number, windows: number): void {
    const exchanged = [
      series!.reserve(seriesWords),
      starts!.reserve(startsWords),
      errors!.reserve(2 * windows * channels),
      last!.reserve(windows * widest),
      ...sequences.map((states) => isStacked && states.reserve(windows * steps * widest))
    ];
    if (exchanged.includes(true)) prepared.clear();
  }

  function prepare(variant: Variant, error: ErrorKind): Promise<Dispatch[]> {
    const key = JSON.stringify([variant, error]);
    let dispatches = prepared.get(key);
    if (!dispatches) {
      const bound = {
        gates,
        dense,
        series: series!.buffer,
        starts: starts!.buffer,
        errors: errors!.buffer,
        last: last!.buffer,
        sequences: [sequences[0].buffer, sequences[1].buffer] as const
      };
      dispatches = prepareScoring(recorder, shape, weights, bound, variant, error);
      prepared.set(key, dispatches);
      dispatches.catch(() => prepared.delete(key)); // whoever comes next tries again
    }
    return dispatches;
  }

  async function scoreAll(asked: Series, askedStarts: Int32Array, error: ErrorKind): Promise<WindowErrors> {
    checkStarts(asked, askedStarts, shape);
    const result = {
      score: new Float32Array(askedStarts.length),
      channelError: new Float32Array(askedStarts.length * channels),
      expected: new Float32Array(askedStarts.length * channels)
    };
    const variant = chooseVariant(tuning, askedStarts.length);
    const reading: Promise<void>[] = [];
    let lastMs = 0;
    const read = async (numbers: Promise<Float32Array>, order: Uint32Array, beganMs: number) => {
      place(await numbers, order, result);
      const nowMs = performance.now();
      const ms = nowMs - Math.max(beganMs, lastMs);
      lastMs = nowMs;
      if (ms > longMs) atATime = Math.max(1, Math.min(atATime, order.length >> 1));
      else if (ms < shortMs && order.length === atATime) atATime = Math.min(limit, 2 * atATime);
    };
    try {
      for (const piece of cutPieces(asked, askedStarts, steps, mostRows, mostStarts)) {
        reserve(piece.values.length, piece.starts.length, 1);
        buffers.write(series!.buffer, piece.values);
        buffers.write(starts!.buffer, piece.starts);
        for (let first = 0; first < piece.order.length;) {
          if (reading.length >= inFlight) await reading.shift();
          if (isDisposed) throw new Error('the scorer was disposed of');
          const rows = Math.min(atATime, piece.order.length - first);
          reserve(piece.values.length, piece.starts.length, rows);
          const dispatches = await prepare(variant, error);
          const encoder = recorder.encode([{ dispatches, step: { ...noStep, rows, first } }]);
          const numbers = buffers.submitAndRead(encoder, [{ buffer: errors!.buffer, words: 2 * rows * channels }]);
          const batch = read(numbers, piece.order.subarray(first, first + rows), performance.now());
          batch.catch(() => {}); // it is awaited, but perhaps after something else failed
          reading.push(batch);
          first += rows;
        }
      }
    } finally {
      await Promise.all(reading);
    }
    return result;
  }

  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const settle = () => {
    waiting--;
    if (isDisposed && waiting === 0) buffers.dispose();
  };
  return {
    shape,
    detail: tuning.f16 ? 'f16 weights' : 'f32',
    score(asked, askedStarts, error) {
      if (isDisposed) return Promise.reject(new Error('the scorer was disposed of'));
      waiting++;
      const scored = context.guard(tail.then(() => scoreAll(asked, askedStarts, error)));
      tail = scored.then(settle, settle);
      return scored;
    },
    dispose() {
      isDisposed = true;
      if (waiting === 0) buffers.dispose();
    }
  };
}

/** Of the scalars of a micro-batch scoring needs only which windows it takes. */
const noStep: StepScalars = {
  rows: 0,
  base: 0,
  first: 0,
  count: 0,
  perSplit: 0,
  slot: 0,
  lossScale: 0,
  firstCorrection: 0,
  secondCorrection: 0
};

function chooseVariant({ choices }: GpuTuning, windows: number): Variant {
  return (choices.findLast(({ from }) => from <= windows) ?? choices[0]!).variant;
}

/** Puts what came back, `[windows, 2, channels]`, where it was asked for. */
function place(numbers: Float32Array, order: Uint32Array, { score, channelError, expected }: WindowErrors): void {
  const channels = numbers.length / order.length / 2;
  order.forEach((window, i) => {
    const errors = numbers.subarray(2 * i * channels, (2 * i + 1) * channels);
    channelError.set(errors, window * channels);
    expected.set(numbers.subarray((2 * i + 1) * channels, (2 * i + 2) * channels), window * channels);
    score[window] = errors.reduce((sum, value) => sum + value, 0) / channels;
  });
}
