/**
 * Finds by measurement which kernel scores how many windows fastest on a device, among those that score as the double-precision
 * reference does. It runs the scorer itself, so that a choice rests on what will be run. Keeping the result is the host's matter.
 */
import { gatherWindows, measureErrors, runAutoencoder, type ExactErrors } from '../autoencoder.reference';
import { DeviceLostError } from '../engine';
import { forwardGate } from '../engine-test';
import { roundToHalf } from '../half';
import { countParameters, type AutoencoderShape } from '../shape';
import type { GpuContext } from './device';
import { threadLimit } from './lstm-forward.wgsl';
import { createGpuScorer, type GpuScorer } from './scorer';
import { listWholeWindows, type GpuTuning, type Variant } from './variant';

/** What may be decided from outside about a measurement. */
export interface TuneOptions {
  /** The parameters to be scored with are 16-bit floats, so that they may be kept as such. */
  readonly allowF16?: boolean;
  /** Milliseconds from any beginning. */
  readonly now?: () => number;
}

const runs = 3;
/** Windows that the reference computes. They are asked for again and again, until a tile is full and another is not. */
const exactWindows = 5;
/** More have their sums in slower memory. */
const mostPerThread = 8;
const tiles = { software: [4, 8], hardware: [4, 8, 16, 32] };
const sizes = { software: [1, 8, 64], hardware: [1, 16, 64, 256, 1024] };
/** A way of scoring that takes so many times the best is not tried with more windows. */
const hopeless = 4;

/** Names what a tuning is valid for: the adapter, what was allowed, the shape. A host adds the version of the kernels. */
export function tuningKey(context: GpuContext, shape: AutoencoderShape, allowF16 = false): string {
  const { adapterName, hasF16, bindingBytes } = context;
  return JSON.stringify([adapterName, hasF16, bindingBytes, allowF16, shape]);
}

/**
 * Times every way of scoring with few and many windows. Takes seconds: each is compiled first. One that does not compile, or does
 * not agree with the reference, is left out; rejects where none with 32-bit weights remains.
 */
export async function tuneGpu(
  context: GpuContext,
  shape: AutoencoderShape,
  { allowF16 = false, now = () => performance.now() }: TuneOptions = {}
): Promise<GpuTuning> {
  const key = tuningKey(context, shape, allowF16);
  const times: Time[] = [];
  for (const f16 of allowF16 && context.hasF16 ? [false, true] : [false]) {
    for (const time of await timeVariants(context, shape, f16, now)) times.push(time);
    if (times.length === 0) throw new Error(`nothing scores as the reference does on ${context.adapterName}`);
  }
  const windows = [...new Set(times.map((time) => time.windows))];
  const findBest = (f16: boolean, windows: number) =>
    times
      .filter((time) => time.f16 === f16 && time.windows === windows)
      .reduce<Time | null>((best, time) => (best && best.ms <= time.ms ? best : time), null);
  const most = windows.at(-1)!;
  const f16 = (findBest(true, most)?.ms ?? Infinity) < findBest(false, most)!.ms;
  const choices = windows
    .map((from) => ({ from, variant: findBest(f16, from)!.variant }))
    .filter(({ variant }, i, all) => i === 0 || variant !== all[i - 1]!.variant);
  return { key, f16, choices, times };
}

type Time = GpuTuning['times'][number];

async function timeVariants(context: GpuContext, shape: AutoencoderShape, f16: boolean, now: () => number) {
  const parameters = roundToHalf(Float32Array.from({ length: countParameters(shape) }, (_, i) => 0.1 * Math.sin(i)));
  const times: Time[] = [];
  const variants = listVariants(context, shape);
  const exact = scoreExactly(shape, parameters);
  let entrants: { variant: Variant; scorer: GpuScorer }[] = [];
  const opened: GpuScorer[] = [];
  try {
    for (const variant of variants) {
      const tuning: GpuTuning = { key: '', f16, choices: [{ from: 1, variant }], times: [] };
      const scorer = await createGpuScorer(context, shape, parameters, tuning);
      opened.push(scorer);
      if (await agrees(scorer, variant, exact)) {
        entrants.push({ variant, scorer });
      }
    }
    if (entrants.length === 0) return times;
    for (const windows of context.isSoftware ? sizes.software : sizes.hardware) {
      const { series, starts } = showWindows(shape, windows);
      const round: Time[] = [];
      for (const { variant, scorer } of entrants) {
        const ms = await timeRuns(() => scorer.score(series, starts, 'mae'), now);
        round.push({ windows, f16, variant, ms });
      }
      const limitMs = hopeless * Math.min(...round.map(({ ms }) => ms));
      entrants = entrants.filter((_, i) => round[i]!.ms <= limitMs);
      times.push(...round);
    }
  } finally {
    for (const scorer of opened) scorer.dispose();
  }
  return times;
}

/** A wave, and windows of it one row apart. */
function showWindows({ steps, channels }: AutoencoderShape, windows: number) {
  const values = Float32Array.from({ length: (steps + windows - 1) * channels }, (_, i) => Math.sin(0.1 * i));
  return { series: { values, channels }, starts: Int32Array.from({ length: windows }, (_, i) => i) };
}

function scoreExactly(shape: AutoencoderShape, parameters: Float32Array): ExactErrors {
  const { series, starts } = showWindows(shape, exactWindows);
  const gathered = gatherWindows(series, starts, shape.steps);
  const { reconstruction } = runAutoencoder(shape, Float64Array.from(parameters), gathered);
  return measureErrors(shape, gathered, reconstruction, 'mae');
}

/** Whether `scorer` says what the reference says. What a device refuses to run agrees with nothing. */
async function agrees(scorer: GpuScorer, variant: Variant, exact: ExactErrors): Promise<boolean> {
  const { series } = showWindows(scorer.shape, exactWindows);
  const windows = exactWindows + (variant.kind === 'tile' ? variant.windows : 0);
  const starts = Int32Array.from({ length: windows }, (_, i) => i % exactWindows);
  try {
    const found = await scorer.score(series, starts, 'mae');
    return (['score', 'channelError', 'expected'] as const).every((name) =>
      found[name].every((value, i) => Math.abs(value - exact[name][i % exact[name].length]!) <= forwardGate)
    );
  } catch (error) {
    if (error instanceof DeviceLostError) throw error;
    return false;
  }
}

/** Median of some runs, after one that compiles and one that finds how many windows the device takes at a time. */
async function timeRuns(run: () => Promise<unknown>, now: () => number): Promise<number> {
  const times: number[] = [];
  for (let i = -2; i < runs; i++) {
    const began = now();
    await run();
    if (i >= 0) times.push(now() - began);
  }
  return times.sort((a, b) => a - b)[runs >> 1]!;
}

/** A processor runs a workgroup's threads one after another and wants few; a GPU wants all it can have. */
function listVariants(context: GpuContext, shape: AutoencoderShape): Variant[] {
  const units = Math.max(...shape.encoder, ...shape.decoder);
  const filling = 2 ** Math.round(Math.log2(units / threadLimit));
  const perThread = (windows: number) =>
    Math.min(windows, mostPerThread, context.isSoftware ? windows : Math.max(1, windows * filling));
  return [
    ...listWholeWindows(shape),
    ...tiles[context.isSoftware ? 'software' : 'hardware'].map((windows): Variant => ({
      kind: 'tile',
      windows,
      perThread: perThread(windows)
    }))
  ];
}
